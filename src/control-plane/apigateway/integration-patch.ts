// What UpdateIntegration may change, path by path.
import { badRequest } from '#wire/errors.ts'
import type { PatchRule, PatchTable } from '../patch-operations.ts'
import { entry, integer, listMember, objectMember, text } from '../patch-rules.ts'
import { REST_INTEGRATION_TIMEOUT_MS_MAX } from '#model/quotas.ts'
import { parsePassthrough } from './integration-rules.ts'

const insecureSkipVerification: PatchRule = {
  path: '/tlsConfig/insecureSkipVerification',
  ops: ['replace'],
  apply: (members, { value }) => ({
    ...members,
    tlsConfig: {
      ...objectMember(members, 'tlsConfig'),
      insecureSkipVerification: value?.toLowerCase() === 'true',
    },
  }),
}

/** A word of a closed set; the empty value takes it away. */
const word = (member: string, words: readonly string[]): PatchRule => {
  const rule = text(member)
  return {
    ...rule,
    apply: (members, step) => {
      if (step.value !== undefined && step.value !== '' && !words.includes(step.value)) {
        throw badRequest(`Invalid ${member} specified. Valid options are ${words.join(',')}`)
      }
      return rule.apply(members, step)
    },
  }
}

const passthroughBehavior: PatchRule = {
  ...text('passthroughBehavior'),
  apply: (members, { value }) => ({
    ...members,
    passthroughBehavior: parsePassthrough(value) ?? 'WHEN_NO_MATCH',
  }),
}

/** For what an integration cannot be without. */
const notOnMock = (member: string): PatchRule => {
  const rule = text(member)
  return {
    ...rule,
    apply: (members, step) => {
      const { type } = members
      if (type === 'MOCK') throw badRequest(`Invalid patch path ${step.path}`)
      return rule.apply(members, step)
    },
  }
}

const timeoutInMillis = integer('timeoutInMillis', {
  min: 0,
  max: Number.MAX_SAFE_INTEGER,
  invalid: `Timeout should be between 50 ms and ${REST_INTEGRATION_TIMEOUT_MS_MAX} ms`,
})

export const INTEGRATION_PATCH: PatchTable = {
  input: 'updateIntegrationInput',
  refusal: 'plain',
  rules: [
    notOnMock('uri'),
    notOnMock('httpMethod'),
    text('cacheNamespace'),
    text('connectionId'),
    word('connectionType', ['INTERNET', 'VPC_LINK']),
    word('contentHandling', ['CONVERT_TO_BINARY', 'CONVERT_TO_TEXT']),
    text('credentials'),
    text('integrationTarget'),
    passthroughBehavior,
    word('responseTransferMode', ['BUFFERED', 'STREAM']),
    timeoutInMillis,
    insecureSkipVerification,
    listMember('cacheKeyParameters', { path: '/cacheKeyParameters', keepEmpty: true }),
    listMember('cacheKeyParameters', { path: '/cacheKeyParameters/*', keepEmpty: true }),
    entry('requestParameters', { absent: 'Invalid parameter name specified' }),
    entry('requestTemplates', { absent: 'Content-Type specified was not found' }),
  ],
}

// AWS::CloudFormation::CustomResource and Custom::*: a function makes it, and says what it made.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../../template/source.ts'
import type { Question } from '../custom-resources/asking.ts'
import { CustomResourceFailure } from '../custom-resources/ask.ts'
import { textOf } from '../evaluation.ts'
import {
  type Existing,
  type Made,
  RECORD_ONLY,
  type ResourceContext,
  type ResourceType,
} from '../resource-type.ts'

export const isCustomResource = (type: string): boolean =>
  type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource'

export const customResource: ResourceType = {
  asksOutside: true,
  report: ({ asking, isDry, report, logicalId, type }) => {
    if (asking !== undefined || isDry) return
    report(['Resources', logicalId], type, 'not made: no function is reached from here', 'refused')
  },
  create: async (_input, context) => {
    const question = questionOf(context)
    const { asking } = context
    if (asking === undefined) return { physicalId: context.logicalId, keys: RECORD_ONLY }
    const state: { physicalId: string | undefined } = { physicalId: undefined }
    // AWS: what was asked to be made is asked to be deleted, whether it was made or not.
    asking.onFailure('before-undo', () =>
      state.physicalId === undefined
        ? undefined
        : { ...question, requestType: 'Delete', physicalId: state.physicalId },
    )
    try {
      const answer = await asking.ask({ ...question, requestType: 'Create' })
      state.physicalId = answer.physicalId
      return made(question, answer.physicalId, answer.data)
    } catch (error) {
      if (error instanceof CustomResourceFailure) {
        state.physicalId = error.physicalId ?? `${context.stackName}-${context.logicalId}`
      }
      throw error
    }
  },
  update: async (_input, existing, context) => {
    const { asking } = context
    const question = questionOf(context)
    if (asking === undefined || existing.keys['serviceToken'] === undefined) return undefined
    if (existing.keys['serviceToken'] !== question.serviceToken) {
      context.fail(
        [...context.path, 'ServiceToken'],
        'Modifying service token is not allowed',
        'Give the resource another logical id',
      )
    }
    const old = { properties: propertiesOf(existing), physicalId: existing.physicalId }
    const { properties } = question
    const changed: { answered?: string } = {}
    asking.onFailure('after-undo', () => {
      const { answered } = changed
      if (answered !== undefined && answered !== old.physicalId) {
        return { ...question, requestType: 'Delete', physicalId: answered }
      }
      return { ...question, ...old, requestType: 'Update', oldProperties: properties }
    })
    const answer = await asking.ask({
      ...question,
      requestType: 'Update',
      physicalId: old.physicalId,
      oldProperties: old.properties,
    })
    changed.answered = answer.physicalId
    // AWS: another id means another resource; the old one is deleted once everything else has succeeded.
    if (answer.physicalId !== old.physicalId) context.supersede(existing)
    return made(question, answer.physicalId, answer.data)
  },
  delete: async (existing, { asking }) => {
    const { serviceToken } = existing.keys
    if (serviceToken === undefined || asking === undefined) return
    const { physicalId } = existing
    const properties = propertiesOf(existing)
    await asking.ask({ requestType: 'Delete', serviceToken, physicalId, properties })
  },
}

const questionOf = (context: ResourceContext): Omit<Question, 'requestType'> => {
  const { path, properties, fail } = context
  const token = textOf(memberOf(properties, 'ServiceToken'))
  const at = [...path, 'ServiceToken']
  if (token === undefined) return fail(at, 'a custom resource needs a ServiceToken', MEND)
  if (!/^arn:[^:]+:lambda:/.test(token)) {
    fail(at, `\`${token}\` is not the ARN of a function: SNS topics are not asked here`, MEND)
  }
  const timeout = memberOf(properties, 'ServiceTimeout')
  const seconds = timeout === undefined ? undefined : Number(textOf(timeout))
  if (seconds !== undefined && !(Number.isInteger(seconds) && seconds >= 1 && seconds <= 3_600)) {
    fail([...path, 'ServiceTimeout'], 'this must be a number from 1 to 3600', 'Give seconds')
  }
  return {
    serviceToken: token,
    properties: objectOf(properties) ?? {},
    ...(seconds === undefined ? {} : { serviceTimeout: seconds }),
  }
}

const MEND = 'Give the ARN of a Lambda function, for instance `!GetAtt Function.Arn`'

const propertiesOf = ({ keys }: Pick<Existing, 'keys'>): JsonObject =>
  objectOf(JSON.parse(keys['properties'] ?? '{}')) ?? {}

const made = (
  { serviceToken, properties }: Omit<Question, 'requestType'>,
  physicalId: string,
  data: JsonObject,
): Made => ({
  physicalId,
  attributes: Object.fromEntries(flat(data, '')),
  keys: { serviceToken, properties: JSON.stringify(properties) },
})

/** `Fn::GetAtt: [Id, Outer.Inner]` reaches into what the function answered. */
const flat = (data: JsonObject, prefix: string): readonly [string, JsonValue][] =>
  Object.entries(data).flatMap(([key, value]): [string, JsonValue][] => [
    [prefix + key, value],
    ...(isObject(value) ? flat(value as JsonObject, `${prefix}${key}.`) : []), // JSON inside JSON.
  ])

// What UpdateRestApi may change, path by path.
import type { EndpointConfiguration, EndpointType } from '#model/apigateway/rest-api.ts'
import { badRequest } from '#wire/errors.ts'
import { nonEmpty } from '../defined.ts'
import { unescapeSegment } from '../patch-operations.ts'
import type { Members, PatchRule, PatchStep, PatchTable } from '../patch-operations.ts'
import { flag, integer, listMember, objectMember, ONLY_REPLACE, text } from '../patch-rules.ts'
import { checkIpAddressType, IP_ADDRESS_TYPES, MULTIPLE_TYPES, NO_TYPE } from './endpoint.ts'

export const COMPRESSION_SIZE_MAX = 10_485_760
export const COMPRESSION_SIZE_INVALID =
  'Invalid minimum compression size, must be between 0 and 10485760'

const oneOfWords = (member: string, words: readonly string[]): PatchRule => ({
  path: `/${member}`,
  ops: ['replace'],
  otherOp: ONLY_REPLACE,
  apply: (members, { value }) => {
    if (value === undefined || !words.includes(value)) {
      throw badRequest(`Invalid ${member} specified. Valid options are ${words.join(',')}`)
    }
    return { ...members, [member]: value }
  },
})

const compressionSize: PatchRule = {
  ...integer('minimumCompressionSize', {
    min: 0,
    max: COMPRESSION_SIZE_MAX,
    invalid: COMPRESSION_SIZE_INVALID,
  }),
  otherOp: ONLY_REPLACE,
}

// AWS: no value switches compression off, and the member is gone. [F006]
const switchableCompressionSize: PatchRule = {
  ...compressionSize,
  apply: (members, step) =>
    step.value === undefined || step.value === ''
      ? { ...members, minimumCompressionSize: undefined }
      : compressionSize.apply(members, step),
}

const name: PatchRule = {
  path: '/name',
  ops: ['replace'],
  otherOp: ONLY_REPLACE,
  apply: (members, { value }) => {
    if (value === undefined || value.trim() === '') throw badRequest('Name cannot be empty')
    return { ...members, name: value }
  },
}

// AWS: a type in the path may be its name or its index; an API has exactly one. [F010, F011]
const endpointTypes: PatchRule = {
  path: '/endpointConfiguration/types/*',
  ops: ['add', 'remove', 'replace'],
  otherOp: "Invalid patch operation specified. Must be 'add'|'remove'|'replace'",
  apply: (members, step) => {
    const wanted = step.value ?? step.keys[0] ?? ''
    const configuration = configurationOf(members)
    const current = configuration.types?.[0]
    if (step.op === 'remove') throw badRequest(NO_TYPE)
    const type = parseEndpointType(wanted)
    if (step.op === 'add' && type !== current) throw badRequest(MULTIPLE_TYPES)
    const ipAddressType = type === 'PRIVATE' ? 'dualstack' : (configuration.ipAddressType ?? 'ipv4')
    return withConfiguration(members, { ...configuration, types: [type], ipAddressType })
  },
}

const ipAddressType: PatchRule = {
  path: '/endpointConfiguration/ipAddressType',
  ops: ['replace'],
  otherOp: ONLY_REPLACE,
  apply: (members, { value }) => {
    if (value === undefined || !IP_ADDRESS_TYPES.includes(value)) {
      throw badRequest('ipAddressType must be either ipv4 or dualstack.')
    }
    const type = value === 'ipv4' ? 'ipv4' : 'dualstack'
    const configuration = { ...configurationOf(members), ipAddressType: type } as const
    checkIpAddressType(configuration)
    return withConfiguration(members, configuration)
  },
}

const vpcEndpointIds: PatchRule = {
  path: '/endpointConfiguration/vpcEndpointIds',
  ops: ['add', 'remove'],
  apply: (members, { op, value }) => {
    if (value === undefined || value === '') {
      throw badRequest('Invalid null or empty value in vpcEndpointIds')
    }
    const { vpcEndpointIds: before = [], ...configuration } = configurationOf(members)
    const others = before.filter((id) => id !== value)
    const ids = nonEmpty(op === 'add' ? [...others, value] : others)
    return withConfiguration(
      members,
      ids === undefined ? configuration : { ...configuration, vpcEndpointIds: ids },
    )
  },
}

const binaryMediaTypes: PatchRule = {
  ...listMember('binaryMediaTypes', { path: '/binaryMediaTypes/*' }),
  apply: (members, step: PatchStep) => {
    const { value } = step
    const rule = listMember('binaryMediaTypes', { path: '/binaryMediaTypes/*' })
    // The value of a replace is written as often escaped (`image~1png`) as plain.
    return rule.apply(members, {
      ...step,
      value: value === undefined ? undefined : unescapeSegment(value),
    })
  },
}

export const REST_API_PATCH: PatchTable = {
  input: 'updateRestApiInput',
  refusal: 'plain',
  rules: [
    name,
    text('description', { ops: ['add', 'replace', 'remove'] }),
    text('policy', { otherOp: ONLY_REPLACE }),
    oneOfWords('apiKeySource', ['HEADER', 'AUTHORIZER']),
    oneOfWords('endpointAccessMode', ['BASIC', 'STRICT']),
    text('securityPolicy', { otherOp: ONLY_REPLACE }),
    flag('disableExecuteApiEndpoint', { otherOp: ONLY_REPLACE }),
    switchableCompressionSize,
    binaryMediaTypes,
    endpointTypes,
    ipAddressType,
    vpcEndpointIds,
  ],
}

const configurationOf = (members: Members): EndpointConfiguration =>
  objectMember(members, 'endpointConfiguration')

const withConfiguration = (members: Members, configuration: EndpointConfiguration): Members => ({
  ...members,
  endpointConfiguration: configuration,
})

const parseEndpointType = (value: string): EndpointType => {
  if (value === 'REGIONAL' || value === 'EDGE' || value === 'PRIVATE') return value
  throw badRequest('Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE')
}

// What UpdateDomainName may change. https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html#UpdateDomainName-Patch
import type { PatchOperation } from '@aws-sdk/client-api-gateway'
import type { EndpointConfiguration, EndpointType } from '#model/apigateway/rest-api.ts'
import type { DomainName } from '#model/domain-name.ts'
import { badRequest } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { nonEmpty } from '../defined.ts'
import {
  applyPatch,
  type Members,
  type PatchOp,
  type PatchRule,
  type PatchTable,
} from '../patch-operations.ts'
import { objectMember, text } from '../patch-rules.ts'
import { checkIpAddressType, ENDPOINT_TYPES, NO_TYPE } from './endpoint.ts'

type Patch = Shape<PatchOperation>

export const patchDomainName = (
  before: DomainName,
  operations: readonly Patch[] | undefined,
): DomainName => {
  checkTogether(operations ?? [])
  return applyPatch(DOMAIN_NAME_PATCH, before, operations)
}

const ALL_OPS: readonly PatchOp[] = ['add', 'replace', 'remove']

const configurationOf = (members: Members): EndpointConfiguration =>
  objectMember(members, 'endpointConfiguration')

const endpointTypeOf = (value: string | undefined): EndpointType => {
  const type = ENDPOINT_TYPES.find((known) => known === value)
  if (type !== undefined) return type
  throw badRequest('Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE')
}

const withTypes = (members: Members, types: readonly EndpointType[]): Members => {
  if (types.length === 0) throw badRequest(NO_TYPE)
  const configuration = { ...configurationOf(members), types }
  checkIpAddressType(configuration)
  return { ...members, endpointConfiguration: configuration }
}

// A domain name moves from one type to the other by having both for a while.
const types: PatchRule = {
  path: '/endpointConfiguration/types',
  ops: ['add', 'remove'],
  apply: (members, { op, value }) => {
    const type = endpointTypeOf(value)
    const others = (configurationOf(members).types ?? []).filter((each) => each !== type)
    return withTypes(members, op === 'add' ? [...others, type] : others)
  },
}

// Terraform names the type by its index, `/endpointConfiguration/types/0`. [terraform.md]
const typeAt: PatchRule = {
  path: '/endpointConfiguration/types/*',
  ops: ['replace'],
  apply: (members, { keys, value }) => {
    const current = configurationOf(members).types ?? []
    const at = keys[0] ?? ''
    const index = /^\d$/.test(at) ? Number(at) : current.findIndex((type) => type === at)
    if (current[index] === undefined) {
      throw badRequest(`Invalid patch path /endpointConfiguration/types/${at}`)
    }
    const type = endpointTypeOf(value)
    return withTypes(members, [...new Set(current.with(index, type))])
  },
}

const ipAddressType: PatchRule = {
  path: '/endpointConfiguration/ipAddressType',
  ops: ['replace'],
  apply: (members, { value }) => {
    if (value !== 'ipv4' && value !== 'dualstack') {
      throw badRequest('ipAddressType must be either ipv4 or dualstack.')
    }
    const type = value === 'ipv4' ? 'ipv4' : 'dualstack'
    const configuration = { ...configurationOf(members), ipAddressType: type } as const
    checkIpAddressType(configuration)
    return { ...members, endpointConfiguration: configuration }
  },
}

const oneOfWords = (member: string, words: readonly string[]): PatchRule => ({
  path: `/${member}`,
  ops: ['replace'],
  apply: (members, { value }) => {
    if (value === undefined || !words.includes(value)) {
      throw badRequest(`Invalid ${member} specified. Valid options are ${words.join(',')}`)
    }
    return { ...members, [member]: value }
  },
})

/** A member of `mutualTlsAuthentication`: without a truststore there is no mutual TLS. */
const truststore = (member: string): PatchRule => ({
  path: `/mutualTlsAuthentication/${member}`,
  ops: ALL_OPS,
  apply: (members, { op, value }) => {
    const { [member]: _, ...rest } = objectMember(members, 'mutualTlsAuthentication')
    const isGone = op === 'remove' || value === undefined || value === ''
    // AWS: an empty URI disables mutual TLS. [api: patch-operations]
    if (isGone && member === 'truststoreUri') {
      return { ...members, mutualTlsAuthentication: undefined }
    }
    const changed = isGone ? nonEmpty(rest) : { ...rest, [member]: value }
    return { ...members, mutualTlsAuthentication: changed }
  },
})

const DOMAIN_NAME_PATCH: PatchTable = {
  input: 'updateDomainNameInput',
  refusal: 'listed',
  rules: [
    text('certificateName', { ops: ALL_OPS }),
    text('certificateArn', { ops: ALL_OPS }),
    text('regionalCertificateName', { ops: ALL_OPS }),
    text('regionalCertificateArn', { ops: ALL_OPS }),
    types,
    typeAt,
    ipAddressType,
    oneOfWords('endpointAccessMode', ['BASIC', 'STRICT']),
    text('managementPolicy'),
    text('policy'),
    truststore('truststoreUri'),
    truststore('truststoreVersion'),
    oneOfWords('routingMode', [
      'BASE_PATH_MAPPING_ONLY',
      'ROUTING_RULE_ONLY',
      'ROUTING_RULE_THEN_BASE_PATH_MAPPING',
    ]),
    {
      ...text('securityPolicy'),
      apply: (members, { value }) => {
        if (!/^(?:TLS_1_[02]|SecurityPolicy_[A-Za-z0-9_]{1,80})$/.test(value ?? '')) {
          throw badRequest(`Invalid securityPolicy specified: ${value ?? 'null'}`)
        }
        return { ...members, securityPolicy: value }
      },
    },
    text('ownershipVerificationCertificateArn', { ops: ALL_OPS }),
  ],
}

/** AWS: a certificate, and a type, is added or removed by one request, not both. [behaviour.md §1.3] */
const checkTogether = (operations: readonly Patch[]): void => {
  for (const path of [
    '/certificateName',
    '/certificateArn',
    '/regionalCertificateName',
    '/regionalCertificateArn',
    '/endpointConfiguration/types',
  ]) {
    const ops = operations.filter((operation) => operation.path === path).map(({ op }) => op)
    if (ops.includes('add') && ops.includes('remove')) {
      throw badRequest(`Cannot add and remove ${path} in one request`)
    }
  }
}

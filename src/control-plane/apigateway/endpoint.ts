// How an API may be reached: its endpoint type and the kind of its addresses.
import type { EndpointConfiguration as EndpointConfigurationInput } from '@aws-sdk/client-api-gateway'
import type { EndpointConfiguration, EndpointType } from '#model/apigateway/rest-api.ts'
import { badRequest } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { defined, nonEmpty } from '../defined.ts'

export const ENDPOINT_TYPES: readonly EndpointType[] = ['PRIVATE', 'EDGE', 'REGIONAL']
export const IP_ADDRESS_TYPES: readonly string[] = ['ipv4', 'dualstack']

export const MULTIPLE_TYPES = 'Cannot create an api with multiple Endpoint Types.'
export const NO_TYPE = 'REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.'
const ONLY_DUALSTACK = 'Only dualstack ipAddressType is supported for Private APIs.'

/** The configuration with AWS's defaults: EDGE, and ipv4 for all but private APIs. [F001, F014] */
export const endpointConfiguration = (
  input: Shape<EndpointConfigurationInput> | undefined,
): EndpointConfiguration => {
  const types = input?.types ?? ['EDGE']
  if (types.length === 0) throw badRequest(NO_TYPE)
  if (types.length > 1) throw badRequest(MULTIPLE_TYPES)
  const isPrivate = types[0] === 'PRIVATE'
  const configuration = defined({
    types,
    ipAddressType: input?.ipAddressType ?? (isPrivate ? 'dualstack' : 'ipv4'),
    vpcEndpointIds: nonEmpty(input?.vpcEndpointIds),
  })
  checkIpAddressType(configuration)
  return configuration
}

export const checkIpAddressType = ({ types, ipAddressType }: EndpointConfiguration): void => {
  if (types?.includes('PRIVATE') && ipAddressType === 'ipv4') throw badRequest(ONLY_DUALSTACK)
}

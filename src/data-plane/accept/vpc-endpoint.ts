// Requests that come through a VPC endpoint: which API they mean, and what the load balancer in front of one says.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-api-test-invoke-url.html
import type { HttpRequest } from '#transport/contract.ts'
import { nameOfHost } from './custom-domain.ts'
import { type AddressOptions, findAddress } from './domain-name.ts'
import { lastHeader } from './headers.ts'
import type { RequestAddress, VpcEndpoint } from './request.ts'

/** The endpoint that a proxy names. Undefined: the connection came through none. */
export const endpointOfProxy = ({ proxied }: HttpRequest): VpcEndpoint | undefined => {
  for (const { type, value } of proxied?.tlvs ?? []) {
    if (type !== PP2_TYPE_AWS || value[0] !== PP2_SUBTYPE_AWS_VPCE_ID) continue
    const vpceId = Buffer.from(value.subarray(1)).toString('latin1')
    if (VPCE_ID.test(vpceId)) return { vpceId }
  }
  return undefined
}

// AWS: the TLV of a load balancer behind an endpoint service. [elasticloadbalancing: proxy-protocol]
const PP2_TYPE_AWS = 0xea
const PP2_SUBTYPE_AWS_VPCE_ID = 0x01

const VPCE_ID = /^vpce-[0-9a-f]{8,32}$/

/**
 * In this order: `{apiId}-{vpceId}.execute-api…` (of an API that is associated with the endpoint), what a request
 * from outside could say as well (`{apiId}.execute-api…`, as private DNS has it), and any other host with the header
 * `x-apigw-api-id`. Undefined: none of these, or the name of another endpoint.
 */
export const findEndpointAddress = (
  { host, target, headers }: HttpRequest,
  endpoint: VpcEndpoint,
  options: AddressOptions,
): RequestAddress | undefined => {
  const name = nameOfHost(host)
  const [, apiId, vpceId, domain] = ASSOCIATED.exec(name) ?? []
  if (apiId !== undefined) {
    if (vpceId !== endpoint.vpceId) return undefined
    const address = findAddress(`${apiId}.${domain}`, target, headers, options)
    if (address === undefined) return undefined
    const domainPrefix = `${apiId}-${vpceId}`
    const domainName = domainPrefix + address.domainName.slice(apiId.length)
    return { ...address, domainName, domainPrefix, vpcEndpoint: endpoint, byAssociation: true }
  }
  const address = findAddress(host, target, headers, options)
  if (address !== undefined) return { ...address, vpcEndpoint: endpoint }
  const header = lastHeader(headers, 'x-apigw-api-id')
  if (header === undefined || !API_ID.test(header)) return undefined
  const named = findAddress(`${header}.execute-api.localhost`, target, headers, options)
  if (named === undefined) return undefined
  // AWS: events then have the host that was called. [guide: apigateway-private-api-test-invoke-url]
  const domainPrefix = name.split('.', 1)[0] ?? ''
  return { ...named, domainName: name, domainPrefix, vpcEndpoint: endpoint }
}

const ASSOCIATED = /^([a-z0-9]{1,64})-(vpce-[0-9a-f]{8,32})\.(execute-api\..{1,100})$/
const API_ID = /^[A-Za-z0-9_-]{1,64}$/

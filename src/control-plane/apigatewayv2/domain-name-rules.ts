// How v2 spells what the shared domain names hold: one configuration for each endpoint type, and other names for the
// routing modes; and what v2 lets be written.
import type { DomainNameConfiguration } from '@aws-sdk/client-apigatewayv2'
import type { DomainName, RoutingMode } from '#model/domain-name.ts'
import { badRequest } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { checkDomainName as checkShared } from '../apigateway/domain-name-rules.ts'
import { constrain, oneOf } from '../constraints.ts'
import { defined } from '../defined.ts'

type Input = Uncapitalized<DomainNameConfiguration>

type EndpointFacts = Pick<
  DomainName,
  | 'endpointConfiguration'
  | 'certificateArn'
  | 'certificateName'
  | 'certificateUploadDate'
  | 'regionalCertificateArn'
  | 'regionalCertificateName'
  | 'ownershipVerificationCertificateArn'
  | 'securityPolicy'
>

export interface Configuration {
  readonly apiGatewayDomainName?: string
  readonly certificateArn?: string
  readonly certificateName?: string
  readonly certificateUploadDate?: number
  readonly domainNameStatus: string
  readonly domainNameStatusMessage?: string
  readonly endpointType: 'EDGE' | 'REGIONAL'
  readonly hostedZoneId?: string
  readonly ipAddressType: string
  readonly securityPolicy: string
  readonly ownershipVerificationCertificateArn?: string
}

const SECURITY_POLICY_DEFAULT = 'TLS_1_2'

export const ROUTING_MODES: readonly string[] = [
  'API_MAPPING_ONLY',
  'ROUTING_RULE_ONLY',
  'ROUTING_RULE_THEN_API_MAPPING',
]

/** AWS: v1 speaks of base path mappings where v2 speaks of API mappings. [behaviour.md §15] */
export const routingModeV1 = (mode: string): RoutingMode =>
  mode === 'ROUTING_RULE_ONLY'
    ? mode
    : mode === 'ROUTING_RULE_THEN_API_MAPPING'
      ? 'ROUTING_RULE_THEN_BASE_PATH_MAPPING'
      : 'BASE_PATH_MAPPING_ONLY'

export const routingModeV2 = (mode: RoutingMode): string =>
  mode.replace('BASE_PATH_MAPPING', 'API_MAPPING')

/** What configurations say, beside what was there before. */
export const endpointFacts = (inputs: readonly Input[], before?: DomainName): EndpointFacts => {
  const types = inputs.map(({ endpointType = 'REGIONAL' }) => endpointType)
  if (inputs.length === 0 || new Set(types).size < types.length) {
    throw badRequest('Exactly one domain name configuration per endpoint type must be specified')
  }
  const at = 'domainNameConfigurations'
  for (const input of inputs) {
    constrain(
      oneOf(input.endpointType, `${at}.endpointType`, ['EDGE', 'REGIONAL']),
      oneOf(input.ipAddressType, `${at}.ipAddressType`, ['ipv4', 'dualstack']),
    )
  }
  const edge = inputs.find(({ endpointType }) => endpointType === 'EDGE')
  const regional = inputs.find(({ endpointType = 'REGIONAL' }) => endpointType === 'REGIONAL')
  const said = <Key extends keyof Input>(key: Key) =>
    inputs.map((input) => input[key]).find((value) => value !== undefined)
  return {
    endpointConfiguration: {
      types,
      ipAddressType: said('ipAddressType') ?? before?.endpointConfiguration.ipAddressType ?? 'ipv4',
    },
    ...defined({
      certificateArn: edge && (edge.certificateArn ?? before?.certificateArn),
      certificateName: edge && (edge.certificateName ?? before?.certificateName),
      regionalCertificateArn:
        regional && (regional.certificateArn ?? before?.regionalCertificateArn),
      regionalCertificateName:
        regional && (regional.certificateName ?? before?.regionalCertificateName),
      ownershipVerificationCertificateArn:
        said('ownershipVerificationCertificateArn') ?? before?.ownershipVerificationCertificateArn,
    }),
    securityPolicy: said('securityPolicy') ?? before?.securityPolicy ?? SECURITY_POLICY_DEFAULT,
  }
}

/** v2 asks for more than v1: a certificate for each endpoint type. */
export const checkDomainName = (facts: Parameters<typeof checkShared>[0]): void => {
  checkShared(facts)
  const types: readonly string[] = facts.endpointConfiguration.types ?? []
  const certificates = [
    ...(types.includes('EDGE') ? [facts.certificateArn] : []),
    ...(types.includes('REGIONAL') ? [facts.regionalCertificateArn] : []),
  ]
  if (certificates.includes(undefined)) throw badRequest('A certificate ARN must be specified')
  if (facts.mutualTlsAuthentication !== undefined && types.includes('EDGE')) {
    throw badRequest('Mutual TLS is only supported for regional custom domain names')
  }
}

/** One configuration for each endpoint type that v2 knows. */
export const configurationsOf = (domainName: DomainName): readonly Configuration[] => {
  const { types = [], ipAddressType = 'ipv4' } = domainName.endpointConfiguration
  const common = defined({
    domainNameStatus: domainName.domainNameStatus,
    domainNameStatusMessage: domainName.domainNameStatusMessage,
    ipAddressType,
    securityPolicy: domainName.securityPolicy ?? SECURITY_POLICY_DEFAULT,
    ownershipVerificationCertificateArn: domainName.ownershipVerificationCertificateArn,
  })
  const certificateUploadDate = domainName.certificateUploadDate
  return types.flatMap((endpointType): Configuration[] => {
    if (endpointType === 'EDGE') {
      const { certificateArn, certificateName } = domainName
      const apiGatewayDomainName = domainName.distributionDomainName
      const hostedZoneId = domainName.distributionHostedZoneId
      const own = { apiGatewayDomainName, hostedZoneId, certificateArn, certificateName }
      return [{ endpointType, ...common, ...defined({ ...own, certificateUploadDate }) }]
    }
    if (endpointType !== 'REGIONAL') return []
    const own = {
      apiGatewayDomainName: domainName.regionalDomainName,
      hostedZoneId: domainName.regionalHostedZoneId,
      certificateArn: domainName.regionalCertificateArn,
      certificateName: domainName.regionalCertificateName,
    }
    return [{ endpointType, ...common, ...defined({ ...own, certificateUploadDate }) }]
  })
}

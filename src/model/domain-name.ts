// Custom domain names and what they lead to. API Gateway (v1) and v2 show the same domain names in two spellings;
// here they have v1's. https://docs.aws.amazon.com/apigateway/latest/api/API_DomainName.html
import type { EndpointConfiguration } from './apigateway/rest-api.ts'
import type { RoutingRule } from './apigatewayv2/routing-rule.ts'
import type { Scope } from './scope.ts'

export type RoutingMode =
  | 'BASE_PATH_MAPPING_ONLY'
  | 'ROUTING_RULE_ONLY'
  | 'ROUTING_RULE_THEN_BASE_PATH_MAPPING'

export type DomainNameStatus =
  | 'AVAILABLE'
  | 'FAILED'
  | 'PENDING'
  | 'PENDING_CERTIFICATE_REIMPORT'
  | 'PENDING_OWNERSHIP_VERIFICATION'
  | 'UPDATING'

export interface MutualTlsAuthentication {
  /** `s3://bucket/key` */
  readonly truststoreUri?: string
  readonly truststoreVersion?: string
  readonly truststoreWarnings?: readonly string[]
}

export interface DomainName {
  readonly domainName: string
  /** Only of private domain names: several may have one name. */
  readonly domainNameId?: string
  readonly domainNameArn: string
  readonly domainNameStatus: DomainNameStatus
  readonly domainNameStatusMessage?: string
  /** `types` has one member, or EDGE and REGIONAL while a domain name moves from the one to the other. */
  readonly endpointConfiguration: EndpointConfiguration
  /** Of EDGE and PRIVATE domain names. */
  readonly certificateName?: string
  readonly certificateArn?: string
  readonly certificateUploadDate?: number
  readonly distributionDomainName?: string
  readonly distributionHostedZoneId?: string
  /** Of REGIONAL domain names. */
  readonly regionalCertificateName?: string
  readonly regionalCertificateArn?: string
  readonly regionalDomainName?: string
  readonly regionalHostedZoneId?: string
  readonly ownershipVerificationCertificateArn?: string
  readonly securityPolicy?: string
  readonly endpointAccessMode?: 'BASIC' | 'STRICT'
  readonly mutualTlsAuthentication?: MutualTlsAuthentication
  /** Of private domain names, JSON text: who may call, and who may associate. */
  readonly policy?: string
  readonly managementPolicy?: string
  readonly routingMode: RoutingMode
  readonly tags?: Readonly<Record<string, string>>
}

/** v1's BasePathMapping and v2's ApiMapping. */
export interface BasePathMapping {
  /** What v2 names it by. */
  readonly apiMappingId: string
  /** Without slashes at its ends; the empty text maps the root: v1 shows it as `(none)`, v2 as no key. */
  readonly basePath: string
  readonly apiId: string
  /** Absent: the first segment after the base path names the stage. */
  readonly stage?: string
}

/** https://docs.aws.amazon.com/apigateway/latest/api/API_DomainNameAccessAssociation.html */
export interface DomainNameAccessAssociation {
  readonly domainNameAccessAssociationArn: string
  readonly domainNameArn: string
  readonly accessAssociationSourceType: string
  /** The id of a VPC endpoint. */
  readonly accessAssociationSource: string
  readonly tags?: Readonly<Record<string, string>>
}

/** What the data plane knows of a public domain name: under its name in lower case, `domain-name/api.example.com`. */
export interface DomainNameEntry {
  readonly kind: 'domain-name'
  readonly scope: Scope
  readonly domainName: string
  readonly routingMode: RoutingMode
  /** Only clients with a certificate may call. */
  readonly mutualTls: boolean
  /** Endpoint access mode STRICT: TLS handshakes name the Host. */
  readonly isStrict?: boolean
  /** In the order of their base paths. */
  readonly mappings: readonly Pick<BasePathMapping, 'basePath' | 'apiId' | 'stage'>[]
  /** In the order of their priorities. */
  readonly routingRules: readonly RoutingRule[]
}

// Custom domain names of both API Gateways, and what leads from them to stages.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_ApiGateway.html
import { ServiceError } from '#wire/errors.ts'
import type { Path } from '../../template/path.ts'
import {
  boolean,
  policyText,
  list,
  named,
  number,
  type Shape,
  structure,
  tags,
  text,
} from '../properties.ts'
import { type ResourceContext, type ResourceType, textMember } from '../resource-type.ts'

const MUTUAL_TLS = structure({ TruststoreUri: text, TruststoreVersion: text })

const ENDPOINT = structure({ IpAddressType: text, Types: list(text), VpcEndpointIds: list(text) })

const DOMAIN_V1: Shape = {
  CertificateArn: text,
  DomainName: text,
  EndpointAccessMode: text,
  EndpointConfiguration: ENDPOINT,
  MutualTlsAuthentication: MUTUAL_TLS,
  OwnershipVerificationCertificateArn: text,
  RegionalCertificateArn: text,
  RoutingMode: text,
  SecurityPolicy: text,
  Tags: tags,
}

const report: NonNullable<ResourceType['report']> = ({ report: tell, path, type }) =>
  tell(
    path,
    type,
    'answers by its Host header; certificates of ACM are not read here',
    'approximated',
  )

export const domainName: ResourceType = {
  properties: DOMAIN_V1,
  report,
  create: async (input, { call }) => {
    const made = await call('apigateway', 'CreateDomainName', input)
    const name = textMember(made, 'domainName')
    return { physicalId: name, attributes: addressesOf(made), keys: { domainName: name } }
  },
  delete: async ({ keys }, { call }) => {
    await call('apigateway', 'DeleteDomainName', keys)
  },
}

/** Private domain names: kept, and reached by nobody, for there are no VPC endpoints here. */
export const privateDomainName: ResourceType = {
  properties: {
    CertificateArn: text,
    DomainName: text,
    EndpointAccessMode: text,
    EndpointConfiguration: ENDPOINT,
    Policy: policyText,
    RoutingMode: text,
    SecurityPolicy: text,
    Tags: tags,
  },
  report: ({ report, path, type }) =>
    report(path, type, 'kept, not reachable: there are no VPC endpoints here'),
  create: async (input, { call }) => {
    const made = await call('apigateway', 'CreateDomainName', input)
    const keys = {
      domainName: textMember(made, 'domainName'),
      domainNameId: textMember(made, 'domainNameId'),
    }
    const arn = textMember(made, 'domainNameArn')
    return { physicalId: arn, attributes: { DomainNameArn: arn, ...firstUpper(keys) }, keys }
  },
  delete: async ({ keys }, { call }) => {
    await call('apigateway', 'DeleteDomainName', keys)
  },
}

export const domainNameV2: ResourceType = {
  properties: {
    DomainName: text,
    DomainNameConfigurations: list(
      structure({
        CertificateArn: text,
        CertificateName: text,
        EndpointType: text,
        IpAddressType: text,
        OwnershipVerificationCertificateArn: text,
        SecurityPolicy: text,
      }),
    ),
    MutualTlsAuthentication: MUTUAL_TLS,
    RoutingMode: text,
    Tags: tags,
  },
  report,
  create: async (input, { call }) => {
    const made = await call('apigatewayv2', 'CreateDomainName', input)
    const name = textMember(made, 'domainName')
    const shown = await call('apigateway', 'GetDomainName', { domainName: name })
    return { physicalId: name, attributes: addressesOf(shown), keys: { domainName: name } }
  },
  delete: async ({ keys }, { call }) => {
    await call('apigatewayv2', 'DeleteDomainName', keys)
  },
}

/** `Fn::GetAtt` of either kind: the addresses that DNS has to lead to, and the ARN. */
const addressesOf = (made: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> => {
  const members: readonly string[] = [
    'distributionDomainName',
    'distributionHostedZoneId',
    'regionalDomainName',
    'regionalHostedZoneId',
    'domainNameArn',
  ]
  return firstUpper(
    Object.fromEntries(
      members.flatMap((name): [string, string][] =>
        typeof made[name] === 'string' ? [[name, made[name]]] : [],
      ),
    ),
  )
}

const firstUpper = (members: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(members).map(([name, value]) => [
      name.slice(0, 1).toUpperCase() + name.slice(1),
      value,
    ]),
  )

export const basePathMapping: ResourceType = {
  comesLast: true,
  properties: {
    BasePath: text,
    DomainName: text,
    Id: text,
    RestApiId: text,
    Stage: text,
  },
  create: async (input, context) => {
    const keys = { domainName: textMember(input, 'domainName') }
    const made = await mapped(context, keys.domainName, () =>
      context.call('apigateway', 'CreateBasePathMapping', input),
    )
    const basePath = textMember(made, 'basePath')
    const id = `${keys.domainName}|${basePath}`
    return { physicalId: id, attributes: { Id: id }, keys: { ...keys, basePath } }
  },
  delete: async ({ keys }, { call }) => {
    await call('apigateway', 'DeleteBasePathMapping', keys)
  },
}

/** Of private domain names, which it names by their ARNs. */
export const privateBasePathMapping: ResourceType = {
  comesLast: true,
  properties: { BasePath: text, DomainNameArn: text, RestApiId: text, Stage: text },
  create: async ({ domainNameArn, ...input }, { call, fail, path }) => {
    const arn = String(domainNameArn)
    const [, domainName, domainNameId] = /\/domainnames\/([^+/]+)\+([^/]+)$/.exec(arn) ?? []
    if (domainName === undefined || domainNameId === undefined) {
      return fail([...path, 'DomainNameArn'], 'this must be the ARN of a private domain name', ARN)
    }
    const named = { domainName, domainNameId }
    const made = await call('apigateway', 'CreateBasePathMapping', { ...input, ...named })
    const basePath = textMember(made, 'basePath')
    const id = `${arn}|${basePath}`
    return { physicalId: id, attributes: { BasePathMappingArn: id }, keys: { ...named, basePath } }
  },
  delete: async ({ keys }, { call }) => {
    await call('apigateway', 'DeleteBasePathMapping', keys)
  },
}

const ARN = 'Give `!GetAtt YourDomainName.DomainNameArn`'

export const apiMapping: ResourceType = {
  comesLast: true,
  properties: { ApiId: text, ApiMappingKey: text, DomainName: text, Stage: text },
  create: async (input, context) => {
    const domain = textMember(input, 'domainName')
    const made = await mapped(context, domain, () =>
      context.call('apigatewayv2', 'CreateApiMapping', input),
    )
    const apiMappingId = textMember(made, 'apiMappingId')
    const attributes = { ApiMappingId: apiMappingId }
    return { physicalId: apiMappingId, attributes, keys: { domainName: domain, apiMappingId } }
  },
  delete: async ({ keys }, { call }) => {
    await call('apigatewayv2', 'DeleteApiMapping', keys)
  },
}

/**
 * A mapping to a domain name that was made by hand, once for many stacks, is common; here nobody has made it yet. It
 * is made so that the mapping is served, said so, and stays as on AWS when the stack goes.
 */
const mapped = async <T>(
  { call, report, path, scope }: Pick<ResourceContext, 'call' | 'report' | 'path' | 'scope'>,
  domainName: string,
  map: () => Promise<T>,
): Promise<T> => {
  const isThere = await call('apigateway', 'GetDomainName', { domainName }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ServiceError && error.statusCode === 404) return false
      throw error
    },
  )
  if (!isThere) {
    const at: Path = [...path, 'DomainName']
    report(at, `DomainName ${domainName}`, 'made here, for it is not in the template: no TLS')
    await call('apigateway', 'CreateDomainName', {
      domainName,
      endpointConfiguration: { types: ['REGIONAL'] },
      regionalCertificateArn: `arn:aws:acm:${scope.region}:${scope.accountId}:certificate/none`,
    })
  }
  return map()
}

const HEADER_MATCH = structure({ Header: text, ValueGlob: text })

export const routingRule: ResourceType = {
  comesLast: true,
  properties: {
    Actions: list(
      structure({
        InvokeApi: structure({ ApiId: text, Stage: text, StripBasePath: boolean }),
      }),
    ),
    Conditions: list(
      structure({
        MatchBasePaths: structure({ AnyOf: list(text) }),
        MatchHeaders: structure({ AnyOf: list(HEADER_MATCH) }),
      }),
    ),
    DomainNameArn: named('domainName', (value, path, audience) => {
      const name = /\/domainnames\/([^+/]+)$/.exec(text(value, path, audience))?.[1]
      return name ?? audience.fail(path, 'this must be the ARN of a public domain name', ARN)
    }),
    Priority: number,
  },
  create: async (input, { call }) => {
    const made = await call('apigatewayv2', 'CreateRoutingRule', input)
    const routingRuleId = textMember(made, 'routingRuleId')
    const arn = textMember(made, 'routingRuleArn')
    return {
      physicalId: arn,
      attributes: { RoutingRuleArn: arn, RoutingRuleId: routingRuleId },
      keys: { domainName: textMember(input, 'domainName'), routingRuleId },
    }
  },
  delete: async ({ keys }, { call }) => {
    await call('apigatewayv2', 'DeleteRoutingRule', keys)
  },
}

export const accessAssociation: ResourceType = {
  properties: {
    AccessAssociationSource: text,
    AccessAssociationSourceType: text,
    DomainNameArn: text,
    Tags: tags,
  },
  report: ({ report, path, type }) =>
    report(path, type, 'kept, not used: there are no VPC endpoints here'),
  create: async (input, { call }) => {
    const made = await call('apigateway', 'CreateDomainNameAccessAssociation', input)
    const arn = textMember(made, 'domainNameAccessAssociationArn')
    const attributes = { DomainNameAccessAssociationArn: arn }
    const keys = { domainNameAccessAssociationArn: arn }
    return { physicalId: arn, attributes, keys }
  },
  delete: async ({ keys }, { call }) => {
    await call('apigateway', 'DeleteDomainNameAccessAssociation', keys)
  },
}

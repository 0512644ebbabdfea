// Domain of an Api, HttpApi or WebSocketApi: the domain name, its mappings to the API's stage, and its records in
// Route 53. Domains and record sets are shared: APIs that name the same one make it once.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-domainconfiguration.html
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../../template/source.ts'
import {
  addResource,
  conditionOf,
  fail,
  resolved,
  type SamContext,
  type SamResource,
  shortHash,
} from '../context.ts'
import { isIntrinsic } from '../draft.ts'
import { addRecordSets } from './domain-records.ts'
import { given } from '../events/event.ts'

export type DomainKind = 'rest' | 'http' | 'websocket'

export interface Domain {
  readonly id: string
  readonly name: JsonValue
  readonly settings: JsonObject
  readonly endpoint: JsonValue
}

export const addDomain = (
  context: SamContext,
  resource: SamResource,
  kind: DomainKind,
  stageId: string,
  attributes: JsonObject,
): void => {
  const written = resource.properties['Domain']
  if (written === undefined) return
  const settings = objectOf(deepResolved(context, written))
  if (settings === undefined || isIntrinsic(written)) {
    fail(context, resource, ['Domain'], '`Domain` should be a map')
    return
  }
  const { DomainName: name, CertificateArn: certificate } = settings
  if (name === undefined || certificate === undefined) {
    fail(context, resource, ['Domain'], '`Domain` needs DomainName and CertificateArn')
    return
  }
  if (!checkSettings(context, resource, settings)) return
  const endpoint = settings['EndpointConfiguration'] ?? 'REGIONAL'
  const isSecond = kind !== 'rest' || endpoint === 'PRIVATE'
  const id = `ApiGatewayDomainName${isSecond ? 'V2' : ''}${shortHash(name)}`
  const domain: Domain = { id, name, settings, endpoint }
  const condition = conditionOf({ ...resource, attributes })
  const kept: JsonObject = condition === undefined ? {} : { Condition: condition }
  if (context.made[id] === undefined) {
    const [type, properties] =
      kind === 'rest' ? restDomain(domain) : [V2, secondDomain(domain, kind, resource)]
    addResource(context, resource, id, type, properties, kept)
  }
  addMappings(context, resource, kind, domain, stageId, kept)
  if (endpoint === 'PRIVATE') addAssociation(context, resource, domain, kept)
  addRecordSets(context, resource, domain, kept)
}

const V2 = 'AWS::ApiGatewayV2::DomainName'

/** The transform has to know a domain to name what it makes after it: parameters count as their values. */
const deepResolved = (context: SamContext, value: JsonValue): JsonValue => {
  const known = resolved(context, value) ?? value
  if (Array.isArray(known)) return known.map((item: JsonValue) => deepResolved(context, item))
  if (!isObject(known)) return known
  return Object.fromEntries(
    Object.entries(objectOf(known) ?? {}).map(([key, member]) => [
      key,
      deepResolved(context, member),
    ]),
  )
}

const MUTUAL = ['TruststoreUri', 'TruststoreVersion']

const checkSettings = (
  context: SamContext,
  resource: SamResource,
  settings: JsonObject,
): boolean => {
  const refuse = (problem: string, name: string): false => {
    fail(context, resource, ['Domain', name], problem)
    return false
  }
  const mutual = settings['MutualTlsAuthentication']
  if (mutual !== undefined) {
    if (!isObject(mutual))
      return refuse('`Domain.MutualTlsAuthentication` should be a map', 'MutualTlsAuthentication')
    if (Object.keys(mutual).some((name) => !MUTUAL.includes(name))) {
      return refuse(`available fields are ${MUTUAL.join(', ')}`, 'MutualTlsAuthentication')
    }
  }
  const paths = settings['BasePath']
  const list: readonly JsonValue[] = Array.isArray(paths) ? paths : [paths ?? '']
  if (!list.every((path) => typeof path === 'string'))
    return refuse('`BasePath` must be a string', 'BasePath')
  return true
}

const mutualOf = (settings: JsonObject): JsonObject => {
  const mutual = objectOf(settings['MutualTlsAuthentication'])
  if (mutual === undefined) return {}
  const { TruststoreUri: uri, TruststoreVersion: version } = mutual
  return {
    MutualTlsAuthentication: given({
      TruststoreUri: uri,
      // AWS: SAM leaves out a version of 0.
      TruststoreVersion: Number(version) === 0 ? undefined : version,
    }),
  }
}

const restDomain = ({ name, settings, endpoint }: Domain): [string, JsonObject] => {
  const certificate = settings['CertificateArn']
  const same = given({
    SecurityPolicy: settings['SecurityPolicy'],
    EndpointAccessMode: settings['EndpointAccessMode'],
  })
  if (endpoint === 'PRIVATE') {
    const policy = settings['Policy']
    return [
      'AWS::ApiGateway::DomainNameV2',
      {
        DomainName: name,
        CertificateArn: certificate ?? null,
        EndpointConfiguration: given({
          Types: ['PRIVATE'],
          IpAddressType: settings['IpAddressType'],
        }),
        ...same,
        ...(policy === undefined ? {} : { Policy: policy }),
      },
    ]
  }
  const key = endpoint === 'EDGE' ? 'CertificateArn' : 'RegionalCertificateArn'
  const verification = settings['OwnershipVerificationCertificateArn']
  return [
    'AWS::ApiGateway::DomainName',
    {
      DomainName: name,
      [key]: certificate ?? null,
      EndpointConfiguration: given({ Types: [endpoint], IpAddressType: settings['IpAddressType'] }),
      ...same,
      ...mutualOf(settings),
      ...(verification === undefined ? {} : { OwnershipVerificationCertificateArn: verification }),
    },
  ]
}

const secondDomain = (
  { name, settings, endpoint }: Domain,
  kind: DomainKind,
  resource: SamResource,
): JsonObject => {
  const passed =
    resource.properties['PropagateTags'] === true ? resource.properties['Tags'] : undefined
  return {
    DomainName: name,
    DomainNameConfigurations: [
      given({
        CertificateArn: settings['CertificateArn'],
        EndpointType: endpoint,
        IpAddressType: settings['IpAddressType'],
        OwnershipVerificationCertificateArn: settings['OwnershipVerificationCertificateArn'],
        SecurityPolicy: settings['SecurityPolicy'],
      }),
    ],
    ...mutualOf(settings),
    Tags: {
      ...objectOf(passed),
      [`${kind === 'http' ? 'http' : 'websocket'}api:createdBy`]: 'SAM',
    },
  }
}

const addMappings = (
  context: SamContext,
  resource: SamResource,
  kind: DomainKind,
  { id, settings, endpoint }: Domain,
  stageId: string,
  kept: JsonObject,
): void => {
  const { logicalId } = resource
  const paths = settings['BasePath']
  const list: readonly JsonValue[] = Array.isArray(paths) ? paths : [paths ?? '']
  for (const path of list) {
    const text = String(path)
    const isWritten = paths !== undefined
    const plain = text.replaceAll(/[^A-Za-z0-9]/g, '')
    const key = settings['NormalizeBasePath'] === false ? text : plain
    const stage = { Ref: stageId }
    if (kind !== 'rest') {
      const mappingKey = settings['NormalizeBasePath'] === false ? text.replace(/^\//, '') : plain
      addResource(
        context,
        resource,
        `${logicalId}${plain}ApiMapping`,
        'AWS::ApiGatewayV2::ApiMapping',
        {
          ApiId: { Ref: logicalId },
          DomainName: { Ref: id },
          Stage: stage,
          ...(isWritten ? { ApiMappingKey: mappingKey } : {}),
        },
        kept,
      )
      continue
    }
    const isPrivate = endpoint === 'PRIVATE'
    addResource(
      context,
      resource,
      `${logicalId}${plain}BasePathMapping`,
      `AWS::ApiGateway::BasePathMapping${isPrivate ? 'V2' : ''}`,
      {
        [isPrivate ? 'DomainNameArn' : 'DomainName']: { Ref: id },
        RestApiId: { Ref: logicalId },
        Stage: stage,
        ...(isWritten ? { BasePath: key } : {}),
      },
      kept,
    )
  }
}

const addAssociation = (
  context: SamContext,
  resource: SamResource,
  { id, settings }: Domain,
  kept: JsonObject,
): void => {
  const endpoint = memberOf(settings['AccessAssociation'], 'VpcEndpointId')
  if (endpoint === undefined) return
  addResource(
    context,
    resource,
    `DomainNameAccessAssociation${shortHash([endpoint, id])}`,
    'AWS::ApiGateway::DomainNameAccessAssociation',
    {
      AccessAssociationSource: endpoint,
      AccessAssociationSourceType: 'VPCE',
      DomainNameArn: { Ref: id },
    },
    kept,
  )
}

// Custom domain names as both management APIs see them: v1's DomainName and BasePathMapping, v2's DomainName and
// ApiMapping, are two views of what is written here. What is written has been checked by its caller in its own words;
// here it gets its addresses, and names stay unique.
import type { BasePathMapping, DomainName } from '#model/domain-name.ts'
import { GLOBAL_SCOPE, PARTITION, type Scope, URL_SUFFIX } from '#model/scope.ts'
import { Bug } from '#shared/assert.ts'
import { publishDomainName } from '#snapshot/publish-domain-name.ts'
import {
  apisV2,
  basePathMappings,
  domainNameAccessAssociations,
  domainNameOwners,
  domainNames,
  restApis,
  routingRules,
  stages,
  stagesV2,
} from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, notFound } from '#wire/errors.ts'
import { defined } from './defined.ts'

/** What a domain name's caller says of it; ARN, status and addresses are made here. */
export type DomainNameFacts = Omit<
  DomainName,
  | 'domainNameId'
  | 'domainNameArn'
  | 'domainNameStatus'
  | 'distributionDomainName'
  | 'distributionHostedZoneId'
  | 'regionalDomainName'
  | 'regionalHostedZoneId'
>

/** The key of a domain name in its collection, and what its ARN ends in. */
export const domainNameKey = ({
  domainName,
  domainNameId,
}: Pick<DomainName, 'domainName' | 'domainNameId'>): string =>
  domainNameId === undefined ? domainName : `${domainName}+${domainNameId}`

/** The domain name, or AWS's words that there is none. A private one is named with its id. */
export const domainNameOf = async (
  call: ReadCall,
  domainName: string,
  domainNameId?: string,
): Promise<DomainName> => {
  const key = domainNameKey(defined({ domainName, domainNameId: domainNameId || undefined }))
  const found = await call.view.get(domainNames, call, key)
  if (found === undefined) throw notFound('Invalid domain name identifier specified')
  return found
}

/** Writes a new domain name with its addresses. */
export const createDomainName = async (
  call: WriteCall,
  facts: DomainNameFacts,
): Promise<DomainName> => {
  const isPrivate = isOfType(facts, 'PRIVATE')
  if (!isPrivate) await claimDomainName(call, facts.domainName)
  const id = isPrivate ? { domainNameId: call.ids.next(10) } : {}
  const key = domainNameKey({ domainName: facts.domainName, ...id })
  const created = withAddresses(call, {
    ...facts,
    ...id,
    domainNameArn: domainNameArn(call, key, isPrivate),
    domainNameStatus: 'AVAILABLE',
  })
  await call.tx.put(domainNames, call, key, created)
  await publishDomainName(call.tx, call, key)
  return created
}

/** Writes a changed domain name: addresses that its endpoint types now ask for are added, and others taken away. */
export const writeDomainName = async (
  call: WriteCall,
  domainName: DomainName,
): Promise<DomainName> => {
  const written = withAddresses(call, domainName)
  const key = domainNameKey(written)
  await call.tx.put(domainNames, call, key, written)
  await publishDomainName(call.tx, call, key)
  return written
}

/** Deletes a domain name with its mappings, routing rules and access associations. */
export const removeDomainName = async (call: WriteCall, domainName: DomainName): Promise<void> => {
  const key = domainNameKey(domainName)
  await call.tx.deletePrefix(basePathMappings, call, `${key}/`)
  await call.tx.deletePrefix(routingRules, call, `${key}/`)
  for (const { key: arn, value } of await call.view.list(domainNameAccessAssociations, call)) {
    if (value.domainNameArn !== domainName.domainNameArn) continue
    await call.tx.delete(domainNameAccessAssociations, call, arn)
  }
  await call.tx.delete(domainNames, call, key)
  await publishDomainName(call.tx, call, key)
  if (domainName.domainNameId === undefined) {
    await call.tx.delete(domainNameOwners, GLOBAL_SCOPE, domainName.domainName.toLowerCase())
  }
}

/** All mappings of a domain name, in the order of their base paths. */
export const mappingsOf = async (
  call: ReadCall,
  domainName: DomainName,
): Promise<readonly BasePathMapping[]> => {
  const prefix = `${domainNameKey(domainName)}/`
  const entries = await call.view.list(basePathMappings, call, { prefix })
  return entries.map(({ value }) => value)
}

export const findMapping = (
  call: ReadCall,
  domainName: DomainName,
  basePath: string,
): Promise<BasePathMapping | undefined> =>
  call.view.get(basePathMappings, call, `${domainNameKey(domainName)}/${basePath}`)

/** Writes a mapping, in the place of `before` where it had another base path. */
export const writeMapping = async (
  call: WriteCall,
  domainName: DomainName,
  mapping: BasePathMapping,
  before?: BasePathMapping,
): Promise<void> => {
  if (before !== undefined && before.basePath !== mapping.basePath) {
    await removeMapping(call, domainName, before)
  }
  const owner = domainNameKey(domainName)
  await call.tx.put(basePathMappings, call, `${owner}/${mapping.basePath}`, mapping)
  await publishDomainName(call.tx, call, owner)
}

export const removeMapping = async (
  call: WriteCall,
  domainName: DomainName,
  { basePath }: BasePathMapping,
): Promise<void> => {
  const owner = domainNameKey(domainName)
  await call.tx.delete(basePathMappings, call, `${owner}/${basePath}`)
  await publishDomainName(call.tx, call, owner)
}

/** An id that no other mapping of the domain name has. */
export const newMappingId = async (call: WriteCall, domainName: DomainName): Promise<string> => {
  const taken = new Set((await mappingsOf(call, domainName)).map((each) => each.apiMappingId))
  for (let attempt = 0; attempt < ID_ATTEMPTS_MAX; attempt++) {
    const id = call.ids.next(6)
    if (!taken.has(id)) return id
  }
  throw new Bug(`no free API mapping id in ${ID_ATTEMPTS_MAX} attempts`)
}

/** What kind of API an id names, and whether it has the stage: undefined where there is no such API. */
export const mappedApi = async (
  view: ReadCall['view'],
  scope: Scope,
  apiId: string,
  stage: string | undefined,
): Promise<
  { readonly protocol: 'REST' | 'HTTP' | 'WEBSOCKET'; readonly hasStage: boolean } | undefined
> => {
  const isRest = (await view.get(restApis, scope, apiId)) !== undefined
  const api = isRest ? undefined : await view.get(apisV2, scope, apiId)
  if (!isRest && api === undefined) return undefined
  const rows = isRest ? stages : stagesV2
  const hasStage =
    stage !== undefined && (await view.get<unknown>(rows, scope, `${apiId}/${stage}`)) !== undefined
  return { protocol: api?.protocolType ?? 'REST', hasStage }
}

/** Throws where a domain name leads to the API, or to the stage of it that is given. */
export const refuseMapped = async (
  call: ReadCall,
  apiId: string,
  stage?: string,
): Promise<void> => {
  for (const { key, value } of await call.view.list(basePathMappings, call)) {
    if (value.apiId !== apiId || (stage !== undefined && value.stage !== stage)) continue
    const domain = key.slice(0, key.indexOf('/'))
    throw badRequest(
      stage === undefined
        ? 'Please remove all base path mappings related to the API in your domain before deleting the API.'
        : `Please remove all base path mappings related to the stage: ${stage} in your domain: ${domain} before deleting the stage.`,
    )
  }
}

/** Mappings to try ids for; a domain name has at most 200. */
const ID_ATTEMPTS_MAX = 1024

// AWS: all CloudFront distributions are in this hosted zone. [behaviour.md §15]
const CLOUDFRONT_HOSTED_ZONE_ID = 'Z2FDTNDATAQYW2'

// https://docs.aws.amazon.com/general/latest/gr/apigateway.html
const REGIONAL_HOSTED_ZONE_IDS: Readonly<Record<string, string>> = {
  'us-east-1': 'Z1UJRXOUMOOFQ8',
  'us-east-2': 'ZOJJZC49E0EPZ',
  'us-west-1': 'Z2MUQ32089INYE',
  'us-west-2': 'Z2OJLYMUO9EFXC',
  'ap-northeast-1': 'Z1YSHQZHG15GKL',
  'ap-northeast-2': 'Z20JF4UZKIW1U8',
  'ap-south-1': 'Z3VO1THU9YC4UR',
  'ap-southeast-1': 'ZL327KTPIQFUL',
  'ap-southeast-2': 'Z2RPCDW04V8134',
  'ca-central-1': 'Z19DQILCV0OWEC',
  'eu-central-1': 'Z1U9ULNL0V5AJ3',
  'eu-west-1': 'ZLY8HYME6SFDD',
  'eu-west-2': 'ZJ5UAJN8Y3Z2Q',
  'eu-west-3': 'Z3KY65QIEKYHQQ',
  'sa-east-1': 'ZCMLWB8V5SYIT',
}

const isOfType = (
  { endpointConfiguration }: Pick<DomainName, 'endpointConfiguration'>,
  type: 'EDGE' | 'PRIVATE' | 'REGIONAL',
): boolean => endpointConfiguration.types?.includes(type) ?? false

// AWS: the ARN of a private domain name alone carries the account. [dg: arn-format-reference]
const domainNameArn = ({ region, accountId }: Scope, key: string, isPrivate: boolean): string =>
  `arn:${PARTITION}:apigateway:${region}:${isPrivate ? accountId : ''}:/domainnames/${key}`

const claimDomainName = async (call: WriteCall, domainName: string): Promise<void> => {
  const key = domainName.toLowerCase()
  const owner = await call.view.get(domainNameOwners, GLOBAL_SCOPE, key)
  if (owner !== undefined) throw badRequest('The domain name you provided already exists.')
  const { accountId, region } = call
  await call.tx.put(domainNameOwners, GLOBAL_SCOPE, key, { accountId, region })
}

/** The addresses to which DNS has to lead: one kind for each endpoint type, kept while the type is. */
const withAddresses = (call: WriteCall, domainName: DomainName): DomainName => {
  const {
    distributionDomainName,
    distributionHostedZoneId,
    regionalDomainName,
    regionalHostedZoneId,
    ...rest
  } = domainName
  return defined({
    ...rest,
    ...(isOfType(domainName, 'REGIONAL') && {
      regionalDomainName:
        regionalDomainName ?? `d-${call.ids.next(10)}.execute-api.${call.region}.${URL_SUFFIX}`,
      regionalHostedZoneId:
        regionalHostedZoneId ?? REGIONAL_HOSTED_ZONE_IDS[call.region] ?? 'Z1UJRXOUMOOFQ8',
    }),
    ...(isOfType(domainName, 'EDGE') && {
      distributionDomainName: distributionDomainName ?? `d${call.ids.next(13)}.cloudfront.net`,
      distributionHostedZoneId: distributionHostedZoneId ?? CLOUDFRONT_HOSTED_ZONE_ID,
    }),
  })
}

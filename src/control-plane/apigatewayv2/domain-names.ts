// DomainName as v2 sees it: a view on the domain names that v1 sees too.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/domainnames.html
import type {
  CreateDomainNameRequest,
  DeleteDomainNameRequest,
  GetDomainNameRequest,
  GetDomainNamesRequest,
  UpdateDomainNameRequest,
} from '@aws-sdk/client-apigatewayv2'
import type { DomainName } from '#model/domain-name.ts'
import { domainNames } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { checkTags } from '../apigateway/tag-rules.ts'
import { constrain, oneOf, required } from '../constraints.ts'
import { defined, nonEmpty } from '../defined.ts'
import * as shared from '../domain-names.ts'
import {
  checkDomainName,
  type Configuration,
  configurationsOf,
  endpointFacts,
  ROUTING_MODES,
  routingModeV1,
  routingModeV2,
} from './domain-name-rules.ts'
import { notFoundOf, type Page, pageOfItems } from './lookups.ts'

interface DomainNameAnswer {
  readonly apiMappingSelectionExpression: string
  readonly domainName: string
  readonly domainNameArn: string
  readonly domainNameConfigurations: readonly Configuration[]
  readonly mutualTlsAuthentication?: DomainName['mutualTlsAuthentication']
  readonly routingMode: string
  readonly tags?: DomainName['tags']
}

export const createDomainName = async (
  input: Uncapitalized<CreateDomainNameRequest>,
  call: WriteCall,
): Promise<DomainNameAnswer> => {
  const domainName = required(input.domainName, 'createDomainNameInput.domainName')
  const configurations = required(
    input.domainNameConfigurations,
    'createDomainNameInput.domainNameConfigurations',
  )
  constrain(oneOf(input.routingMode, 'createDomainNameInput.routingMode', ROUTING_MODES))
  checkTags(input.tags)
  const facts = {
    domainName,
    ...endpointFacts(configurations),
    ...defined({
      mutualTlsAuthentication: mutualTls(undefined, input.mutualTlsAuthentication),
      tags: nonEmpty(input.tags),
    }),
    routingMode: routingModeV1(input.routingMode ?? 'API_MAPPING_ONLY'),
  }
  checkDomainName(facts)
  return answer(await shared.createDomainName(call, facts))
}

export const getDomainName = async (
  input: Uncapitalized<GetDomainNameRequest>,
  call: ReadCall,
): Promise<DomainNameAnswer> => answer(await domainNameOf(call, input.domainName))

export const getDomainNames = async (
  input: Uncapitalized<GetDomainNamesRequest>,
  call: ReadCall,
): Promise<Page<DomainNameAnswer>> => {
  const entries = await call.view.list(domainNames, call)
  // Private domain names are v1's alone.
  const all = entries.map(({ value }) => value).filter((each) => each.domainNameId === undefined)
  const page = pageOfItems(all, (each) => each.domainName, input)
  return { ...page, items: page.items.map(answer) }
}

export const updateDomainName = async (
  input: Uncapitalized<UpdateDomainNameRequest>,
  call: WriteCall,
): Promise<DomainNameAnswer> => {
  const before = await domainNameOf(call, input.domainName)
  constrain(oneOf(input.routingMode, 'updateDomainNameInput.routingMode', ROUTING_MODES))
  const { mutualTlsAuthentication, ...rest } = before
  const configurations = input.domainNameConfigurations
  const domainName: DomainName = defined({
    ...rest,
    ...(configurations === undefined ? {} : endpointFacts(configurations, before)),
    mutualTlsAuthentication: mutualTls(mutualTlsAuthentication, input.mutualTlsAuthentication),
    routingMode:
      input.routingMode === undefined ? before.routingMode : routingModeV1(input.routingMode),
  })
  checkDomainName(domainName)
  return answer(await shared.writeDomainName(call, domainName))
}

export const deleteDomainName = async (
  input: Uncapitalized<DeleteDomainNameRequest>,
  call: WriteCall,
): Promise<void> => {
  await shared.removeDomainName(call, await domainNameOf(call, input.domainName))
}

/** The domain name, or v2's words that there is none. */
export const domainNameOf = async (
  call: ReadCall,
  domainName: string | undefined,
  domainNameId?: string,
): Promise<DomainName> => {
  const id = domainNameId || undefined
  const key = shared.domainNameKey(defined({ domainName: `${domainName}`, domainNameId: id }))
  const found = await call.view.get(domainNames, call, key)
  if (found !== undefined) return found
  throw notFoundOf('DomainName', `Invalid domain name identifier specified ${domainName}`)
}

type MutualTls = DomainName['mutualTlsAuthentication']

/** The empty text as the address of the truststore switches mutual TLS off. */
const mutualTls = (
  before: MutualTls,
  input: Uncapitalized<CreateDomainNameRequest>['mutualTlsAuthentication'],
): MutualTls => {
  if (input === undefined) return before
  if (input.truststoreUri === '') return undefined
  const { truststoreUri = before?.truststoreUri, truststoreVersion } = input
  return defined({
    truststoreUri,
    // A version belongs to the object that it was given with.
    truststoreVersion:
      truststoreVersion ??
      (truststoreUri === before?.truststoreUri ? before?.truststoreVersion : undefined),
  })
}

const answer = (domainName: DomainName): DomainNameAnswer => ({
  // AWS: of HTTP and REST APIs always this. [terraform.md, aws_apigatewayv2_domain_name]
  apiMappingSelectionExpression: '$request.basepath',
  domainName: domainName.domainName,
  domainNameArn: domainName.domainNameArn,
  domainNameConfigurations: configurationsOf(domainName),
  ...defined({
    mutualTlsAuthentication: domainName.mutualTlsAuthentication,
    tags: domainName.tags,
  }),
  routingMode: routingModeV2(domainName.routingMode),
})

// Aliases: names for versions, whose invocations may be divided between two of them.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
import type {
  AliasConfiguration,
  AliasRoutingConfiguration,
  CreateAliasRequest,
  DeleteAliasRequest,
  GetAliasRequest,
  ListAliasesRequest,
  UpdateAliasRequest,
} from '@aws-sdk/client-lambda'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { directory } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { pageOf, pageOfMarker } from '#wire/pagination.ts'
import { revisionOf } from './configuration.ts'
import { checkPattern, constraint, invalidParameter, resourceConflict } from './errors.ts'
import { aliasRecord, checkRevision, configured, functionRecord } from './lookups.ts'
import { isVersion, qualifiedArn, referenceOf } from './names.ts'
import { publishFunction } from './publish.ts'
import {
  type AliasRecord,
  aliases,
  eventInvokeConfigs,
  policies,
  provisioned,
  urls,
} from './records.ts'

type Described = Shape<AliasConfiguration>

export const createAlias = async (
  input: Shape<CreateAliasRequest>,
  call: WriteCall,
): Promise<Described> => {
  const name = await functionOf(input.FunctionName, call)
  const alias = input.Name ?? ''
  // AWS: a number would be a version. [API reference: CreateAlias]
  const holds = /^[A-Za-z0-9_-]{1,128}$/.test(alias) && !/^\d+$/.test(alias)
  checkPattern('name', alias, holds, '(?!^[0-9]+$)([a-zA-Z0-9-_]+)')
  if ((await call.tx.get(aliases, call, `${name}/${alias}`)) !== undefined) {
    throw resourceConflict(`Alias already exists: ${qualifiedArn(call, name, alias)}`)
  }
  const record = {
    Name: alias,
    FunctionVersion: await existing(name, input.FunctionVersion, call),
    Description: input.Description ?? '',
    ...(await weightsOf(name, input.FunctionVersion, input.RoutingConfig, call)),
  }
  return put(name, record, call)
}

export const updateAlias = async (
  input: Shape<UpdateAliasRequest>,
  call: WriteCall,
): Promise<Described> => {
  const name = await functionOf(input.FunctionName, call)
  const old = await aliasRecord(name, input.Name, call)
  checkRevision(input.RevisionId, old)
  const { revisionId: _, AdditionalVersionWeights, ...kept } = old
  const { FunctionVersion = old.FunctionVersion, Description = old.Description } = input
  const weights =
    input.RoutingConfig === undefined
      ? AdditionalVersionWeights && { AdditionalVersionWeights }
      : await weightsOf(name, FunctionVersion, input.RoutingConfig, call)
  await existing(name, FunctionVersion, call)
  return put(name, { ...kept, FunctionVersion, Description, ...weights }, call)
}

const put = async (
  name: string,
  alias: Omit<AliasRecord, 'revisionId'>,
  call: WriteCall,
): Promise<Described> => {
  const record = { ...alias, revisionId: revisionOf(call, { name, alias }) }
  await call.tx.put(aliases, call, `${name}/${alias.Name}`, record)
  await publishFunction(name, call)
  return describe(name, record, call)
}

export const getAlias = async (
  input: Shape<GetAliasRequest>,
  call: ReadCall,
): Promise<Described> => {
  const name = await functionOf(input.FunctionName, call)
  return describe(name, await aliasRecord(name, input.Name, call), call)
}

export const listAliases = async (input: Shape<ListAliasesRequest>, call: ReadCall) => {
  const name = await functionOf(input.FunctionName, call)
  const entries = await call.view.list(aliases, call, { prefix: `${name}/` })
  const wanted = entries
    .map(({ value }) => value)
    .filter(({ FunctionVersion }) => (input.FunctionVersion ?? FunctionVersion) === FunctionVersion)
  const page = pageOf(wanted, (alias) => alias.Name, pageOfMarker(input))
  return {
    Aliases: page.items.map((alias) => describe(name, alias, call)),
    ...(page.token !== undefined && { NextMarker: page.token }),
  }
}

/** AWS: an alias that is not there is deleted without a word. [API reference: DeleteAlias, idempotent] */
export const deleteAlias = async (input: Shape<DeleteAliasRequest>, call: WriteCall) => {
  const name = await functionOf(input.FunctionName, call)
  const key = `${name}/${input.Name}`
  const url = await call.tx.get(urls, call, key)
  if (url !== undefined) {
    await call.tx.delete(directory, GLOBAL_SCOPE, `function-url/${url.urlId}`)
  }
  for (const parts of [aliases, policies, urls, eventInvokeConfigs, provisioned]) {
    await call.tx.delete<unknown>(parts, call, key)
  }
  await publishFunction(name, call)
  return {}
}

const functionOf = async (functionName: string | undefined, call: ReadCall): Promise<string> => {
  const reference = referenceOf(functionName, undefined, call)
  await functionRecord(reference, call)
  return reference.name
}

/** The version, which is there. */
const existing = async (
  name: string,
  version: string | undefined,
  call: ReadCall,
): Promise<string> => {
  const text = version ?? ''
  checkPattern(
    'functionVersion',
    text,
    text === '$LATEST' || isVersion(text),
    String.raw`(\$LATEST|[0-9]+)`,
  )
  await configured({ name, qualifier: text }, call)
  return text
}

const weightsOf = async (
  name: string,
  first: string | undefined,
  routing: Shape<AliasRoutingConfiguration> | undefined,
  call: ReadCall,
): Promise<Pick<AliasRecord, 'AdditionalVersionWeights'>> => {
  const weights = Object.entries(routing?.AdditionalVersionWeights ?? {})
  const [only] = weights
  if (only === undefined) return {}
  const [version, weight] = only
  if (weights.length > 1) {
    throw invalidParameter('Number of items in AdditionalVersionWeights cannot be greater than 1')
  }
  if (first === '$LATEST' || version === '$LATEST') {
    throw invalidParameter('$LATEST is not supported for an alias pointing to more than 1 version')
  }
  if (version === first) {
    throw invalidParameter(
      `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
    )
  }
  if (!(weight >= 0 && weight <= 1)) {
    const at = 'routingConfig.additionalVersionWeights'
    throw constraint(at, String(weight), 'Member must have value between 0.0 and 1.0')
  }
  await existing(name, version, call)
  return { AdditionalVersionWeights: { [version]: weight } }
}

const describe = (name: string, alias: AliasRecord, call: ReadCall): Described => ({
  AliasArn: qualifiedArn(call, name, alias.Name),
  Name: alias.Name,
  FunctionVersion: alias.FunctionVersion,
  Description: alias.Description,
  RevisionId: alias.revisionId,
  ...(alias.AdditionalVersionWeights !== undefined && {
    RoutingConfig: { AdditionalVersionWeights: alias.AdditionalVersionWeights },
  }),
})

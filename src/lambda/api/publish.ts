// From what is stored to what is shipped: a function's directory entries, written in the transaction of the change.
import type {
  AliasRoute,
  AsynchronousSettings,
  FunctionCode,
  FunctionRouting,
} from '#model/function.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import type { Call } from '#model/call.ts'
import { directory } from '#store/collections.ts'
import type { Collection, View } from '#store/store.ts'
import type { WriteCall } from '#store/transactional.ts'
import { archiveUses } from '../code-store.ts'
import {
  aliases,
  type Configured,
  type EventInvokeRecord,
  eventInvokeConfigs,
  functions,
  policies,
  type PolicyRecord,
} from './records.ts'

/** As `model/documents.ts` defines them. */
const entryKey = ({ accountId, region }: Call, name: string): string =>
  `function/${accountId}/${region}/${name}`
const versionEntryKey = ({ accountId, region }: Call, name: string, version: string): string =>
  `function-version/${accountId}/${region}/${name}/${version}`

/** Ships a function as it is stored now. */
export const publishFunction = async (name: string, call: WriteCall): Promise<void> => {
  const record = await call.tx.get(functions, call, name)
  if (record === undefined) {
    await call.tx.delete(directory, GLOBAL_SCOPE, entryKey(call, name))
    return
  }
  const { accountId, region } = call
  const permitted = await byQualifier(call.tx, policies, name, call, policyText)
  await call.tx.put(directory, GLOBAL_SCOPE, entryKey(call, name), {
    kind: 'function',
    scope: { accountId, region },
    function: record.document,
    routing: await routingOf(name, record.reservedConcurrency, call),
    ...(Object.keys(permitted).length > 0 && { policies: permitted }),
  })
}

const routingOf = async (
  name: string,
  reservedConcurrency: number | undefined,
  call: WriteCall,
): Promise<FunctionRouting> => ({
  aliases: await byQualifier(call.tx, aliases, name, call, routeOf),
  ...(reservedConcurrency !== undefined && { reservedConcurrency }),
  asynchronous: await byQualifier(call.tx, eventInvokeConfigs, name, call, asynchronousOf),
})

const routeOf = ({ FunctionVersion, AdditionalVersionWeights }: AliasRoute): AliasRoute => ({
  FunctionVersion,
  ...(AdditionalVersionWeights !== undefined && { AdditionalVersionWeights }),
})

const asynchronousOf = (record: EventInvokeRecord): AsynchronousSettings => {
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig } = record
  const onSuccess = DestinationConfig?.OnSuccess?.Destination
  const onFailure = DestinationConfig?.OnFailure?.Destination
  return {
    ...(MaximumRetryAttempts !== undefined && { MaximumRetryAttempts }),
    ...(MaximumEventAgeInSeconds !== undefined && { MaximumEventAgeInSeconds }),
    ...(onSuccess !== undefined && { onSuccess }),
    ...(onFailure !== undefined && { onFailure }),
  }
}

/** A policy as JSON text. */
export const policyText = ({ statements }: PolicyRecord): string =>
  JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements })

const byQualifier = async <Stored, Shipped>(
  view: View,
  from: Collection<Stored>,
  name: string,
  call: WriteCall,
  ship: (stored: Stored) => Shipped,
): Promise<Record<string, Shipped>> => {
  const entries = await view.list(from, call, { prefix: `${name}/` })
  return Object.fromEntries(
    entries.map(({ key, value }) => [key.slice(name.length + 1), ship(value)]),
  )
}

export const publishVersionEntry = async (
  { document }: Configured,
  version: string,
  call: WriteCall,
): Promise<void> => {
  const { accountId, region } = call
  const key = versionEntryKey(call, document.FunctionName, version)
  await call.tx.put(directory, GLOBAL_SCOPE, key, {
    kind: 'function-version',
    scope: { accountId, region },
    function: document,
  })
}

export const withdrawVersion = (name: string, version: string, call: WriteCall) =>
  call.tx.delete(directory, GLOBAL_SCOPE, versionEntryKey(call, name, version))

/** Notes that archives have a user (`function/{name}/{version}`, `layer/{name}/{version}`), or have it no more. */
export const useArchives = async (
  { code, layers }: { readonly code: FunctionCode; readonly layers: readonly FunctionCode[] },
  user: string,
  isUsed: boolean,
  call: WriteCall,
): Promise<void> => {
  for (const used of [code, ...layers]) {
    if (used.kind !== 'archive') continue
    const key = `${used.sha256}/${call.accountId}/${call.region}/${user}`
    if (isUsed) await call.tx.put(archiveUses, GLOBAL_SCOPE, key, true)
    else await call.tx.delete(archiveUses, GLOBAL_SCOPE, key)
  }
}

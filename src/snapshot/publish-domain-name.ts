// Publishes custom domain names: one directory entry each, with all that leads from it to stages. Written inside the
// transaction of the operation that makes it necessary. Private domain names are reached through VPC endpoints,
// which do not exist here: they are in nobody's directory.
import type { DomainName, DomainNameEntry } from '#model/domain-name.ts'
import { GLOBAL_SCOPE, type Scope } from '#model/scope.ts'
import { basePathMappings, directory, domainNames, routingRules } from '#store/collections.ts'
import type { Transaction } from '#store/store.ts'

/** Writes the entry of a domain name as the store has it now, or takes it away where it is gone. */
export const publishDomainName = async (
  tx: Transaction,
  scope: Scope,
  key: string,
): Promise<void> => {
  // The key of a private domain name goes on with its id; a name itself has no plus sign.
  if (key.includes('+')) return
  const domainName = await tx.get(domainNames, scope, key)
  const entryKey = `domain-name/${key.toLowerCase()}`
  if (domainName === undefined) await tx.delete(directory, GLOBAL_SCOPE, entryKey)
  else {
    await tx.put(directory, GLOBAL_SCOPE, entryKey, await entryOf(tx, scope, key, domainName))
  }
}

const entryOf = async (
  tx: Transaction,
  { accountId, region }: Scope,
  key: string,
  { domainName, routingMode, mutualTlsAuthentication, endpointAccessMode }: DomainName,
): Promise<DomainNameEntry> => {
  const scope = { accountId, region }
  const mappings = await tx.list(basePathMappings, scope, { prefix: `${key}/` })
  const rules = await tx.list(routingRules, scope, { prefix: `${key}/` })
  return {
    kind: 'domain-name',
    scope,
    domainName: domainName.toLowerCase(),
    routingMode,
    mutualTls: mutualTlsAuthentication?.truststoreUri !== undefined,
    ...(endpointAccessMode === 'STRICT' && { isStrict: true }),
    mappings: mappings.map(({ value: { basePath, apiId, stage } }) => ({
      basePath,
      apiId,
      ...(stage !== undefined && { stage }),
    })),
    routingRules: rules
      .map(({ value }) => value)
      .toSorted((one, other) => one.priority - other.priority),
  }
}

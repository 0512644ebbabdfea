// ImportApiKeys: API keys from a file. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-key-file-format.html
import type { ImportApiKeysRequest } from '@aws-sdk/client-api-gateway'
import type { ApiKey, UsagePlan } from '#model/apigateway/usage-plan.ts'
import { findApiKeyEntry, publishMembership } from '#snapshot/publish-usage.ts'
import { usagePlanKeys } from '#store/collections.ts'
import type { WriteCall } from '#store/transactional.ts'
import { badRequest, ServiceError } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { constrain, oneOf } from '../constraints.ts'
import { defined } from '../defined.ts'
import { definitionText } from '../openapi/import-options.ts'
import { apiKeyOf, rewriteKey, writeNewKey } from './api-keys.ts'
import { csvRows } from './csv.ts'
import { checkKeyStages, usagePlanOf } from './usage-plans.ts'

export const importApiKeys = async (
  input: Shape<ImportApiKeysRequest>,
  call: WriteCall,
): Promise<{ readonly ids: readonly string[]; readonly warnings: readonly string[] }> => {
  constrain(oneOf(input.format, 'format', ['csv']))
  const [header, ...rows] = csvRows(definitionText(input.body))
  const columns = (header ?? []).map((name) => name.trim().toLowerCase())
  for (const wanted of ['name', 'key']) {
    if (!columns.includes(wanted)) throw badRequest(`Invalid CSV: the column ${wanted} is missing`)
  }
  if (rows.length > ROWS_MAX) throw badRequest(`Invalid CSV: more than ${ROWS_MAX} keys`)
  const ids = new Set<string>()
  const warnings = columns
    .filter((name) => !COLUMNS.includes(name))
    .map((name) => `The column ${name} is not used`)
  for (const [index, row] of rows.entries()) {
    try {
      ids.add(await importRow(call, columns, row))
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      warnings.push(`Row ${index + 1}: ${error.message}`)
    }
  }
  if (input.failOnWarnings === true && warnings.length > 0) {
    throw badRequest(`Warnings found during import:\n\t${warnings.join('\n\t')}`)
  }
  return { ids: [...ids], warnings }
}

const COLUMNS = ['name', 'key', 'description', 'enabled', 'usageplanids']
/** As many keys as an account may have. [dg: limits] */
const ROWS_MAX = 10_000

const importRow = async (
  call: WriteCall,
  columns: readonly string[],
  row: readonly string[],
): Promise<string> => {
  const cell = (name: string) => row[columns.indexOf(name)]?.trim() || undefined
  const ids = (cell('usageplanids') ?? '').split(',').map((id) => id.trim())
  const plans: UsagePlan[] = []
  for (const id of new Set(ids)) if (id !== '') plans.push(await usagePlanOf(call, id))
  const value = cell('key')
  if (value === undefined) throw badRequest('API Key value should be at least 20 characters')
  await checkKeyStages(call, { id: cell('name') ?? '', value }, plans)
  const key = await writeKey(
    call,
    defined({
      name: cell('name'),
      value,
      description: cell('description'),
      // AWS: what is not said is true. [guide: api-key-file-format]
      enabled: (cell('enabled') ?? 'true').toLowerCase() === 'true',
    }),
  )
  for (const { id: planId } of plans) {
    const planKey = defined({ id: key.id, type: 'API_KEY', name: key.name })
    await call.tx.put(usagePlanKeys, call, `${planId}/${key.id}`, planKey)
    await publishMembership(call.tx, call, { keyId: key.id, planId, isIn: true })
  }
  return key.id
}

/** AWS: a key that is imported again overwrites what was; two are one where their values are. [guide: api-key-file-format] */
const writeKey = async (
  call: WriteCall,
  row: Pick<ApiKey, 'enabled' | 'value'> & Partial<Pick<ApiKey, 'name' | 'description'>>,
): Promise<ApiKey> => {
  const entry = await findApiKeyEntry(call.view, call, row.value)
  if (entry === undefined) return writeNewKey(call, row)
  const { name: _name, description: _description, ...before } = await apiKeyOf(call, entry.id)
  return rewriteKey(call, { ...before, ...row })
}

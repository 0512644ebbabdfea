// ImportApiKeys: API keys from a file. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-key-file-format.html
import type { ImportApiKeysRequest } from '@aws-sdk/client-api-gateway'
import { publishMembership } from '#snapshot/publish-usage.ts'
import { usagePlanKeys } from '#store/collections.ts'
import type { WriteCall } from '#store/transactional.ts'
import { badRequest, ServiceError } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { constrain, oneOf } from '../constraints.ts'
import { defined } from '../defined.ts'
import { definitionText } from '../openapi/import-options.ts'
import { writeNewKey } from './api-keys.ts'
import { csvRows } from './csv.ts'
import { usagePlanOf } from './usage-plans.ts'

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
  const ids: string[] = []
  const warnings = columns
    .filter((name) => !COLUMNS.includes(name))
    .map((name) => `The column ${name} is not used`)
  for (const [index, row] of rows.entries()) {
    try {
      ids.push(await importRow(call, columns, row))
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      warnings.push(`Row ${index + 1}: ${error.message}`)
    }
  }
  if (input.failOnWarnings === true && warnings.length > 0) {
    throw badRequest(`Warnings found during import:\n\t${warnings.join('\n\t')}`)
  }
  return { ids, warnings }
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
  const plans = (cell('usageplanids') ?? '').split(',').filter((id) => id.trim() !== '')
  for (const plan of plans) await usagePlanOf(call, plan.trim())
  const key = await writeNewKey(
    call,
    defined({
      name: cell('name'),
      value: cell('key'),
      description: cell('description'),
      enabled: cell('enabled')?.toLowerCase() === 'true',
    }),
  )
  for (const plan of plans) {
    const planKey = defined({ id: key.id, type: 'API_KEY', name: key.name })
    await call.tx.put(usagePlanKeys, call, `${plan.trim()}/${key.id}`, planKey)
    const member = { keyId: key.id, planId: plan.trim(), isIn: true }
    await publishMembership(call.tx, call, member)
  }
  return key.id
}

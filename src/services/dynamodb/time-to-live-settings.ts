// Which attribute of a table says how long its items live. Apart from the sweeps (time-to-live.ts): a stack sets it with
// no engine open.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html
import { GLOBAL_SCOPE, type Scope } from '#model/scope.ts'
import { isObject } from '#shared/json.ts'
import { collection, type Transaction, type View } from '#store/store.ts'
import type { StoreCall } from '#store/transactional.ts'
import { ServiceError } from '#wire/errors.ts'

type Output = Readonly<Record<string, unknown>>

export interface TimeToLive {
  readonly accountId: string
  readonly region: string
  readonly tableName: string
  readonly attribute: string
}

/** Of the whole node, by `{account}/{region}/{table}`: whoever sweeps need not know whose tables there are. */
export const timesToLive = collection<TimeToLive>('dynamodb/timesToLive')

const keyOf = ({ accountId, region }: Scope, tableName: string): string =>
  `${accountId}/${region}/${tableName}`

/** What a definition says; undefined turns it off. */
export const setTimeToLive = async (
  tx: Transaction,
  { accountId, region }: Scope,
  tableName: string,
  attribute: string | undefined,
): Promise<void> => {
  const key = keyOf({ accountId, region }, tableName)
  if (attribute === undefined) await tx.delete(timesToLive, GLOBAL_SCOPE, key)
  else await tx.put(timesToLive, GLOBAL_SCOPE, key, { accountId, region, tableName, attribute })
}

export const timeToLiveOf = (
  view: View,
  scope: Scope,
  tableName: string,
): Promise<TimeToLive | undefined> => view.get(timesToLive, GLOBAL_SCOPE, keyOf(scope, tableName))

/** The attribute's name where the specification enables it. */
export const attributeOf = (specification: unknown): string | undefined => {
  if (!isObject(specification) || specification['Enabled'] === false) return undefined
  const name = specification['AttributeName']
  return typeof name === 'string' && name !== '' ? name : undefined
}

export const describeTimeToLive = async (input: Output, call: StoreCall): Promise<Output> => {
  const found = await call.store.read((view) =>
    timeToLiveOf(view, call, String(input['TableName'])),
  )
  const on = found && { TimeToLiveStatus: 'ENABLED', AttributeName: found.attribute }
  return { TimeToLiveDescription: on ?? { TimeToLiveStatus: 'DISABLED' } }
}

export const updateTimeToLive = (input: Output, call: StoreCall): Promise<Output> => {
  const specification = input['TimeToLiveSpecification']
  if (!isObject(specification) || typeof specification['Enabled'] !== 'boolean')
    throw invalid('TimeToLiveSpecification with Enabled and AttributeName is required')
  const name = specification['AttributeName']
  if (typeof name !== 'string' || name === '' || Buffer.byteLength(name) > 255)
    throw invalid('TimeToLive AttributeName must have 1 to 255 bytes')
  return call.store.write(async (tx) => {
    const tableName = String(input['TableName'])
    const now = await timeToLiveOf(tx, call, tableName)
    if (specification['Enabled'] === true) {
      if (now?.attribute === name) throw invalid('TimeToLive is already enabled')
      if (now !== undefined)
        throw invalid(
          `TimeToLive is active on a different AttributeName: current AttributeName is ${now.attribute}`,
        )
    } else if (now === undefined) throw invalid('TimeToLive is already disabled')
    else if (now.attribute !== name)
      throw invalid(
        `TimeToLive is active on a different AttributeName: current AttributeName is ${now.attribute}`,
      )
    await setTimeToLive(tx, call, tableName, attributeOf(specification))
    return { TimeToLiveSpecification: specification }
  })
}

const invalid = (message: string): ServiceError =>
  new ServiceError('ValidationException', 400, message)

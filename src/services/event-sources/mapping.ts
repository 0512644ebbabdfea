// What an event source mapping says, read once when it is put.
import {
  compileEventPattern,
  type EventPattern,
  parseEventPattern,
} from '#languages/event-pattern/event-pattern.ts'
import type { EventSourceMappingEntry } from '#model/documents.ts'
import { isObject } from '#shared/json.ts'

export interface Mapping {
  readonly uuid: string
  readonly sourceArn: string
  readonly functionArn: string
  readonly batchSize: number
  readonly windowMs: number
  readonly reportsFailures: boolean
  /** Undefined: every record is for the function. */
  readonly filter: EventPattern | undefined
  /** Of queues: batches at once. */
  readonly concurrency: number
  /** Of streams. -1: for ever. */
  readonly retriesMax: number
  readonly ageSecondsMax: number
  readonly bisects: boolean
  /** Batches at once, of different items. */
  readonly lanes: number
  readonly onFailure: string | undefined
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST'
}

/** AWS: a mapping begins with five batches at once. [guide: services-sqs-scaling] */
const CONCURRENCY = 5
const CONCURRENCY_MAX = 1_000

/** Throws `InvalidPattern` where its filter is none. */
export const readMapping = (entry: EventSourceMappingEntry): Mapping => {
  const { uuid, functionArn, eventSourceArn: sourceArn, configuration } = entry
  const number = (name: string, fallback: number): number => {
    const value = configuration[name]
    return typeof value === 'number' ? value : fallback
  }
  const member = (name: string, ...path: readonly string[]): unknown =>
    path.reduce<unknown>(
      (value, key) => (isObject(value) ? value[key] : undefined),
      configuration[name],
    )
  const types = configuration['FunctionResponseTypes']
  const onFailure = member('DestinationConfig', 'OnFailure', 'Destination')
  const concurrency = member('ScalingConfig', 'MaximumConcurrency')
  return {
    uuid,
    sourceArn,
    functionArn,
    batchSize: number('BatchSize', 10),
    windowMs: number('MaximumBatchingWindowInSeconds', 0) * 1_000,
    reportsFailures: Array.isArray(types) && types.includes('ReportBatchItemFailures'),
    filter: readFilter(member('FilterCriteria', 'Filters')),
    concurrency: Math.min(
      typeof concurrency === 'number' ? concurrency : CONCURRENCY,
      CONCURRENCY_MAX,
    ),
    retriesMax: number('MaximumRetryAttempts', -1),
    ageSecondsMax: number('MaximumRecordAgeInSeconds', -1),
    bisects: configuration['BisectBatchOnFunctionError'] === true,
    lanes: number('ParallelizationFactor', 1),
    onFailure: typeof onFailure === 'string' && onFailure !== '' ? onFailure : undefined,
    startingPosition:
      configuration['StartingPosition'] === 'TRIM_HORIZON' ? 'TRIM_HORIZON' : 'LATEST',
  }
}

/** AWS: a record is for the function if any of the filters fits. */
const readFilter = (filters: unknown): EventPattern | undefined => {
  if (!Array.isArray(filters) || filters.length === 0) return undefined
  const patterns = filters.map((filter: unknown) => {
    const pattern = isObject(filter) ? filter['Pattern'] : undefined
    return typeof pattern === 'string' ? parseEventPattern(pattern) : compileEventPattern(pattern)
  })
  return (event) => patterns.some((pattern) => pattern(event))
}

/** What a function said of a batch. */
export type BatchOutcome =
  | { readonly kind: 'done' }
  /** The identifiers of the records that failed. */
  | { readonly kind: 'partial'; readonly failed: ReadonlySet<string> }
  | { readonly kind: 'failed'; readonly reason: string; readonly requestId: string }

/**
 * AWS: an empty answer or list means success; anything that is no list of known identifiers means that the whole batch
 * failed. [guide: services-sqs-errorhandling]
 */
export const outcomeOf = (
  payload: Uint8Array,
  ids: ReadonlySet<string>,
  requestId: string,
): BatchOutcome => {
  const text = Buffer.from(payload).toString('utf8')
  if (text === '' || text === 'null') return { kind: 'done' }
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    return { kind: 'failed', reason: 'the answer is no JSON', requestId }
  }
  const list = isObject(answer) ? (answer['batchItemFailures'] ?? []) : undefined
  if (list === undefined) return { kind: 'done' }
  if (!Array.isArray(list))
    return { kind: 'failed', reason: 'batchItemFailures is no list', requestId }
  const failed = list.map((one: unknown) => (isObject(one) ? one['itemIdentifier'] : undefined))
  if (failed.some((id) => typeof id !== 'string' || !ids.has(id))) {
    return { kind: 'failed', reason: 'batchItemFailures names an unknown record', requestId }
  }
  return failed.length === 0
    ? { kind: 'done' }
    : { kind: 'partial', failed: new Set(failed.map(String)) }
}

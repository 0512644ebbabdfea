// PutEvents: each event goes to every rule of its bus that it fits, and is accepted when what is to be delivered is in
// the outbox. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
import type { PutEventsRequest, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge'
import { type EventPattern, parseEventPattern } from '#languages/event-pattern/event-pattern.ts'
import { isObject } from '#shared/json.ts'
import type { Random } from '#shared/random.ts'
import type { Scope } from '#model/scope.ts'
import { createReadings } from '#store/readings.ts'
import type { Store } from '#store/store.ts'
import type { StoreCall } from '#store/transactional.ts'
import { notImplemented } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { type Carry, type Parcel, Undeliverable } from '../delivery/courier.ts'
import type { DeliveryRules, Outbox, Posting } from '../delivery/outbox.ts'
import {
  busName,
  buses,
  DEFAULT_BUS,
  ruleArn,
  type RuleRecord,
  rules,
  type RuleTarget,
  validation,
} from './records.ts'
import { inputFor } from './target-input.ts'

type Event = Readonly<Record<string, unknown>>

interface CompiledRule {
  readonly record: RuleRecord
  readonly matches: EventPattern
}

interface Bus {
  readonly scope: Scope
  readonly rules: readonly CompiledRule[]
}

export interface EventBuses {
  putEvents(input: Shape<PutEventsRequest>, call: StoreCall): Promise<unknown>
  /** For other services: an event as JSON text, to a bus's ARN. */
  readonly carry: Carry
  /** What a schedule fires. */
  fire(rule: RuleRecord, scope: Scope): Promise<void>
  close(): void
}

const ENTRIES_MAX = 10
/** AWS: all entries together. [guide: eb-putevent-size] */
const REQUEST_BYTES_MAX = 262_144
const BUSES_MAX = 1_000
/** An event may go from bus to bus, but not in circles. */
const HOPS_MAX = 5

/** AWS: a day, and 185 times. [guide: eb-rule-retry-policy] */
const ATTEMPTS_MAX = 185
const AGE_SECONDS_MAX = 86_400

export const createEventBuses = (options: {
  readonly store: Store
  readonly outbox: Outbox
  readonly random: Random
  readonly nowMs: () => number
}): EventBuses => {
  const { store, outbox, random, nowMs } = options
  const known = createReadings<Bus | undefined>(store, [buses, rules], BUSES_MAX)
  const find = ({ accountId, region }: Scope, name: string) =>
    known.of(`${accountId}/${region}/${name}`, () => readBus(store, { accountId, region }, name))

  const postings = (bus: Bus, event: Event, hops: number): readonly Posting[] =>
    bus.rules
      .filter(({ matches }) => matches(event))
      .flatMap(({ record }) =>
        record.targets.map((target) =>
          postingFor(target, record, { event, scope: bus.scope, hops, nowMs: nowMs() }),
        ),
      )

  return {
    putEvents: async (input, call) => {
      const entries = input.Entries ?? []
      if (entries.length === 0 || entries.length > ENTRIES_MAX) {
        throw validation(
          `1 validation error detected: Value '[${entries.length} entries]' at 'entries' failed to satisfy constraint: Member must have length ${entries.length === 0 ? 'greater than or equal to 1' : `less than or equal to ${ENTRIES_MAX}`}`,
        )
      }
      if (input.EndpointId !== undefined) {
        throw notImplemented('Global endpoints are not provided here.')
      }
      if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > REQUEST_BYTES_MAX) {
        throw validation('Total size of the entries in the request is over the limit.')
      }
      const all: Posting[] = []
      const Entries: unknown[] = []
      for (const entry of entries) {
        const problem = problemOf(entry)
        if (problem !== undefined) {
          Entries.push(problem)
          continue
        }
        const id = random.uuid()
        const bus = await find(call, busName(entry.EventBusName))
        // AWS: an event for a bus that is not there is accepted and lost.
        if (bus !== undefined) all.push(...postings(bus, eventOf(entry, id, call), 0))
        Entries.push({ EventId: id })
      }
      await outbox.add(all)
      const FailedEntryCount = Entries.filter((one) => isObject(one) && 'ErrorCode' in one).length
      return { FailedEntryCount, Entries }
    },
    carry: async ({ target, body, hops = 0 }) => {
      const [, , , region = '', accountId = ''] = target.split(':')
      const scope = { region, accountId }
      const bus = await find(scope, busName(target))
      if (bus === undefined)
        throw new Undeliverable('NO_RESOURCE', `there is no event bus ${target}`)
      if (hops > HOPS_MAX) {
        const message = `the event came through more than ${HOPS_MAX} buses`
        throw new Undeliverable('INVALID_PARAMETER', message)
      }
      await outbox.add(postings(bus, forwarded(body, target, random.uuid(), nowMs()), hops))
    },
    fire: async (record, scope) => {
      const time = formatTime(nowMs())
      const event = {
        version: '0',
        id: random.uuid(),
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        account: scope.accountId,
        time,
        region: scope.region,
        resources: [ruleArn(scope, record.bus, record.name)],
        detail: {},
      }
      const given = { event, scope, hops: 0, nowMs: nowMs() }
      await outbox.add(record.targets.map((target) => postingFor(target, record, given)))
    },
    close: known.close,
  }
}

const readBus = (store: Store, scope: Scope, name: string): Promise<Bus | undefined> =>
  store.read(async (view) => {
    const isThere = name === DEFAULT_BUS || (await view.get(buses, scope, name)) !== undefined
    if (!isThere) return undefined
    const held = await view.list(rules, scope, { prefix: `${name}|` })
    return {
      scope,
      rules: held.flatMap(({ value }) =>
        value.isEnabled && value.pattern !== undefined
          ? [{ record: value, matches: parseEventPattern(value.pattern) }]
          : [],
      ),
    }
  })

interface GivenEvent {
  readonly event: Event
  readonly scope: Scope
  readonly hops: number
  /** When it was put on the bus, whatever it says itself. */
  readonly nowMs: number
}

const postingFor = (
  target: RuleTarget,
  { bus, name }: RuleRecord,
  { event, scope, hops, nowMs }: GivenEvent,
): Posting => {
  const rule = { arn: ruleArn(scope, bus, name), name, ingestionTime: formatTime(nowMs) }
  const groupId = target.SqsParameters?.MessageGroupId
  const { Arn = '', RoleArn: roleArn } = target
  const parcel: Parcel = {
    target: Arn,
    body: inputFor(target, event, rule),
    by: {
      service: 'events.amazonaws.com',
      sourceArn: rule.arn,
      sourceAccount: scope.accountId,
      ...(roleArn !== undefined && { roleArn }),
    },
    ...(groupId !== undefined && { groupId }),
    hops: hops + 1,
  }
  return { parcel, rules: rulesOf(target, { RULE_ARN: rule.arn, TARGET_ARN: Arn }) }
}

const rulesOf = (
  { RetryPolicy, DeadLetterConfig }: RuleTarget,
  facts: Readonly<Record<string, string>>,
): DeliveryRules => {
  const deadLetterArn = DeadLetterConfig?.Arn
  return {
    attemptsMax: (RetryPolicy?.MaximumRetryAttempts ?? ATTEMPTS_MAX) + 1,
    ageSecondsMax: RetryPolicy?.MaximumEventAgeInSeconds ?? AGE_SECONDS_MAX,
    ...(deadLetterArn !== undefined && { deadLetterArn, deadLetter: { facts } }),
  }
}

type Entry = Shape<PutEventsRequestEntry>

const problemOf = (entry: Entry) => {
  const { Source, DetailType, Detail } = entry
  const missing = Object.entries({ Source, DetailType, Detail }).find(([, value]) => !value)
  if (missing !== undefined) {
    const [name] = missing
    return {
      ErrorCode: 'InvalidArgument',
      ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
    }
  }
  if (Source?.startsWith('aws.') === true) {
    return {
      ErrorCode: 'NotAuthorizedForSourceException',
      ErrorMessage: 'Not authorized for the source.',
    }
  }
  return isObject(jsonOf(Detail ?? ''))
    ? undefined
    : { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }
}

/** AWS: how entries are measured. [guide: eb-putevent-size] */
const sizeOf = ({ Time, Source, DetailType, Detail, Resources = [] }: Entry): number =>
  [Source, DetailType, Detail, ...Resources].reduce(
    (sum, text = '') => sum + Buffer.byteLength(text),
    Time === undefined ? 0 : TIME_BYTES,
  )

const TIME_BYTES = 14

const formatTime = (time: Date | number): string =>
  new Date(time).toISOString().replace(/\.\d+Z$/, 'Z')

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
const eventOf = (entry: Entry, id: string, call: Scope & { readonly nowMs: number }): Event => ({
  version: '0',
  id,
  'detail-type': entry.DetailType,
  source: entry.Source,
  account: call.accountId,
  time: formatTime(entry.Time ?? call.nowMs),
  region: call.region,
  resources: entry.Resources ?? [],
  detail: jsonOf(entry.Detail ?? '{}'),
})

/** What another bus or a service sends: an event already, or the record of an invocation, which becomes one. */
const forwarded = (body: string, busArn: string, id: string, nowMs: number): Event => {
  const [, , , region = '', account = ''] = busArn.split(':')
  const read = jsonOf(body)
  if (isObject(read) && 'detail-type' in read && 'source' in read) return read
  const context = isObject(read) ? read['requestContext'] : undefined
  const isSuccess = isObject(context) && context['condition'] === 'Success'
  const functionArn = isObject(context) ? context['functionArn'] : undefined
  // AWS: [guide: invocation-async-retain-records, "EventBridge"]
  return {
    version: '0',
    id,
    'detail-type': `Lambda Function Invocation Result - ${isSuccess ? 'Success' : 'Failure'}`,
    source: 'lambda',
    account,
    time: formatTime(nowMs),
    region,
    resources: typeof functionArn === 'string' ? [functionArn, busArn] : [busArn],
    detail: isObject(read) ? read : { message: body },
  }
}

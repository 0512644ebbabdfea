// Schedules and their groups as they are stored.
import type { FlexibleTimeWindow, Target } from '@aws-sdk/client-scheduler'
import { PARTITION, type Scope } from '#model/scope.ts'
import { collection } from '#store/store.ts'
import { ServiceError } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'

export interface ScheduleRecord {
  readonly scope: Scope
  readonly group: string
  readonly name: string
  readonly expression: string
  readonly timezone: string
  readonly startMs?: number
  readonly endMs?: number
  readonly description?: string
  readonly isEnabled: boolean
  readonly window: Shape<FlexibleTimeWindow>
  readonly target: Shape<Target>
  readonly isDeletedAfter: boolean
  readonly createdMs: number
  /** What a rate counts from where there is no start. */
  readonly modifiedMs: number
  /** Another one with each update: what has run is remembered by it. */
  readonly generation: string
  readonly clientToken?: string
}

export interface GroupRecord {
  readonly name: string
  readonly createdMs: number
  readonly modifiedMs: number
  readonly tags: Readonly<Record<string, string>>
  readonly clientToken?: string
}

/** Global, by `{accountId}/{region}/{group}/{Name}`: whoever runs them follows what changes of all of them. */
export const schedules = collection<ScheduleRecord>('scheduler/schedules')
/** Global, by `{accountId}/{region}`: how many there are, where there are or were some. */
export const scheduleCounts = collection<{ readonly count: number }>('scheduler/counts')
/** By name; the default group has a row only once it has tags. */
export const groups = collection<GroupRecord>('scheduler/groups')

export const DEFAULT_GROUP = 'default'

export const scopeKey = ({ accountId, region }: Scope): string => `${accountId}/${region}`

export const scheduleKey = (scope: Scope, group: string, name: string): string =>
  `${scopeKey(scope)}/${group}/${name}`

export const scheduleArn = ({ region, accountId }: Scope, group: string, name: string): string =>
  `arn:${PARTITION}:scheduler:${region}:${accountId}:schedule/${group}/${name}`

export const groupArn = ({ region, accountId }: Scope, name: string): string =>
  `arn:${PARTITION}:scheduler:${region}:${accountId}:schedule-group/${name}`

export const validation = (message: string) => new ServiceError('ValidationException', 400, message)
export const notFound = (message: string) =>
  new ServiceError('ResourceNotFoundException', 404, message)
export const conflict = (message: string) => new ServiceError('ConflictException', 409, message)
export const overQuota = (message: string) =>
  new ServiceError('ServiceQuotaExceededException', 402, message)

/** AWS: `Name` of schedules and groups. [API reference: CreateSchedule] */
export const checkName = (given: string | undefined, member: string): string => {
  const name = given ?? ''
  if (/^[0-9a-zA-Z-_.]{1,64}$/.test(name)) return name
  throw validation(
    `1 validation error detected: Value '${name.slice(0, 200)}' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$`,
  )
}

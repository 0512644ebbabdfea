// Buses, rules and their targets as they are stored.
import type { Target } from '@aws-sdk/client-eventbridge'
import { PARTITION, type Scope } from '#model/scope.ts'
import { collection } from '#store/store.ts'
import { ServiceError } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'

export interface BusRecord {
  readonly name: string
  readonly description?: string
  readonly policy?: string
  readonly tags: Readonly<Record<string, string>>
  readonly createdMs: number
}

export type RuleTarget = Shape<Target>

export interface RuleRecord {
  readonly name: string
  readonly bus: string
  readonly pattern?: string
  readonly schedule?: string
  readonly isEnabled: boolean
  readonly description?: string
  readonly roleArn?: string
  readonly targets: readonly RuleTarget[]
  readonly tags: Readonly<Record<string, string>>
  /** What a rate counts from. */
  readonly enabledMs: number
}

/** By `{Name}`; the default bus has a row only once something was set of it. */
export const buses = collection<BusRecord>('events/buses')
/** By `{bus}|{Name}`. */
export const rules = collection<RuleRecord>('events/rules')

export const DEFAULT_BUS = 'default'

export const ruleKey = (bus: string, name: string): string => `${bus}|${name}`

export const busArn = ({ region, accountId }: Scope, bus: string): string =>
  `arn:${PARTITION}:events:${region}:${accountId}:event-bus/${bus}`

export const ruleArn = ({ region, accountId }: Scope, bus: string, name: string): string =>
  `arn:${PARTITION}:events:${region}:${accountId}:rule/${bus === DEFAULT_BUS ? '' : `${bus}/`}${name}`

/** A bus as it is named: by its name or its ARN. */
export const busName = (given: string | undefined): string =>
  given === undefined || given === ''
    ? DEFAULT_BUS
    : given.replace(/^arn:[^:]+:events:[^:]*:\d*:event-bus\//, '')

export const validation = (message: string) => new ServiceError('ValidationException', 400, message)
export const notFound = (message: string) =>
  new ServiceError('ResourceNotFoundException', 400, message)
export const alreadyExists = (message: string) =>
  new ServiceError('ResourceAlreadyExistsException', 400, message)
export const limitExceeded = () =>
  new ServiceError(
    'LimitExceededException',
    400,
    'The requested resource exceeds the maximum number allowed.',
  )
export const invalidPattern = (message: string) =>
  new ServiceError(
    'InvalidEventPatternException',
    400,
    `Event pattern is not valid. Reason: ${message}`,
  )

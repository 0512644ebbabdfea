// Settings of limits and of the time that they go by; settings.ts has them in its table.
import type { OffsetMeaning } from '#model/limits.ts'
import type { CommandName, SettingDefinition } from './setting-definition.ts'
import { SettingsError } from './setting-values.ts'

const BOTH: readonly CommandName[] = ['start', 'serve']

export const LIMIT_SETTINGS = [
  {
    flag: 'function-processes-max',
    type: 'number',
    placeholder: 'count',
    unit: 'processes',
    min: 1,
    max: 1_000,
    default: 50,
    commands: BOTH,
    why: 'Function processes at once, all functions together.',
  },
  {
    flag: 'account-rate',
    type: 'number',
    placeholder: 'requests',
    unit: 'requests per second',
    min: 0,
    max: 100_000_000,
    default: 10_000,
    commands: BOTH,
    why: 'What all APIs of an account in a region may be called together. 10,000 is AWS’s own.',
  },
  {
    flag: 'account-burst',
    type: 'number',
    placeholder: 'requests',
    unit: 'requests',
    min: 0,
    max: 100_000_000,
    default: 5_000,
    commands: BOTH,
    why: 'How many of them at once after a pause. 5,000 is AWS’s own.',
  },
  {
    flag: 'cache-memory',
    type: 'number',
    placeholder: 'MB',
    unit: 'megabytes (2^20 bytes)',
    min: 1,
    max: 1_000_000,
    default: 256,
    commands: BOTH,
    why: 'What the caches of all stages may hold together on this node; with `serve` each worker has its share. A stage’s own cache holds no more than its size class (0.5 to 237 GB).',
  },
  {
    flag: 'quota-offset',
    type: 'text',
    placeholder: 'start-day|first-period',
    default: 'start-day',
    commands: BOTH,
    why: 'What the offset of a quota means, of which AWS says both: the day that a period begins with, or the requests that the first period has fewer.',
  },
  {
    flag: 'clock',
    type: 'text',
    placeholder: 'real|controlled|fixed|time',
    default: 'real',
    commands: BOTH,
    why: 'The time that quotas, limits, TTLs and the expiry of tokens go by: `fixed` stands still, `2026-11-21T12:00:00Z` begins there, `fixed:2026-11-21T12:00:00Z` does both. `POST /_daemun/clock` sets it; with `serve` only where it is not `real`.',
  },
] as const satisfies readonly SettingDefinition[]

export interface LimitSettings {
  readonly functionProcessesMax: number
  readonly accountRate: number
  readonly accountBurst: number
  readonly cacheMemory: number
  readonly quotaOffset: OffsetMeaning
  /** `readClock` reads it. */
  readonly clock: string
}

export const readLimitSettings = (
  text: (flag: string) => string | undefined,
  number: (flag: string) => number | undefined,
): LimitSettings => ({
  functionProcessesMax: number('function-processes-max') ?? 1,
  accountRate: number('account-rate') ?? 0,
  accountBurst: number('account-burst') ?? 0,
  cacheMemory: number('cache-memory') ?? 1,
  quotaOffset: readOffsetMeaning(text('quota-offset') ?? ''),
  clock: readClock(text('clock') ?? '').text,
})

const readOffsetMeaning = (given: string): OffsetMeaning => {
  if (given === 'start-day' || given === 'first-period') return given
  throw new SettingsError(`--quota-offset takes start-day or first-period, and got '${given}'`)
}

/** `start` is undefined for the real time; without `nowMs` it is that of the start. */
export interface ClockChoice {
  readonly text: string
  readonly start?: { readonly nowMs?: number; readonly isFixed: boolean }
}

export const readClock = (text: string): ClockChoice => {
  if (text === 'real' || text === 'controlled') return { text }
  const isFixed = text === 'fixed' || text.startsWith('fixed:')
  const time = isFixed ? text.slice('fixed:'.length) : text
  if (isFixed && time === '') return { text, start: { isFixed } }
  const nowMs = Date.parse(time)
  if (!Number.isNaN(nowMs)) return { text, start: { nowMs, isFixed } }
  throw new SettingsError(
    `--clock takes real, controlled, fixed or a time as 2026-11-21T12:00:00Z, and got '${text}'`,
  )
}

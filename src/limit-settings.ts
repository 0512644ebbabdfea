// Settings of limits and of the time that they go by; settings.ts has them in its table.
import type { CommandName, SettingDefinition } from './setting-definition.ts'

const BOTH: readonly CommandName[] = ['start', 'serve']

export const LIMIT_SETTINGS = [
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

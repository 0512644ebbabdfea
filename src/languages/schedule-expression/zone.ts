// Wall time of a place, as milliseconds that read like UTC, and back.

export interface Zone {
  /** What clocks there show at `utcMs`, written as if it were UTC. */
  wallOf(utcMs: number): number
  /** When clocks there first show `wallMs`; where they skip it, as much later. */
  utcOf(wallMs: number): number
}

/** Undefined where there is no such zone. */
export const createZone = (timeZone: string): Zone | undefined => {
  if (timeZone === 'UTC') return { wallOf: (ms) => ms, utcOf: (ms) => ms }
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    return undefined
  }
  const wallOf = (utcMs: number): number => {
    const parts = new Map(
      format.formatToParts(utcMs).map(({ type, value }) => [type, Number(value)]),
    )
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
    return Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    )
  }
  return {
    wallOf,
    utcOf: (wallMs) => {
      // By the difference to UTC before and after any change of the clocks that may be near.
      const before = wallMs - (wallOf(wallMs - DAY_MS) - (wallMs - DAY_MS))
      if (wallOf(before) === wallMs) return before
      const after = wallMs - (wallOf(wallMs + DAY_MS) - (wallMs + DAY_MS))
      return wallOf(after) === wallMs ? after : before
    },
  }
}

const DAY_MS = 86_400_000

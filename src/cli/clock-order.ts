// A time as a person types it, made an order for the clock of a node (`processes/clock.ts`).

/** `+1d`, `1h30m`, `2026-12-01T00:00:00Z`, `fixed`, `real`; undefined for anything else. */
export const readClockOrder = (text: string): Readonly<Record<string, unknown>> | undefined => {
  if (text === 'real') return { set: 'real' }
  if (text === 'fixed') return { fixed: true }
  if (/^\d{4}-/.test(text)) return { set: text }
  if (!/^\+?(?:\d{1,9}(?:ms|[smhdw]))+$/.test(text)) return undefined
  let advanceMs = 0
  for (const [, count, unit = ''] of text.matchAll(/(\d+)(ms|[smhdw])/g)) {
    advanceMs += Number(count) * (UNIT_MS[unit] ?? 0)
  }
  return { advanceMs }
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

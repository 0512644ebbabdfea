// Times: milliseconds since the epoch inside, and on the wire one of three formats.
// AWS: apigateway sends epoch seconds, apigatewayv2 ISO 8601, both in whole seconds; a client of the one throws on
// the other. [behaviour.md §1.1]
import type { TimestampFormat } from './table.ts'

export const formatTimestamp = (ms: number, format: TimestampFormat): number | string => {
  const seconds = Math.floor(ms / 1000)
  switch (format) {
    case 'epoch-seconds':
      return seconds
    case 'date-time':
      return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
    case 'http-date':
      return new Date(seconds * 1000).toUTCString()
  }
}

/** Milliseconds, whatever of the three formats the value is in; undefined where it is in none. */
export const parseTimestamp = (value: unknown): number | undefined => {
  const ms = typeof value === 'number' ? value * 1000 : fromText(value)
  // The range of a Date: beyond it nothing can be printed.
  return ms !== undefined && Math.abs(ms) <= 8.64e15 ? ms : undefined
}

const fromText = (value: unknown): number | undefined => {
  if (typeof value !== 'string') return undefined
  if (/^-?\d+(\.\d+)?$/.test(value)) return Number(value) * 1000
  if (!/^\d{4}-\d\d-\d\d|^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} /.test(value)) return undefined
  const ms = Date.parse(value)
  return Number.isNaN(ms) ? undefined : ms
}

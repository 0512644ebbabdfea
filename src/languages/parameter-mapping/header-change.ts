// Append, overwrite and remove on a flat header list, and the one place where a mapped value becomes a header.
import type { MappingKey } from './mapping-key.ts'

/**
 * The list with the change made. A value that stands for nothing appends nothing, and overwrites by removing: what
 * the author meant to set must not be what the client sent.
 */
export const changeHeader = (
  headers: readonly string[],
  { action, name }: MappingKey,
  value: string | undefined,
): readonly string[] => {
  const kept = action === 'append' ? [...headers] : withoutHeader(headers, name)
  if (action !== 'remove' && value !== undefined) kept.push(name, headerValue(value))
  return kept
}

/** All values of a header joined by commas; undefined where there is none. */
export const joinedHeader = (headers: readonly string[], lowerCaseName: string) => {
  let joined: string | undefined
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at]?.toLowerCase() !== lowerCaseName) continue
    const value = headers[at + 1] ?? ''
    joined = joined === undefined ? value : `${joined},${value}`
  }
  return joined
}

const withoutHeader = (headers: readonly string[], lowerCaseName: string): string[] => {
  const kept: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    if (name.toLowerCase() !== lowerCaseName) kept.push(name, headers[at + 1] ?? '')
  }
  return kept
}

/**
 * A decoded query parameter can hold line breaks: whatever may not stand in a header becomes a blank, as RFC 9110
 * §5.5 asks.
 */
const headerValue = (text: string): string => text.replaceAll(/[^\t -~\x80-\xff]/g, ' ').trim()

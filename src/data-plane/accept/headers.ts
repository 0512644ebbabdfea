// Reading flat header lists `[name, value, name, value, …]`, names in any case.
import type { FlatHeaders } from '#transport/contract.ts'

/** The last value, as AWS takes of a repeated header; undefined where there is none. */
export const lastHeader = (headers: FlatHeaders, name: string): string | undefined => {
  const lower = name.toLowerCase()
  for (let at = headers.length - 2; at >= 0; at -= 2) {
    if (isName(headers[at], lower)) return headers[at + 1]
  }
  return undefined
}

/** All values in order. */
export const headerValues = (headers: FlatHeaders, name: string): readonly string[] => {
  const lower = name.toLowerCase()
  const values: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    if (isName(headers[at], lower)) values.push(headers[at + 1] ?? '')
  }
  return values
}

/** Bytes of all names and values. Header text is Latin-1, one byte a character. */
export const headerBytes = (headers: FlatHeaders): number => {
  let bytes = 0
  for (const text of headers) bytes += text.length
  return bytes
}

/** Calls `visit` for each header in order. */
export const eachHeader = (
  headers: FlatHeaders,
  visit: (name: string, value: string) => void,
): void => {
  for (let at = 0; at < headers.length; at += 2) visit(headers[at] ?? '', headers[at + 1] ?? '')
}

/** Compares lengths first: most names differ there, and then nothing is lower-cased. */
const isName = (name: string | undefined, lower: string): boolean =>
  name !== undefined && name.length === lower.length && name.toLowerCase() === lower

// Percent-encoding as signatures want it: byte by byte, upper case, everything but RFC 3986's unreserved characters.

/** Encoded, but for unreserved characters. */
export const encodeComponent = (text: string): string =>
  UNRESERVED.test(text) ? text : text.replaceAll(/[^A-Za-z0-9\-._~]/gu, encodeCharacter)

/** The same, with slashes left alone. */
export const encodePath = (text: string): string =>
  UNRESERVED_PATH.test(text) ? text : text.replaceAll(/[^A-Za-z0-9\-._~/]/gu, encodeCharacter)

/** Bytes again; an escape that is none stands for itself. */
export const decodeComponent = (text: string): string =>
  text.includes('%')
    ? text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      )
    : text

const UNRESERVED = /^[A-Za-z0-9\-._~]*$/
const UNRESERVED_PATH = /^[A-Za-z0-9\-._~/]*$/

const encodeCharacter = (character: string): string => {
  const code = character.codePointAt(0) ?? 0
  // A byte string has no such character; one that is given to be signed is taken as UTF-8.
  const bytes = code > 0xff ? Buffer.from(character, 'utf8') : [code]
  let encoded = ''
  for (const byte of bytes) encoded += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  return encoded
}

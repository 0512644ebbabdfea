// What of a value must not stand as it is in a log line: which characters, by the kind of line that the format makes.

export type Escape = (value: string) => string

/** JSON, XML and CSV by their first characters; anything else is a line of words, as CLF is. */
export const escapeOf = (format: string): Escape => {
  const start = format.trimStart()
  if (start.startsWith('{') || start.startsWith('[')) return escapeJson
  if (start.startsWith('<')) return escapeXml
  return isCsv(start) ? escapeCsv : escapeWords
}

/** Variables with commas between them, and no quotes of its own. */
const isCsv = (format: string): boolean => /^\$context\.[\w.]+,/.test(format)

/** Nearly every value has nothing to escape; one test then says so. */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
  // oxlint-disable-next-line no-control-regex -- the same
  /[\u0000-\u001f"\\<>&'\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/
/** Never as it is, in no kind of line: it ends one, moves a terminal's cursor, or turns text around. */
const CONTROL = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu
const LONE_SURROGATE = /\p{Surrogate}/gu

const unicodeOf = (character: string): string =>
  `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`

const wellFormed = (value: string): string => value.replaceAll(LONE_SURROGATE, '\ufffd')

/** Reads back as the very value, in a JSON string. */
export const escapeJson: Escape = (value) =>
  UNSAFE.test(value)
    ? wellFormed(value).replaceAll(/["\\]/g, '\\$&').replaceAll(CONTROL, unicodeOf)
    : value

/** What is a JSON string already. */
export const escapeQuoted: Escape = (value) =>
  UNSAFE.test(value) ? wellFormed(value).replaceAll(CONTROL, unicodeOf) : value

/** XML 1.0 has no way to write a control character: its code is shown in words. */
const escapeXml: Escape = (value) =>
  UNSAFE.test(value)
    ? wellFormed(value)
        .replaceAll(/[<>&"']/g, (character) => ENTITIES[character] ?? '')
        .replaceAll(CONTROL, unicodeOf)
    : value

const ENTITIES: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&apos;',
}

/** A quoted field (RFC 4180) where it needs to be one; a formula is none for the table that reads it. */
const escapeCsv: Escape = (value) => {
  const text = UNSAFE.test(value) ? wellFormed(value).replaceAll(CONTROL, unicodeOf) : value
  const tame = /^[=+@\t-]/.test(text) && text.length > 1 ? `'${text}` : text
  return /[",]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame
}

/** As web servers do: a quote cannot end the quoted word that it stands in. */
const escapeWords: Escape = (value) =>
  UNSAFE.test(value)
    ? wellFormed(value).replaceAll(/["\\]/g, '\\$&').replaceAll(CONTROL, unicodeOf)
    : value

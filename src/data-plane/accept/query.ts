// The query string as AWS decodes it: all values of a name in order, `+` is a blank. [F128]

/**
 * Decoded parameters in order of first appearance. `splitsAtSemicolon` is REST's reading.
 * AWS: a `;` in the query of a REST request splits the data. [guide: api-gateway-known-issues]
 */
export const parseQuery = (
  rawQuery: string,
  splitsAtSemicolon: boolean,
): ReadonlyMap<string, readonly string[]> => {
  if (rawQuery === '') return NO_PARAMETERS
  const parameters = new Map<string, string[]>()
  for (const part of rawQuery.split(splitsAtSemicolon ? /[&;]/ : '&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = decodeQueryText(equals === -1 ? part : part.slice(0, equals))
    const value = equals === -1 ? '' : decodeQueryText(part.slice(equals + 1))
    const values = parameters.get(name)
    if (values === undefined) parameters.set(name, [value])
    else values.push(value)
  }
  return parameters
}

const NO_PARAMETERS: ReadonlyMap<string, readonly string[]> = new Map()

/** Form decoding; text with a broken escape is taken as it stands, for a client's typing error is no failure of ours. */
export const decodeQueryText = (text: string): string => {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  return decodeOrKeep(spaced)
}

/** Percent-decoded, or as it stands where that is not possible. */
export const decodeOrKeep = (text: string): string => {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

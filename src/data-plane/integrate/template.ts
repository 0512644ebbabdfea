// Mapping templates. A template without directives and references is literal text and served as such; the engine
// for all others (languages/vtl) takes this function's place of decision when it comes.

export type Template = () => string

/** Undefined where the text needs the template engine. */
export const compileTemplate = (text: string): Template | undefined =>
  text.includes('#') || text.includes('$') ? undefined : () => text

/** The template for a media type: as it stands in lower case, then without its parameters. */
export const findTemplate = <T>(
  templates: ReadonlyMap<string, T>,
  mediaType: string | undefined,
): T | undefined => {
  if (mediaType === undefined) return undefined
  const whole = mediaType.trim().toLowerCase()
  return templates.get(whole) ?? templates.get(baseType(whole))
}

/** `application/json` of `application/json; charset=utf-8`. */
export const baseType = (mediaType: string): string => {
  const semicolon = mediaType.indexOf(';')
  return (semicolon === -1 ? mediaType : mediaType.slice(0, semicolon)).trim().toLowerCase()
}

/** AWS: only the first media type of Accept counts. [guide: api-gateway-known-issues] */
export const firstAccept = (accept: string | undefined): string | undefined => {
  if (accept === undefined) return undefined
  const comma = accept.indexOf(',')
  return baseType(comma === -1 ? accept : accept.slice(0, comma))
}

// The two dates of a signature: `20260101T000000Z`, and its day in the credential scope.

/** `YYYYMMDDTHHMMSSZ` of a wall-clock time. */
export const formatAmzDate = (timeMs: number): string =>
  `${new Date(timeMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`

/** Milliseconds since the epoch; undefined where the text is not in basic format or names no real time. */
export const parseAmzDate = (text: string): number | undefined => {
  const parts = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text)
  if (!parts) return undefined
  const [, year, month, day, hour, minute, second] = parts
  const timeMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  // The engine reads 31 February as a day in March, which would be another day than the scope's.
  return Number.isNaN(timeMs) || formatAmzDate(timeMs) !== text ? undefined : timeMs
}

/** The time of a Date header, in basic format or as HTTP writes it. */
export const parseHttpDate = (text: string): number | undefined => {
  const basic = parseAmzDate(text)
  if (basic !== undefined) return basic
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text))
    return undefined
  const timeMs = Date.parse(text)
  return Number.isNaN(timeMs) ? undefined : timeMs
}

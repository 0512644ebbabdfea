// The regular expression that chooses an integration response: Java's, of which the part is read here that means
// the same in JavaScript and that cannot backtrack without bound (no quantifier on a group). [T18]
// https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-method-settings-execution-console.html

export type SelectionPattern = (text: string) => boolean

/** Undefined where the pattern is beyond that part. AWS matches the whole text. */
export const compileSelectionPattern = (pattern: string): SelectionPattern | undefined => {
  if (/^[\w ]+$/.test(pattern)) return (text) => text === pattern
  if (pattern.length > PATTERN_CHARS_MAX || !isSafe(pattern)) return undefined
  try {
    const regex = new RegExp(`^(?:${pattern})$`)
    return (text) => regex.test(text)
  } catch {
    return undefined // Not a regular expression at all: nothing can be promised for it.
  }
}

const PATTERN_CHARS_MAX = 1024
/** `.*a.*b` tries each place for each star: so many stars, and no more. */
const STARS_MAX = 4

const isSafe = (pattern: string): boolean =>
  SAFE.test(pattern) && (pattern.match(/[*+]|,\}/g)?.length ?? 0) <= STARS_MAX

/** Plain characters, escapes, classes, one quantifier on one of these; groups and alternatives without one. */
const SAFE =
  /^(?:(?:[\w\s\-:;,"'!@#%&=<>~/]|\\[dDwWsStnr.\-/|()[\]{}*+?^$"\\]|\.|\[\^?(?:[\w\s\-:;,.!@#%=<>~/()*+?$|{}"']|\\[dDwWsS.\-/[\]\\^])+\])(?:[*+?]|\{\d{1,3}(?:,\d{0,3})?\})?|\||\((?:\?:)?|\)(?![*+?{])|[\^$])*$/

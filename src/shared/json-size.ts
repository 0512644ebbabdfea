// How much work a JSON text is to read, told before it is read: `JSON.parse` cannot be stopped once it has begun.

/** Values, names counted as two more. */
export const JSON_VALUES_MAX = 200_000

/** The shortest value and what parts it from the next: `1,`. */
const CHARS_PER_VALUE_MIN = 2

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const LIST = 0x5b
const MAP = 0x7b

/** Whether a text that is JSON has more than so many values. Short texts are not looked at. */
export const hasMoreValues = (text: string, valuesMax: number = JSON_VALUES_MAX): boolean => {
  if (text.length <= valuesMax * CHARS_PER_VALUE_MIN) return false
  let values = 1
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfText(text, at)
    else if (code === COLON) values += 2
    else if (code === COMMA || code === LIST || code === MAP) values += 1
    else continue
    if (values > valuesMax) return true
  }
  return false
}

/** Where the quote is that ends the text that begins at `start`; the end of all where there is none. */
const endOfText = (text: string, start: number): number => {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at
    if (code === BACKSLASH) at += 1
  }
  return text.length
}

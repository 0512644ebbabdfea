// What a condition of a pattern compares with: a number, a text with stars, a regular expression.
import { compileJavaRegex } from '../regex/java-regex.ts'
import { RegexBudgetError, RegexSyntaxError } from '../regex/errors.ts'
import { FilterPatternError } from './errors.ts'

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>='

/** Undefined stands for what is not there. */
export type AcceptValue = (value: string | number | undefined) => boolean

export const compileComparison = (
  operator: Operator,
  { text, isQuoted }: { readonly text: string; readonly isQuoted: boolean },
): AcceptValue => {
  const number = isQuoted ? Number.NaN : numberOf(text)
  if (operator === '=' || operator === '!=') {
    const equals = Number.isNaN(number) ? equalsText(text, isQuoted) : equalsNumber(number, text)
    if (operator === '=') return equals
    // AWS: a member that is not there is not unequal either.
    return (value) => value !== undefined && !equals(value)
  }
  if (Number.isNaN(number)) throw new FilterPatternError(`${operator} wants a number, not ${text}`)
  return (value) => {
    const given = typeof value === 'string' ? numberOf(value) : (value ?? Number.NaN)
    switch (operator) {
      case '<':
        return given < number
      case '<=':
        return given <= number
      case '>':
        return given > number
      case '>=':
        return given >= number
    }
  }
}

const numberOf = (text: string): number =>
  /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN

const equalsNumber =
  (number: number, text: string): AcceptValue =>
  (value) =>
    typeof value === 'number' ? value === number : value === text

const equalsText = (text: string, isQuoted: boolean): AcceptValue => {
  const regex = isQuoted ? undefined : /^%(.+)%$/s.exec(text)?.[1]
  if (regex !== undefined) {
    const finds = compileRegex(regex)
    return (value) => value !== undefined && finds(String(value))
  }
  const matches = compileStars(text)
  return (value) => value !== undefined && matches(String(value))
}

/** Stars stand for anything; in linear time, for the parts between them are looked for one after the other. */
const compileStars = (pattern: string): ((text: string) => boolean) => {
  const parts = pattern.split('*')
  const [first = ''] = parts
  if (parts.length === 1) return (text) => text === pattern
  const last = parts.at(-1) ?? ''
  const middle = parts.slice(1, -1)
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last)) return false
    if (text.length < first.length + last.length) return false
    let at = first.length
    for (const part of middle) {
      const found = text.indexOf(part, at)
      if (found === -1 || found + part.length > text.length - last.length) return false
      at = found + part.length
    }
    return true
  }
}

/** Bounded like every expression here: one that takes too long matches nothing. */
export const compileRegex = (pattern: string): ((text: string) => boolean) => {
  try {
    const regex = compileJavaRegex(pattern)
    return (text) => {
      try {
        return regex.find(text) !== undefined
      } catch (error) {
        if (error instanceof RegexBudgetError) return false
        throw error
      }
    }
  } catch (error) {
    if (error instanceof RegexSyntaxError) throw new FilterPatternError(error.message)
    throw error
  }
}

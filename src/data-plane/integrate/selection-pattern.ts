// The regular expression that chooses an integration response: Java's, and it has to match the whole text.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-method-settings-execution-console.html
import { RegexBudgetError, RegexSyntaxError } from '#languages/regex/errors.ts'
import { compileJavaRegex, type JavaRegex } from '#languages/regex/java-regex.ts'
import { GatewayFailure } from '../plan.ts'

export type SelectionPattern = (text: string) => boolean

/** Undefined where the pattern is no regular expression. */
export const compileSelectionPattern = (pattern: string): SelectionPattern | undefined => {
  if (/^[\w ]+$/.test(pattern)) return (text) => text === pattern
  const regex = regexOf(pattern)
  if (regex === undefined) return undefined
  return (text) => {
    try {
      return regex.matches(text)
    } catch (error) {
      if (!(error instanceof RegexBudgetError)) throw error
      throw new GatewayFailure('API_CONFIGURATION_ERROR', 'Internal server error', {
        hint: `the selection pattern ${pattern}: ${error.message}`,
        cause: error,
      })
    }
  }
}

const regexOf = (pattern: string): JavaRegex | undefined => {
  try {
    return compileJavaRegex(pattern)
  } catch (error) {
    if (error instanceof RegexSyntaxError) return undefined
    throw error
  }
}

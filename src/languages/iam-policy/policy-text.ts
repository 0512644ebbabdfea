// A text in a policy: literal characters, wildcards, and variables that stand for facts of the request.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
import { type Matches, type Tokens, tokensOf } from './glob.ts'
import type { RequestContext } from './policy.ts'

export interface TextOptions {
  /** Only where the policy's Version is 2012-10-17; before, `${` is just characters. */
  readonly variables: boolean
  readonly wildcards: boolean
  /** Compare without regard to case; what it is compared with must be in lower case. */
  readonly foldCase?: boolean
}

interface Variable {
  readonly key: string
  readonly fallback?: string
}

/** Does the actual text match, given the facts for the variables? */
export type TextTest = (actual: string, context: RequestContext) => boolean

/** Without variables compiled once; with variables, when it is asked. A variable without a value matches nothing. */
export const compileText = (
  text: string,
  options: TextOptions,
  compile: (tokens: Tokens) => Matches,
): TextTest => {
  const pieces = parseText(text, options)
  const tokens: number[] = []
  for (const piece of pieces) {
    if (!isTokens(piece)) return compileVariables(pieces, options, compile)
    tokens.push(...piece)
  }
  return compile(tokens)
}

/** Does any of the tests pass? */
export const anyOf = (tests: readonly TextTest[]): TextTest => {
  const [only] = tests
  if (tests.length === 1 && only !== undefined) return only
  return (actual, context) => {
    for (const test of tests) if (test(actual, context)) return true
    return false
  }
}

export const hasVariables = (text: string): boolean => VARIABLE.test(text)

const VARIABLE = /\$\{[^{}]+\}/

const compileVariables =
  (
    pieces: readonly (Tokens | Variable)[],
    options: TextOptions,
    compile: (tokens: Tokens) => Matches,
  ): TextTest =>
  (actual, context) => {
    const tokens: number[] = []
    for (const piece of pieces) {
      if (isTokens(piece)) {
        tokens.push(...piece)
        continue
      }
      const value = valueOf(piece, context)
      if (value === undefined) return false
      // Whatever a caller can put into a fact stays literal: an asterisk in a user's tag is no wildcard.
      tokens.push(...tokensOf(fold(value, options), false))
    }
    return compile(tokens)(actual)
  }

/** AWS: only a key with one value can stand in a text. */
const valueOf = ({ key, fallback }: Variable, context: RequestContext): string | undefined => {
  const value = context(key)
  if (typeof value === 'string') return value
  return value !== undefined && value.length > 1 ? undefined : (value?.[0] ?? fallback)
}

const parseText = (text: string, options: TextOptions): readonly (Tokens | Variable)[] => {
  const literal = (part: string): Tokens => tokensOf(fold(part, options), options.wildcards)
  if (!options.variables) return [literal(text)]
  const pieces: (Tokens | Variable)[] = []
  let end = 0
  for (const match of text.matchAll(/\$\{([^{}]+)\}/g)) {
    pieces.push(literal(text.slice(end, match.index)))
    end = match.index + match[0].length
    const inner = match[1] ?? ''
    // AWS: `${*}`, `${?}` and `${$}` are the characters themselves.
    pieces.push(['*', '?', '$'].includes(inner) ? tokensOf(inner, false) : parseVariable(inner))
  }
  pieces.push(literal(text.slice(end)))
  return pieces
}

/** `aws:username` or `aws:username, 'anonymous'`. */
const parseVariable = (inner: string): Variable => {
  const parts = /^([^,]*),\s*'(.*)'\s*$/s.exec(inner)
  const key = (parts?.[1] ?? inner).trim().toLowerCase()
  return parts?.[2] === undefined ? { key } : { key, fallback: parts[2] }
}

const fold = (text: string, { foldCase }: TextOptions): string =>
  foldCase ? text.toLowerCase() : text

const isTokens = (piece: Tokens | Variable): piece is Tokens => Array.isArray(piece)

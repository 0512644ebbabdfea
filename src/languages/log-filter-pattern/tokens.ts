// The words of a pattern in braces or brackets: signs, quoted texts, expressions between percent signs, bare words.
import { FilterPatternError } from './errors.ts'

export interface Token {
  readonly kind: 'sign' | 'quoted' | 'word'
  readonly text: string
}

const TOKEN =
  /\s*(?:(&&|\|\||!=|<=|>=|[=<>(),])|"((?:[^"\\]|\\.)*)"|(%(?:[^%\\]|\\.)+%|[^\s"=<>!(),&|]+|[!&|]))/y

export const tokensOf = (text: string): readonly Token[] => {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  let end = 0
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [, sign, quoted, word] = match
    if (sign !== undefined) tokens.push({ kind: 'sign', text: sign })
    else if (quoted !== undefined) {
      tokens.push({ kind: 'quoted', text: quoted.replaceAll(/\\(.)/g, '$1') })
    } else tokens.push({ kind: 'word', text: word ?? '' })
    end = TOKEN.lastIndex
  }
  const rest = text.slice(end).trim()
  if (rest !== '') throw new FilterPatternError(`what is ${rest.slice(0, 40)}?`)
  return tokens
}

/** A list of words with a place in it. */
export class TokenReader {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length
  }

  peek(): Token | undefined {
    return this.#tokens[this.#at]
  }

  next(what: string): Token {
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw new FilterPatternError(`${what} is missing at the end`)
    return token
  }

  /** Takes a sign or a word where it comes next. */
  takes(text: string): boolean {
    const token = this.peek()
    if (token === undefined || token.kind === 'quoted') return false
    if (token.text.toUpperCase() !== text) return false
    this.#at++
    return true
  }

  expect(text: string): void {
    if (!this.takes(text)) throw new FilterPatternError(`${text} is missing`)
  }
}

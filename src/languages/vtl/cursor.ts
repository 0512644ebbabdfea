// A place in a template's text, with what every part of the parser needs: look ahead, skip, and say
// where.
import { type Position, VtlBudgetError, VtlSyntaxError } from './errors.ts'

/** Directives, parentheses, lists and strings inside each other. */
const DEPTH_MAX = 100

export class Cursor {
  readonly text: string
  at = 0
  readonly #fixed: Position | undefined
  #depth: number
  #lineStarts: readonly number[] | undefined

  /** `inside`: the text is a string of another template, which is where it is said to be. */
  constructor(text: string, inside?: { readonly position: Position; readonly depth: number }) {
    this.text = text
    this.#fixed = inside?.position
    this.#depth = inside?.depth ?? 0
  }

  get depth(): number {
    return this.#depth
  }

  get isString(): boolean {
    return this.#fixed !== undefined
  }

  get atEnd(): boolean {
    return this.at >= this.text.length
  }

  /** The character `ahead` of here; empty behind the end. */
  peek(ahead = 0): string {
    return this.text.charAt(this.at + ahead)
  }

  /** Consumes `expected`, if it stands here. */
  take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false
    this.at += expected.length
    return true
  }

  /** Consumes what a sticky pattern matches here. */
  match(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.at
    const match = sticky.exec(this.text)
    if (match === null) return undefined
    this.at += match[0].length
    return match
  }

  expect(expected: string): void {
    if (!this.take(expected)) this.fail()
  }

  /**
   * Blanks and newlines. AWS: a comment inside a directive's parentheses is refused. [Velocity 1.7]
   */
  skipBlanks(): void {
    this.match(BLANKS)
  }

  /** False where `end` does not come; the whole rest is consumed then. */
  skipPast(end: string): boolean {
    const found = this.text.indexOf(end, this.at)
    this.at = found === -1 ? this.text.length : found + end.length
    return found !== -1
  }

  /** Runs `parse` one level deeper. */
  nested<T>(parse: () => T): T {
    this.#depth += 1
    if (this.#depth > DEPTH_MAX) {
      throw new VtlBudgetError(`more than ${DEPTH_MAX} levels inside each other`, this.position())
    }
    const result = parse()
    this.#depth -= 1
    return result
  }

  position(at = this.at): Position {
    if (this.#fixed !== undefined) return this.#fixed
    this.#lineStarts ??= lineStartsOf(this.text)
    let low = 0
    let high = this.#lineStarts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#lineStarts[middle] ?? 0) <= at) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: at - (this.#lineStarts[low] ?? 0) + 1 }
  }

  /** Refuses what stands here. */
  fail(): never {
    if (this.atEnd) throw new VtlSyntaxError('Encountered "<EOF>"', this.position(this.at - 1))
    const found = this.match(TOKEN)?.[0] ?? this.peek()
    // AWS: a full stop that nothing can follow is reported at the character behind it, as
    // Velocity's lexer does.
    const start = this.at - (found === '.' ? 0 : found.length)
    throw new VtlSyntaxError(`Encountered "${found.slice(0, 40)}"`, this.position(start))
  }

  failAtEnd(): never {
    throw new VtlSyntaxError('Lexical error, Encountered: <EOF>', this.position(this.text.length))
  }
}

const BLANKS = /[ \t\r\n]*/y
const TOKEN = /#?[A-Za-z_]\w*|-?\d+|[^]/y

const lineStartsOf = (text: string): readonly number[] => {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

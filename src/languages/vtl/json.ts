// JSON in and out of a template's values: texts are read with the numbers and the order of keys
// they are written in.
import type { Budget } from './budget.ts'
import { VtlBudgetError, VtlRuntimeError } from './errors.ts'
import { fromBigInt, fromJsNumber, isJavaNumber, JavaDouble, parseInteger } from './numbers.ts'
import { VtlList, VtlMap, VtlObject, type VtlValue } from './values.ts'

/** What a value of outside may be: JSON as JavaScript has it, or values of ours already. */
export type JsonInput =
  | VtlValue
  | undefined
  | bigint
  | readonly JsonInput[]
  | ReadonlyMap<string, JsonInput>
  | { readonly [key: string]: JsonInput }

const DEPTH_MAX = 1000

/** AWS: arrays become lists that print as JSON. [F150] Members that are undefined do not exist. */
export const toVtl = (input: JsonInput, budget?: Budget, depth = 0): VtlValue => {
  if (typeof input === 'string' || typeof input === 'boolean') return input
  if (input === null || input === undefined) return null
  if (typeof input === 'number') return fromJsNumber(input)
  if (typeof input === 'bigint') return fromBigInt(input)
  if (isOurs(input)) return input
  budget?.spend(1)
  if (depth >= DEPTH_MAX) throw new VtlBudgetError(`JSON more than ${DEPTH_MAX} levels deep`)
  if (isArray(input)) {
    budget?.spend(input.length)
    return new VtlList(
      input.map((item) => toVtl(item, budget, depth + 1)),
      'net.minidev.json.JSONArray',
    )
  }
  const map = new VtlMap()
  const entries = input instanceof Map ? input.entries() : Object.entries(input)
  for (const [key, value] of entries) {
    if (value !== undefined) map.put(key, toVtl(value, budget, depth + 1))
  }
  return map
}

const isArray = (input: JsonInput): input is readonly JsonInput[] => Array.isArray(input)

const isOurs = (input: object): input is Extract<VtlValue, object> =>
  input instanceof VtlMap ||
  input instanceof VtlList ||
  input instanceof VtlObject ||
  isJavaNumber(input)

/** Throws VtlRuntimeError where the text is no JSON. Without a budget the text is one's own. */
export const parseJson = (text: string, budget?: Budget): VtlValue => {
  const reader = new JsonReader(text, budget)
  const value = reader.value(0)
  reader.end()
  return value
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
const QUOTE = 0x22
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const LETTER_E = 0x65
const COMMA = 0x2c
const COLON = 0x3a
const LIST_START = 0x5b
const LIST_END = 0x5d
const BACKSLASH = 0x5c
const MAP_START = 0x7b
const MAP_END = 0x7d

/** Characters that are looked at one by one: of longer strings JSON.parse is several times as fast. */
const SHORT_STRING = 48

/** So many digits are an `int` of Java for sure. */
const SHORT_DIGITS = 9

/** A name is looked for among the others of its map. */
const MEMBER_STEPS = 3

class JsonReader {
  readonly #text: string
  readonly #budget: Budget | undefined
  #at = 0

  constructor(text: string, budget: Budget | undefined) {
    this.#text = text
    this.#budget = budget
  }

  value(depth: number): VtlValue {
    this.#budget?.spend(1)
    if (depth > DEPTH_MAX) throw new VtlBudgetError(`JSON more than ${DEPTH_MAX} levels deep`)
    const next = this.#next()
    if (next === QUOTE) return this.#string()
    if (next === MAP_START) return this.#object(depth)
    if (next === LIST_START) return this.#array(depth)
    if (next >= ZERO && next <= NINE) return this.#digits()
    if (this.#word('true')) return true
    if (this.#word('false')) return false
    return this.#word('null') ? null : this.#number()
  }

  end(): void {
    this.#next()
    if (this.#at < this.#text.length) this.#fail()
  }

  #object(depth: number): VtlMap {
    const map = new VtlMap()
    this.#at += 1
    if (this.#take(MAP_END)) return map
    for (;;) {
      this.#next()
      const key = this.#string()
      if (!this.#take(COLON)) this.#fail()
      this.#budget?.spend(MEMBER_STEPS)
      map.put(key, this.value(depth + 1))
      if (this.#take(MAP_END)) return map
      if (!this.#take(COMMA)) this.#fail()
    }
  }

  #array(depth: number): VtlList {
    const items: VtlValue[] = []
    this.#at += 1
    if (this.#take(LIST_END)) return new VtlList(items, 'net.minidev.json.JSONArray')
    for (;;) {
      items.push(this.value(depth + 1))
      if (this.#take(LIST_END)) return new VtlList(items, 'net.minidev.json.JSONArray')
      if (!this.#take(COMMA)) this.#fail()
    }
  }

  #string(): string {
    const text = this.#text
    if (text.charCodeAt(this.#at) !== QUOTE) this.#fail()
    const start = this.#at + 1
    const near = start + SHORT_STRING
    let end = start
    for (;;) {
      const code = text.charCodeAt(end)
      if (code === QUOTE) break
      if (code === BACKSLASH || end === near) return this.#parsedByJson(start, end)
      // A control character, or the end of the text, which is NaN.
      if (!(code >= 0x20)) this.#fail()
      end += 1
    }
    this.#at = end + 1
    return text.slice(start, end)
  }

  /** Its end is found here; the rest, escapes above all, is JSON.parse's work. */
  #parsedByJson(start: number, from: number): string {
    let end = this.#text.indexOf('"', from)
    while (end !== -1 && this.#escaped(end)) end = this.#text.indexOf('"', end + 1)
    if (end === -1) this.#fail()
    this.#budget?.spend(1 + ((end - start) >>> 6))
    this.#at = end + 1
    return this.#parsedString(this.#text.slice(start - 1, end + 1))
  }

  /** Whether an odd number of backslashes stands before a quote. */
  #escaped(quote: number): boolean {
    let at = quote
    while (this.#text.charCodeAt(at - 1) === BACKSLASH) at -= 1
    return (quote - at) % 2 === 1
  }

  #parsedString(literal: string): string {
    try {
      const parsed: unknown = JSON.parse(literal)
      if (typeof parsed === 'string') return parsed
    } catch {
      // An escape or a control character that JSON does not have: refused like everything else.
    }
    return this.#fail()
  }

  /** Most numbers are small integers: those need no pattern. */
  #digits(): VtlValue {
    const text = this.#text
    let end = this.#at
    let value = 0
    let code = text.charCodeAt(end)
    while (code >= ZERO && code <= NINE && end < this.#at + SHORT_DIGITS) {
      value = value * 10 + (code - ZERO)
      end += 1
      code = text.charCodeAt(end)
    }
    const isLonger = (code >= ZERO && code <= NINE) || code === DOT || (code | 0x20) === LETTER_E
    const isZeroLed = text.charCodeAt(this.#at) === ZERO && end > this.#at + 1
    if (isLonger || isZeroLed) return this.#number()
    this.#at = end
    return value
  }

  #number(): VtlValue {
    const match = this.#match(NUMBER)
    if (match === undefined) return this.#fail()
    const [text, fraction, exponent] = match
    this.#budget?.spend(text.length >>> 4)
    const whole = fraction === undefined && exponent === undefined
    if (!whole) return new JavaDouble(Number(text))
    // AWS's parser has no bound on digits; ten thousand would take a while.
    return text.length > DEPTH_MAX ? this.#fail() : parseInteger(text)
  }

  #take(expected: number): boolean {
    if (this.#next() !== expected) return false
    this.#at += 1
    return true
  }

  /** Goes over blanks; what stands there then. */
  #next(): number {
    let code = this.#text.charCodeAt(this.#at)
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      this.#at += 1
      code = this.#text.charCodeAt(this.#at)
    }
    return code
  }

  #word(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false
    this.#at += word.length
    return true
  }

  #match(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.#at
    const match = sticky.exec(this.#text)
    if (match === null) return undefined
    this.#at += match[0].length
    return match
  }

  #fail(): never {
    throw new VtlRuntimeError(`invalid JSON at character ${this.#at}`)
  }
}

// Metric math: arithmetic over time series (`(e4 + e5) / n * 100`) with SUM, AVG, MIN, MAX and FILL. What else AWS has
// (SEARCH, ANOMALY_DETECTION_BAND, SQL, …) is refused by name.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
import { invalidQuery } from './errors.ts'

/** Value by the beginning of its period. */
export type TimeSeries = ReadonlyMap<number, number>

export interface MetricMath {
  /** Ids of the queries that it names. */
  readonly names: readonly string[]
  run(known: ReadonlyMap<string, TimeSeries>): TimeSeries
}

type Value = number | TimeSeries
type Node = (known: ReadonlyMap<string, TimeSeries>) => Value | readonly Value[]

const EXPRESSION_CHARACTERS_MAX = 2_048
const DEPTH_MAX = 50

export const compileMath = (expression: string): MetricMath => {
  if (expression.length > EXPRESSION_CHARACTERS_MAX) {
    throw invalidQuery(`An expression has at most ${EXPRESSION_CHARACTERS_MAX} characters`)
  }
  const parser = new MathParser(expression)
  const root = parser.parse()
  return {
    names: [...parser.names],
    run: (known) => {
      const result = root(known)
      if (result instanceof Map) return result
      throw invalidQuery(`The expression '${expression}' makes no time series`)
    },
  }
}

const TOKEN = /\s*(?:(\d+(?:\.\d+)?|\.\d+)|([A-Za-z_]\w*)|([-+*/^(),[\]]))/y

class MathParser {
  readonly names = new Set<string>()
  readonly #text: string
  readonly #tokens: string[] = []
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
    TOKEN.lastIndex = 0
    let end = 0
    for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
      this.#tokens.push(match[1] ?? match[2] ?? match[3] ?? '')
      end = TOKEN.lastIndex
    }
    if (text.slice(end).trim() !== '')
      throw this.#error(`'${text.slice(end).trim()[0]}' is not provided here`)
  }

  parse(): Node {
    const node = this.#sum()
    if (this.#at < this.#tokens.length)
      throw this.#error(`'${this.#tokens[this.#at]}' is unexpected`)
    return node
  }

  #error(why: string) {
    return invalidQuery(`Error in expression '${this.#text}': ${why}`)
  }

  #takes(...texts: string[]): string | undefined {
    const token = this.#tokens[this.#at]
    if (token === undefined || !texts.includes(token)) return undefined
    this.#at++
    return token
  }

  #sum(): Node {
    let left = this.#product()
    for (let sign = this.#takes('+', '-'); sign !== undefined; sign = this.#takes('+', '-')) {
      left = joined(left, this.#product(), OPERATORS[sign] ?? add)
    }
    return left
  }

  #product(): Node {
    let left = this.#power()
    for (let sign = this.#takes('*', '/'); sign !== undefined; sign = this.#takes('*', '/')) {
      left = joined(left, this.#power(), OPERATORS[sign] ?? add)
    }
    return left
  }

  #power(): Node {
    if (++this.#depth > DEPTH_MAX) throw this.#error('it is too deep')
    const base = this.#atom()
    const node =
      this.#takes('^') === undefined ? base : joined(base, this.#power(), (a, b) => a ** b)
    this.#depth--
    return node
  }

  #atom(): Node {
    if (this.#takes('-') !== undefined)
      return joined(
        () => 0,
        this.#power(),
        (a, b) => a - b,
      )
    if (this.#takes('(') !== undefined) return this.#until(this.#sum(), ')')
    if (this.#takes('[') !== undefined) return this.#list()
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw this.#error('something is missing at its end')
    if (/^[\d.]/.test(token)) return () => Number(token)
    if (this.#takes('(') !== undefined) return this.#call(token)
    if (!/^[a-z]/.test(token)) throw this.#error(`'${token}' is unexpected`)
    this.names.add(token)
    return (known) => known.get(token) ?? new Map()
  }

  #until(node: Node, end: string): Node {
    if (this.#takes(end) === undefined) throw this.#error(`${end} is missing`)
    return node
  }

  #list(): Node {
    const items = [this.#sum()]
    while (this.#takes(',') !== undefined) items.push(this.#sum())
    return this.#until((known) => items.map((item) => single(item(known))), ']')
  }

  #call(name: string): Node {
    const reduce = FUNCTIONS[name.toUpperCase()]
    if (reduce !== undefined) {
      const given = this.#until(this.#sum(), ')')
      return (known) => reduced(given(known), reduce)
    }
    if (name.toUpperCase() !== 'FILL')
      throw this.#error(`the function ${name} is not provided here`)
    const given = this.#sum()
    if (this.#takes(',') === undefined) throw this.#error('FILL takes a series and a number')
    const fill = this.#until(this.#sum(), ')')
    // Periods without a value are known only where another series has one.
    return (known) => filled(single(given(known)), single(fill(known)), known)
  }
}

const add = (one: number, other: number): number => one + other

const OPERATORS: Readonly<Record<string, (one: number, other: number) => number>> = {
  '+': add,
  '-': (one, other) => one - other,
  '*': (one, other) => one * other,
  '/': (one, other) => one / other,
}

const total = (values: readonly number[]): number => values.reduce(add, 0)

const FUNCTIONS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  SUM: total,
  AVG: (values) => total(values) / values.length,
  MIN: (values) => Math.min(...values),
  MAX: (values) => Math.max(...values),
}

const single = (value: Value | readonly Value[]): Value => {
  if (!Array.isArray(value)) return value as Value // Only lists are arrays.
  throw invalidQuery('A list of series stands where one is wanted')
}

/** AWS: a period without a value on one side has none in the result; so has one that is no number. */
const joined =
  (left: Node, right: Node, apply: (one: number, other: number) => number): Node =>
  (known) => {
    const [one, other] = [single(left(known)), single(right(known))]
    if (typeof one === 'number') {
      return typeof other === 'number'
        ? apply(one, other)
        : mapped(other, (value) => apply(one, value))
    }
    if (typeof other === 'number') return mapped(one, (value) => apply(value, other))
    return mapped(one, (value, atMs) => apply(value, other.get(atMs) ?? Number.NaN))
  }

const mapped = (series: TimeSeries, apply: (value: number, atMs: number) => number): TimeSeries => {
  const result = new Map<number, number>()
  for (const [atMs, value] of series) {
    const made = apply(value, atMs)
    if (Number.isFinite(made)) result.set(atMs, made)
  }
  return result
}

/** Of a list: period by period. Of one series: the same value at each of its periods. */
const reduced = (
  given: Value | readonly Value[],
  reduce: (values: readonly number[]) => number,
): Value => {
  if (typeof given === 'number') return given
  if (!Array.isArray(given)) {
    const series = given as TimeSeries // Neither a number nor a list.
    const value = reduce([...series.values()])
    return mapped(series, () => value)
  }
  const all = (given as readonly Value[]).filter((one) => typeof one !== 'number') // A list holds values.
  const result = new Map<number, number>()
  for (const atMs of new Set(all.flatMap((one) => [...one.keys()]))) {
    result.set(atMs, reduce(all.flatMap((one) => one.get(atMs) ?? [])))
  }
  return result
}

const filled = (given: Value, fill: Value, known: ReadonlyMap<string, TimeSeries>): Value => {
  if (typeof given === 'number' || typeof fill !== 'number') return given
  const result = new Map(given)
  for (const series of known.values()) {
    for (const atMs of series.keys()) if (!result.has(atMs)) result.set(atMs, fill)
  }
  return result
}

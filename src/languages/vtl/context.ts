// `$context`, and what a template overrides through it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
import { VtlRuntimeError } from './errors.ts'
import { type JsonInput, toVtl } from './json.ts'
import type { Run } from './run.ts'
import { VtlMap, type VtlValue } from './values.ts'

/** Texts by name, as the template wrote the names. */
type Overridden = ReadonlyMap<string, string>

export interface VtlOverrides {
  readonly request: {
    readonly header: Overridden
    readonly path: Overridden
    readonly querystring: Overridden
  }
  readonly response: {
    readonly header: Overridden
    /** Undefined where none was set, or one outside 100 to 599. [F175] */
    readonly status: number | undefined
  }
}

const NONE: Overridden = new Map()
const NO_OVERRIDES: VtlOverrides = {
  request: { header: NONE, path: NONE, querystring: NONE },
  response: { header: NONE, status: undefined },
}

export interface ContextVariable {
  /** `$context` itself, made at the first call. */
  value(): VtlMap
  /** After rendering: what was overridden before and by this template. */
  overrides(run: Run): VtlOverrides
}

export const createContext = (
  source: ContextSource,
  before: VtlOverrides = NO_OVERRIDES,
): ContextVariable => {
  let made: ContextMap | undefined
  return {
    value: () => (made ??= new ContextMap(source, before)),
    overrides: (run) => {
      const parts = made?.overridden
      return parts === undefined ? before : readOverrides(parts, run)
    },
  }
}

/** Where the members are from: all of them, or one after the other. */
interface ContextSource {
  readonly context: () => Readonly<Record<string, JsonInput>>
  readonly contextMember?: ((name: string) => JsonInput) | undefined
}

interface OverrideMaps {
  readonly request: VtlMap
  readonly response: VtlMap
}

/** Most templates ask for one member or two: all are made only for who looks at the map as such. */
class ContextMap extends VtlMap {
  readonly #source: ContextSource
  readonly #before: VtlOverrides
  /** What was asked for before all were made: a template may have changed it. */
  readonly #early = new VtlMap()
  #isWhole = false
  /** Undefined where the template cannot have overridden anything. */
  overridden: OverrideMaps | undefined

  constructor(source: ContextSource, before: VtlOverrides) {
    super()
    this.#source = source
    this.#before = before
  }

  override get size(): number {
    this.#makeWhole()
    return super.size
  }

  override get(key: VtlValue): VtlValue | undefined {
    const { contextMember } = this.#source
    if (this.#isWhole || contextMember === undefined || typeof key !== 'string') {
      this.#makeWhole()
      return super.get(key)
    }
    const known = this.#early.get(key)
    if (known !== undefined) return known
    const value = this.#overrideMap(key) ?? contextMember(key)
    if (value === undefined) return undefined
    const made = toVtl(value)
    this.#early.put(key, made)
    return made
  }

  override has(key: VtlValue): boolean {
    this.#makeWhole()
    return super.has(key)
  }

  override put(key: VtlValue, value: VtlValue): VtlValue | undefined {
    this.#makeWhole()
    return super.put(key, value)
  }

  override remove(key: VtlValue): VtlValue | undefined {
    this.#makeWhole()
    return super.remove(key)
  }

  override clear(): void {
    this.#makeWhole()
    super.clear()
  }

  override entries(): ReturnType<VtlMap['entries']> {
    this.#makeWhole()
    return super.entries()
  }

  #makeWhole(): void {
    if (this.#isWhole) return
    this.#isWhole = true
    for (const [name, member] of Object.entries(this.#source.context())) {
      if (member !== undefined) super.put(name, this.#early.get(name) ?? toVtl(member))
    }
    const { request, response } = this.#overrideMaps()
    super.put('requestOverride', request)
    super.put('responseOverride', response)
  }

  #overrideMap(name: string): VtlMap | undefined {
    if (name === 'requestOverride') return this.#overrideMaps().request
    return name === 'responseOverride' ? this.#overrideMaps().response : undefined
  }

  #overrideMaps(): OverrideMaps {
    this.overridden ??= makeOverrideMaps(this.#before)
    return this.overridden
  }
}

const makeOverrideMaps = (before: VtlOverrides): OverrideMaps => {
  const request = new SilentMap()
  for (const [name, texts] of Object.entries(before.request)) {
    request.put(name, new OnceMap(`requestOverride.${name}`, texts))
  }
  const response = new OnceMap('responseOverride', statusMap(before.response.status))
  response.seed('header', new OnceMap('responseOverride.header', before.response.header))
  return { request, response }
}

const statusMap = (status: number | undefined): ReadonlyMap<string, VtlValue> =>
  status === undefined ? new Map() : new Map([['status', status]])

/** AWS: requestOverride and responseOverride print nothing, though what is in them does. [F187] */
class SilentMap extends VtlMap {
  override text(): string {
    return ''
  }
}

/** AWS: one template may override a parameter once; a second time is an error. [guide] */
class OnceMap extends VtlMap {
  readonly #name: string
  readonly #set = new Set<VtlValue>()

  constructor(name: string, before: ReadonlyMap<string, VtlValue>) {
    super()
    this.#name = name
    for (const [key, value] of before) super.put(key, value)
  }

  /** Puts what the template has not set. */
  seed(key: string, value: VtlValue): void {
    super.put(key, value)
  }

  override put(key: VtlValue, value: VtlValue): VtlValue | undefined {
    if (this.#set.has(key)) {
      const name = typeof key === 'string' ? key.slice(0, 100) : ''
      throw new VtlRuntimeError(`$context.${this.#name}.${name} is overridden twice`)
    }
    this.#set.add(key)
    return super.put(key, value)
  }

  override text(): string | undefined {
    return this.#name === 'responseOverride' ? '' : undefined
  }
}

const readOverrides = ({ request, response }: OverrideMaps, run: Run): VtlOverrides => ({
  request: {
    header: textsOf(request, 'header', run),
    path: textsOf(request, 'path', run),
    querystring: textsOf(request, 'querystring', run),
  },
  response: { header: textsOf(response, 'header', run), status: statusOf(response, run) },
})

/** `#set($context.responseOverride.header = {…})` replaces the map that stood there. */
const textsOf = (overrides: VtlMap, part: string, run: Run): Overridden => {
  const texts = new Map<string, string>()
  const map = overrides.get(part)
  if (!(map instanceof VtlMap)) return texts
  for (const { key, value } of map.entries()) {
    if (value !== null) texts.set(run.text(key), run.text(value))
  }
  return texts
}

const statusOf = (response: VtlMap, run: Run): number | undefined => {
  const status = response.get('status')
  if (status === undefined || status === null) return undefined
  const text = run.text(status).trim()
  return /^[1-5]\d\d$/.test(text) ? Number(text) : undefined
}

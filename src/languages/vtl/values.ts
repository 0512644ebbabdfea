// The values a template works with. They are our own, so that no name in a template can reach
// anything of JavaScript:
// text, booleans and integers are primitives that are only ever passed to functions of ours;
// everything else is an
// instance of a class below.
import type { JavaNumber } from './numbers.ts'
import type { Run } from './run.ts'

/** `null` is Java's; a reference that has it is the empty text. */
export type VtlValue = null | boolean | string | JavaNumber | VtlList | VtlMap | VtlObject

/** `undefined`: there is no such method for these arguments. `null`: it answered null. */
export type VtlMethod<Self> = (
  self: Self,
  args: readonly VtlValue[],
  run: Run,
) => VtlValue | undefined

export type VtlMethods<Self> = ReadonlyMap<string, VtlMethod<Self>>

/** How Java calls a list, and with that how it prints. */
export type ListType =
  | 'java.util.ArrayList'
  /** AWS: arrays of JSON print as JSON, lists of a template as Java's. [F150] */
  | 'net.minidev.json.JSONArray'
  | 'java.util.LinkedHashMap$LinkedKeySet'
  | 'java.util.LinkedHashMap$LinkedValues'
  | 'java.util.LinkedHashMap$LinkedEntrySet'
  | '[Ljava.lang.String;'
  | '[Ljava.lang.Object;'
  | '[C'
  | '[B'

export class VtlList {
  readonly items: VtlValue[]
  readonly type: ListType
  /** The map whose keys, values or entries these are. */
  readonly #view: VtlMap | undefined

  constructor(items: VtlValue[], type: ListType = 'java.util.ArrayList', view?: VtlMap) {
    this.items = items
    this.type = type
    this.#view = view
  }

  /** Changes when it must not be gone through any further. */
  get version(): number {
    return this.#view?.size ?? this.items.length
  }
}

/** So many entries are gone through faster than they are hashed: most maps of JSON have fewer. */
const UNHASHED_MAX = 8

/** Java's LinkedHashMap: keys of any type, in the order of their first insertion. */
export class VtlMap {
  #entries: MapEntry[] = []
  /** Only of a map with more than a few entries, which then are in here and no longer in the list. */
  #hashed: Map<MapKey, MapEntry> | undefined

  get size(): number {
    return this.#hashed?.size ?? this.#entries.length
  }

  /** Undefined where there is no such key. */
  get(key: VtlValue): VtlValue | undefined {
    return this.#find(mapKey(key))?.value
  }

  has(key: VtlValue): boolean {
    return this.#find(mapKey(key)) !== undefined
  }

  /** The value that was there; undefined where there was none. */
  put(key: VtlValue, value: VtlValue): VtlValue | undefined {
    const id = mapKey(key)
    const entry = this.#find(id)
    if (entry === undefined) {
      this.#add({ id, key, value })
      return undefined
    }
    const old = entry.value
    entry.value = value
    return old
  }

  remove(key: VtlValue): VtlValue | undefined {
    const entry = this.#find(mapKey(key))
    if (entry === undefined) return undefined
    if (this.#hashed === undefined) this.#entries.splice(this.#entries.indexOf(entry), 1)
    else this.#hashed.delete(entry.id)
    return entry.value
  }

  clear(): void {
    this.#entries = []
    this.#hashed = undefined
  }

  entries(): IteratorObject<Readonly<MapEntry>, undefined> {
    return (this.#hashed ?? this.#entries).values()
  }

  #find(id: MapKey): MapEntry | undefined {
    if (this.#hashed !== undefined) return this.#hashed.get(id)
    const entries = this.#entries
    for (let at = 0; at < entries.length; at++) {
      const entry = entries[at]
      if (entry?.id === id) return entry
    }
    return undefined
  }

  #add(entry: MapEntry): void {
    if (this.#hashed === undefined && this.#entries.length < UNHASHED_MAX) {
      this.#entries.push(entry)
      return
    }
    this.#hashed ??= new Map(this.#entries.map((known) => [known.id, known]))
    this.#hashed.set(entry.id, entry)
  }

  /** Methods of this map alone, beside those of every map. */
  method(_name: string, _args: readonly VtlValue[]): VtlValue | undefined {
    return undefined
  }

  /** How it prints, where not as `{key=value}`. */
  text(): string | undefined {
    return undefined
  }
}

interface MapEntry {
  readonly id: MapKey
  readonly key: VtlValue
  value: VtlValue
}

type MapKey = null | boolean | string | number | bigint | object

/**
 * Integers, longs and texts are different keys in Java even where they print alike. AWS compares
 * other keys by
 * content; here a list or a map is a key by identity, since no template can tell but by trying.
 */
const mapKey = (key: VtlValue): MapKey => {
  if (typeof key !== 'object' || key === null) return key
  const value = 'value' in key ? key.value : undefined
  if (typeof value === 'bigint') return value
  return typeof value === 'number' ? `\0double ${value}` : key
}

/** Anything else a template can hold: `$input`, `$foreach`, an iterator, a block. */
export abstract class VtlObject {
  abstract readonly className: string

  /** Undefined where it has no such property; asked before `getX()`. */
  property(_name: string, _run: Run): VtlValue | undefined {
    return undefined
  }

  method(_name: string, _args: readonly VtlValue[], _run: Run): VtlValue | undefined {
    return undefined
  }

  /** Undefined where a reference to it prints as it is written. */
  text(_run: Run): string | undefined {
    return ''
  }

  /** For #foreach; undefined where it is nothing to go through. */
  items(): Iterable<VtlValue> | undefined {
    return undefined
  }
}

/** `$foreach`, as a rendering knows it. */
export interface LoopScope extends VtlObject {
  /** How many items have been taken. */
  readonly next: number
  readonly hasNext: boolean
}

/** What `getClass()` answers: a name, and no way on from there. */
export class ClassName extends VtlObject {
  readonly className = 'java.lang.Class'
  readonly #name: string

  constructor(name: string) {
    super()
    this.#name = name
  }

  override property(name: string): VtlValue | undefined {
    return name === 'name' ? this.#name : undefined
  }

  override method(name: string): VtlValue | undefined {
    return name === 'getName' ? this.#name : undefined
  }

  override text(): string {
    return `class ${this.#name}`
  }
}

/** An entry of a map, as entrySet() gives it. */
export class EntryValue extends VtlObject {
  readonly className = 'java.util.LinkedHashMap$Entry'
  readonly key: VtlValue
  readonly #map: VtlMap

  constructor(map: VtlMap, key: VtlValue) {
    super()
    this.#map = map
    this.key = key
  }

  get value(): VtlValue {
    return this.#map.get(this.key) ?? null
  }

  override property(name: string): VtlValue | undefined {
    if (name === 'key') return this.key
    return name === 'value' ? this.value : undefined
  }

  override method(name: string, args: readonly VtlValue[]): VtlValue | undefined {
    if (name === 'setValue' && args[0] !== undefined) {
      return this.#map.put(this.key, args[0]) ?? null
    }
    if (args.length > 0) return undefined
    if (name === 'getKey') return this.key
    return name === 'getValue' ? this.value : undefined
  }

  override text(run: Run): string {
    return `${run.text(this.key)}=${run.text(this.value)}`
  }
}

/** What iterator() answers. */
export class IteratorValue extends VtlObject {
  readonly className = 'java.util.Iterator'
  readonly #items: readonly VtlValue[]
  #next = 0

  constructor(items: readonly VtlValue[]) {
    super()
    this.#items = items
  }

  override method(name: string, args: readonly VtlValue[]): VtlValue | undefined {
    if (args.length > 0) return undefined
    if (name === 'hasNext') return this.#next < this.#items.length
    return name === 'next' ? (this.#items[this.#next++] ?? null) : undefined
  }

  override *items(): Iterable<VtlValue> {
    while (this.#next < this.#items.length) yield this.#items[this.#next++] ?? null
  }
}

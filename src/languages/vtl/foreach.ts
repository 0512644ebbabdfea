// #foreach, and `$foreach` inside it.
import { type Position, VtlRuntimeError } from './errors.ts'
import { isJavaNumber, toInt } from './numbers.ts'
import type { Evaluate, Render, Run } from './run.ts'
import { type LoopScope, VtlList, VtlMap, VtlObject, type VtlValue } from './values.ts'

/** A range in the directive itself is never made into a list, however long it is. */
type Looped = Evaluate | { readonly from: Evaluate; readonly to: Evaluate }

export const compileForeach = (
  variable: string,
  looped: Looped,
  body: Render,
  position: Position,
): Render => {
  const itemsOf = compileItems(looped)
  return (run) => {
    run.budget.spend(1)
    const items = itemsOf(run)
    if (items === undefined || items.items.length === 0) return
    const before = run.get(variable)
    const loop = new ForeachScope(items.items, run.loop)
    run.loop = loop
    iterate(run, loop, items, variable, body)
    run.loop = loop.parent
    run.set(variable, before)
    if (loop.cut) {
      const { iterationsMax } = run.budget.limits
      run.note(`#foreach in line ${position.line} ended after ${iterationsMax} iterations`)
    }
  }
}

const iterate = (
  run: Run,
  loop: ForeachScope,
  { items, source }: Items,
  variable: string,
  body: Render,
): void => {
  const version = versionOf(source)
  const { iterationsMax } = run.budget.limits
  while (loop.next < items.length) {
    if (loop.next >= iterationsMax) {
      loop.cut = true
      return
    }
    if (versionOf(source) !== version) throw new VtlRuntimeError('ConcurrentModificationException')
    run.budget.spend(1)
    run.set(variable, items[loop.next] ?? null)
    loop.next += 1
    body(run)
    if (run.signal === 'none') continue
    run.endBreak(loop)
    return
  }
}

/** What is gone through, and what may not grow or shrink meanwhile, as in Java. */
interface Items {
  readonly items: readonly VtlValue[]
  readonly source?: VtlList | VtlMap
}

const versionOf = (source: VtlList | VtlMap | undefined): number =>
  source instanceof VtlMap ? source.size : (source?.version ?? 0)

const compileItems = (looped: Looped): ((run: Run) => Items | undefined) => {
  if (typeof looped === 'function') return (run) => itemsOfValue(looped(run), run)
  const { from, to } = looped
  return (run) => {
    const first = from(run)
    const last = to(run)
    if (!isJavaNumber(first) || !isJavaNumber(last)) return undefined
    const start = toInt(first)
    const step = toInt(last) < start ? -1 : 1
    // One more than will be used, so that the cut shows.
    const size = Math.min(Math.abs(toInt(last) - start) + 1, run.budget.limits.iterationsMax + 1)
    return { items: Array.from({ length: size }, (_, index) => start + index * step) }
  }
}

/** A list's items, a map's values, what an iterator has left; undefined for anything else. */
const itemsOfValue = (value: VtlValue, run: Run): Items | undefined => {
  if (value instanceof VtlList) return { items: value.items, source: value }
  const most = run.budget.limits.iterationsMax + 1
  if (value instanceof VtlMap) {
    const items = [...value.entries().take(most)].map((entry) => entry.value)
    return { items, source: value }
  }
  const items = value instanceof VtlObject ? value.items() : undefined
  return items && { items: [...Iterator.from(items).take(most)] }
}

/** `$foreach`. */
export class ForeachScope extends VtlObject {
  readonly className = 'org.apache.velocity.runtime.directive.ForeachScope'
  readonly parent: LoopScope | undefined
  readonly #items: readonly VtlValue[]
  /** How many items have been taken. */
  next = 0
  /** Whether the bound on iterations ended it. */
  cut = false

  constructor(items: readonly VtlValue[], parent: LoopScope | undefined) {
    super()
    this.#items = items
    this.parent = parent
  }

  get hasNext(): boolean {
    return this.next < this.#items.length
  }

  override property(name: string): VtlValue | undefined {
    switch (name) {
      case 'index':
        return this.next - 1
      case 'count':
        return this.next
      case 'hasNext':
        return this.hasNext
      case 'first':
        return this.next === 1
      case 'last':
        return !this.hasNext
      case 'parent':
        return this.parent
      case 'topmost':
        return this.#topmost()
      default:
        return undefined
    }
  }

  override method(name: string, args: readonly VtlValue[]): VtlValue | undefined {
    if (args.length > 0) return undefined
    const property = METHODS.get(name)
    return property === undefined ? undefined : this.property(property)
  }

  override text(): string {
    return '{}'
  }

  #topmost(): LoopScope {
    const { parent } = this
    return parent instanceof ForeachScope ? parent.#topmost() : (parent ?? this)
  }
}

const METHODS: ReadonlyMap<string, string> = new Map([
  ['getIndex', 'index'],
  ['getCount', 'count'],
  ['hasNext', 'hasNext'],
  ['getHasNext', 'hasNext'],
  ['isFirst', 'first'],
  ['getFirst', 'first'],
  ['isLast', 'last'],
  ['getLast', 'last'],
  ['getParent', 'parent'],
  ['getTopmost', 'topmost'],
])

// java.util.ArrayList; and what Velocity lets one call on arrays, which is the same under other
// conditions.
import { javaEquals } from '../equality.ts'
import { isJavaNumber, toInt } from '../numbers.ts'
import type { Run } from '../run.ts'
import {
  IteratorValue,
  VtlList,
  type VtlMethod,
  type VtlMethods,
  type VtlValue,
} from '../values.ts'
import { checkIndex, checkRange, intAt } from './arguments.ts'

type Method = VtlMethod<VtlList>

const OUTSIDE = 'java.lang.IndexOutOfBoundsException'

const indexOf = (list: VtlList, wanted: VtlValue, run: Run): number =>
  list.items.findIndex((item) => {
    run.budget.spend(1)
    return javaEquals(item, wanted, run)
  })

const lastIndexOf = (list: VtlList, wanted: VtlValue, run: Run): number =>
  list.items.findLastIndex((item) => {
    run.budget.spend(1)
    return javaEquals(item, wanted, run)
  })

/** A method of one argument, whatever it is. */
const ofValue =
  (method: (self: VtlList, value: VtlValue, run: Run) => VtlValue): Method =>
  (self, args, run) => {
    const [value] = args
    return value === undefined || args.length > 1 ? undefined : method(self, value, run)
  }

const ofNothing =
  (method: (self: VtlList, run: Run) => VtlValue): Method =>
  (self, args, run) =>
    args.length === 0 ? method(self, run) : undefined

/** A method of one list. */
const ofList =
  (method: (self: VtlList, other: VtlList, run: Run) => VtlValue): Method =>
  (self, [other], run) => {
    if (!(other instanceof VtlList)) return undefined
    run.budget.spend(self.items.length + other.items.length)
    return method(self, other, run)
  }

const add: Method = (self, args, run) => {
  const [first, second] = args
  if (first === undefined) return undefined
  run.budget.spend(1)
  if (second === undefined) {
    self.items.push(first)
    return true
  }
  const index = intAt(args, 0)
  if (index === undefined) return undefined
  checkIndex(index, self.items.length + 1, OUTSIDE)
  run.budget.spend(self.items.length >>> 4)
  self.items.splice(index, 0, second)
  return ''
}

const addAll = ofList((self, other) => {
  const added = [...other.items]
  for (const item of added) self.items.push(item)
  return added.length > 0
})

const get: Method = (self, args) => {
  const index = intAt(args, 0)
  if (index === undefined || args.length > 1) return undefined
  checkIndex(index, self.items.length, OUTSIDE)
  return self.items[index] ?? null
}

const set: Method = (self, args) => {
  const index = intAt(args, 0)
  const value = args[1]
  if (index === undefined || value === undefined) return undefined
  checkIndex(index, self.items.length, OUTSIDE)
  const old = self.items[index] ?? null
  self.items[index] = value
  return old
}

/** By index where the argument is an int, by value otherwise. */
const remove = ofValue((self, wanted, run) => {
  run.budget.spend(self.items.length >>> 4)
  if (isJavaNumber(wanted)) {
    const index = toInt(wanted)
    checkIndex(index, self.items.length, OUTSIDE)
    return self.items.splice(index, 1)[0] ?? null
  }
  const index = indexOf(self, wanted, run)
  if (index !== -1) self.items.splice(index, 1)
  return index !== -1
})

const subList: Method = (self, args, run) => {
  const from = intAt(args, 0)
  const to = intAt(args, 1)
  if (from === undefined || to === undefined) return undefined
  checkRange(from, to, self.items.length, OUTSIDE)
  run.budget.spend(to - from)
  return new VtlList(self.items.slice(from, to), self.type)
}

/** Keeps or drops what `other` contains. */
const filtering = (keep: boolean): Method =>
  ofList((self, other, run) => {
    const kept = self.items.filter((item) => (indexOf(other, item, run) !== -1) === keep)
    const changed = kept.length !== self.items.length
    self.items.splice(0, self.items.length)
    for (const item of kept) self.items.push(item)
    return changed
  })

export const LIST_METHODS: VtlMethods<VtlList> = new Map<string, Method>([
  ['add', add],
  ['addAll', addAll],
  ['get', get],
  ['set', set],
  ['remove', remove],
  ['subList', subList],
  ['removeAll', filtering(false)],
  ['retainAll', filtering(true)],
  ['size', ofNothing((self) => self.items.length)],
  ['isEmpty', ofNothing((self) => self.items.length === 0)],
  ['contains', ofValue((self, value, run) => indexOf(self, value, run) !== -1)],
  [
    'containsAll',
    ofList((self, other, run) => other.items.every((item) => indexOf(self, item, run) !== -1)),
  ],
  ['indexOf', ofValue(indexOf)],
  ['lastIndexOf', ofValue(lastIndexOf)],
  [
    'clear',
    ofNothing((self) => {
      self.items.splice(0, self.items.length)
      return ''
    }),
  ],
  ['iterator', ofNothing((self) => new IteratorValue(self.items))],
  [
    'toArray',
    ofNothing((self, run) => {
      run.budget.spend(self.items.length)
      return new VtlList([...self.items], '[Ljava.lang.Object;')
    }),
  ],
])

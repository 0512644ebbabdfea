// java.util.LinkedHashMap.
import { javaEquals } from '../equality.ts'
import type { Run } from '../run.ts'
import {
  EntryValue,
  type ListType,
  VtlList,
  VtlMap,
  type VtlMethod,
  type VtlMethods,
  type VtlValue,
} from '../values.ts'

type Method = VtlMethod<VtlMap>

/** A method of `count` arguments. */
const taking =
  (
    count: number,
    method: (self: VtlMap, run: Run, first: VtlValue, second: VtlValue) => VtlValue,
  ): Method =>
  (self, args, run) =>
    args.length === count ? method(self, run, args[0] ?? null, args[1] ?? null) : undefined

const listOf = (self: VtlMap, run: Run, type: ListType, item: (entry: EntryValue) => VtlValue) => {
  run.budget.spend(self.size)
  const entries = [...self.entries()].map(({ key }) => item(new EntryValue(self, key)))
  return new VtlList(entries, type, self)
}

export const MAP_METHODS: VtlMethods<VtlMap> = new Map<string, Method>([
  ['get', taking(1, (self, _run, key) => self.get(key) ?? null)],
  ['put', taking(2, (self, _run, key, value) => self.put(key, value) ?? null)],
  ['containsKey', taking(1, (self, _run, key) => self.has(key))],
  [
    'containsValue',
    taking(1, (self, run, wanted) =>
      [...self.entries()].some(({ value }) => {
        run.budget.spend(1)
        return javaEquals(value, wanted, run)
      }),
    ),
  ],
  [
    'getOrDefault',
    taking(2, (self, _run, key, other) => (self.has(key) ? (self.get(key) ?? null) : other)),
  ],
  [
    'putIfAbsent',
    taking(2, (self, _run, key, value) => {
      const old = self.get(key) ?? null
      if (old === null) self.put(key, value)
      return old
    }),
  ],
  ['remove', taking(1, (self, _run, key) => self.remove(key) ?? null)],
  ['size', taking(0, (self) => self.size)],
  ['isEmpty', taking(0, (self) => self.size === 0)],
  [
    'clear',
    taking(0, (self) => {
      self.clear()
      return ''
    }),
  ],
  [
    'putAll',
    (self, [other], run) => {
      if (!(other instanceof VtlMap)) return undefined
      run.budget.spend(other.size)
      for (const { key, value } of other.entries()) self.put(key, value)
      return ''
    },
  ],
  [
    'keySet',
    taking(0, (self, run) =>
      listOf(self, run, 'java.util.LinkedHashMap$LinkedKeySet', (entry) => entry.key),
    ),
  ],
  [
    'values',
    taking(0, (self, run) =>
      listOf(self, run, 'java.util.LinkedHashMap$LinkedValues', (entry) => entry.value),
    ),
  ],
  [
    'entrySet',
    taking(0, (self, run) =>
      listOf(self, run, 'java.util.LinkedHashMap$LinkedEntrySet', (entry) => entry),
    ),
  ],
])

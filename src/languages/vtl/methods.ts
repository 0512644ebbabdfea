// What a template may call and read, by type of value. A name that is not in one of these tables
// does not exist.
import { classNameOf, hashCodeOf, javaEquals } from './equality.ts'
import { BOOLEAN_METHODS } from './methods/boolean.ts'
import { LIST_METHODS } from './methods/list.ts'
import { MAP_METHODS } from './methods/map.ts'
import { NUMBER_METHODS } from './methods/number.ts'
import { STRING_METHODS } from './methods/string.ts'
import type { Run } from './run.ts'
import { ClassName, VtlList, VtlMap, type VtlMethods, VtlObject, type VtlValue } from './values.ts'

type Present = Exclude<VtlValue, null>

/** Undefined where the value has no such method for these arguments. */
export const callMethod = (
  value: Present,
  name: string,
  args: readonly VtlValue[],
  run: Run,
): VtlValue | undefined => {
  if (value instanceof VtlObject) {
    return value.method(name, args, run) ?? OBJECT_METHODS.get(name)?.(value, args, run)
  }
  const own = ownMethod(value, name, args, run)
  return own === undefined ? OBJECT_METHODS.get(name)?.(value, args, run) : own
}

const ownMethod = (
  value: Exclude<Present, VtlObject>,
  name: string,
  args: readonly VtlValue[],
  run: Run,
): VtlValue | undefined => {
  if (typeof value === 'string') return STRING_METHODS.get(name)?.(value, args, run)
  if (typeof value === 'boolean') return BOOLEAN_METHODS.get(name)?.(value, args, run)
  if (value instanceof VtlList) return LIST_METHODS.get(name)?.(value, args, run)
  if (value instanceof VtlMap) {
    return MAP_METHODS.get(name)?.(value, args, run) ?? value.method(name, args)
  }
  return NUMBER_METHODS.get(name)?.(value, args, run)
}

/** `$x.name`: getName(), then a map's key, then isName(). */
export const getProperty = (value: Present, name: string, run: Run): VtlValue | undefined => {
  if (value instanceof VtlMap) return name === 'class' ? classOf(value) : value.get(name)
  if (value instanceof VtlObject) {
    const property = value.property(name, run)
    if (property !== undefined) return property
  }
  const suffix = name.charAt(0).toUpperCase() + name.slice(1)
  const got = callMethod(value, `get${suffix}`, [], run)
  if (got !== undefined) return got
  const is = callMethod(value, `is${suffix}`, [], run)
  return typeof is === 'boolean' ? is : undefined
}

/** AWS: a property of anything but a map cannot be set, which nobody is told. [Velocity 1.7] */
export const setProperty = (owner: Present, name: string, value: VtlValue): void => {
  if (owner instanceof VtlMap) owner.put(name, value)
}

/** A class leads nowhere, and has none. */
const classOf = (value: Present): ClassName | undefined =>
  value instanceof ClassName ? undefined : new ClassName(classNameOf(value))

const OBJECT_METHODS: VtlMethods<Present> = new Map<
  string,
  (self: Present, args: readonly VtlValue[], run: Run) => VtlValue | undefined
>([
  ['toString', (self, args, run) => (args.length === 0 ? run.text(self) : undefined)],
  ['getClass', (self, args) => (args.length === 0 ? classOf(self) : undefined)],
  ['hashCode', (self, args, run) => (args.length === 0 ? hashCodeOf(self, run) : undefined)],
  [
    'equals',
    (self, args, run) => {
      const [other] = args
      return other === undefined || args.length > 1 ? undefined : javaEquals(self, other, run)
    },
  ],
])

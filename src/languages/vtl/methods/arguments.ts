// Arguments of a method, by what Java would take them for.
import { VtlRuntimeError } from '../errors.ts'
import { isJavaNumber, toInt } from '../numbers.ts'
import type { VtlValue } from '../values.ts'

/** A text at `index`; undefined where there is something else. */
export const textAt = (args: readonly VtlValue[], index: number): string | undefined => {
  const value = args[index]
  return typeof value === 'string' ? value : undefined
}

/** An int at `index`; a text is none, whatever it says. */
export const intAt = (args: readonly VtlValue[], index: number): number | undefined => {
  const value = args[index]
  return value !== undefined && isJavaNumber(value) ? toInt(value) : undefined
}

/** Ends the rendering as Java's exception of this name would. */
export const javaException = (name: string, detail: string): never => {
  throw new VtlRuntimeError(`${name}: ${detail}`)
}

export const checkIndex = (index: number, length: number, name: string): void => {
  if (index < 0 || index >= length) {
    javaException(name, `Index ${index} out of bounds for length ${length}`)
  }
}

export const checkRange = (begin: number, end: number, length: number, name: string): void => {
  if (begin < 0 || begin > end || end > length) {
    javaException(name, `begin ${begin}, end ${end}, length ${length}`)
  }
}

// Conditions joined by && and ||, with parentheses: && binds closer.
import { FilterPatternError } from './errors.ts'
import type { TokenReader } from './tokens.ts'

export type Condition<Subject> = (subject: Subject) => boolean

const DEPTH_MAX = 50

export const readConditions = <Subject>(
  reader: TokenReader,
  readOne: (reader: TokenReader) => Condition<Subject>,
  depth = 0,
): Condition<Subject> => {
  if (depth > DEPTH_MAX) throw new FilterPatternError('its parentheses are too deep')
  const primary = (): Condition<Subject> => {
    if (!reader.takes('(')) return readOne(reader)
    const inner = readConditions(reader, readOne, depth + 1)
    reader.expect(')')
    return inner
  }
  const all = (): Condition<Subject> => {
    const parts = [primary()]
    while (reader.takes('&&')) parts.push(primary())
    return (subject) => parts.every((part) => part(subject))
  }
  const parts = [all()]
  while (reader.takes('||')) parts.push(all())
  return (subject) => parts.some((part) => part(subject))
}

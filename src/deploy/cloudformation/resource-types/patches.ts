// Patch operations of API Gateway (v1), for settings that its create operations do not take.
import type { Input } from '../properties.ts'

export interface PatchOperation {
  readonly op: 'add' | 'replace'
  readonly path: string
  readonly value: string
}

/** One `replace` per member that is there. */
export const replacing = (
  input: Input,
  members: Readonly<Record<string, string>>,
): readonly PatchOperation[] =>
  Object.entries(members).flatMap(([member, path]) => {
    const value = input[member]
    return value === undefined ? [] : [{ op: 'replace' as const, path, value: String(value) }]
  })

export const escapeSegment = (segment: string): string =>
  segment.replaceAll('~', '~0').replaceAll('/', '~1')

// The replacement text of java.util.regex: `$1`, `${name}`, and a backslash before anything that shall be itself.
import { RegexReplacementError } from './errors.ts'

export interface RegexMatch {
  readonly index: number
  readonly end: number
  /** The whole match first; undefined where a group took no part. */
  readonly groups: readonly (string | undefined)[]
}

export interface Replacement {
  readonly render: (match: RegexMatch) => string
  /** How many pieces each rendering puts together. */
  readonly pieces: number
}

/** Throws `RegexReplacementError` where Java throws IllegalArgumentException or IndexOutOfBoundsException. */
export const compileReplacement = (
  text: string,
  groupCount: number,
  groupNames: ReadonlyMap<string, number>,
): Replacement => {
  if (!/[\\$]/.test(text)) return { render: () => text, pieces: 1 }
  const pieces: (string | number)[] = []
  let at = 0
  while (at < text.length) {
    const char = text.charAt(at)
    if (char === '\\') {
      if (at + 1 === text.length)
        throw new RegexReplacementError('character to be escaped is missing')
      pieces.push(text.charAt(at + 1))
      at += 2
    } else if (char === '$') {
      const { group, end } = readReference(text, at + 1, groupCount, groupNames)
      pieces.push(group)
      at = end
    } else {
      const end = nextSpecial(text, at)
      pieces.push(text.slice(at, end))
      at = end
    }
  }
  const render = ({ groups }: RegexMatch): string => {
    let result = ''
    for (const piece of pieces) result += typeof piece === 'string' ? piece : (groups[piece] ?? '')
    return result
  }
  return { render, pieces: pieces.length }
}

const nextSpecial = (text: string, from: number): number => {
  let at = from
  while (at < text.length && text.charAt(at) !== '\\' && text.charAt(at) !== '$') at += 1
  return at
}

const readReference = (
  text: string,
  at: number,
  groupCount: number,
  groupNames: ReadonlyMap<string, number>,
): { group: number; end: number } => {
  if (text.charAt(at) === '{') {
    const name = /^\{([A-Za-z][A-Za-z0-9]*)\}/.exec(text.slice(at, at + 256))?.[1]
    if (name === undefined) {
      throw new RegexReplacementError("named capturing group is missing trailing '}'")
    }
    const group = groupNames.get(name)
    if (group === undefined) throw new RegexReplacementError(`No group with name {${name}}`)
    return { group, end: at + name.length + 2 }
  }
  if (!/^[0-9]$/.test(text.charAt(at))) throw new RegexReplacementError('Illegal group reference')
  let group = Number(text.charAt(at))
  if (group > groupCount) throw new RegexReplacementError(`No group ${group}`)
  let end = at + 1
  // Further digits belong to the reference while there is such a group.
  while (/^[0-9]$/.test(text.charAt(end))) {
    const longer = group * 10 + Number(text.charAt(end))
    if (longer > groupCount) break
    group = longer
    end += 1
  }
  return { group, end }
}

// How many UTF-16 units a node can match, for look-behinds, and how big it is when written out, for RE2.
import type { CharSet } from './char-set.ts'
import type { RegexNode } from './syntax.ts'

export interface Width {
  readonly min: number
  /** Infinity where there is none. */
  readonly max: number
}

export const widthOf = (node: RegexNode): Width => {
  switch (node.kind) {
    case 'set':
      return { min: 1, max: isInPlaneZero(node.set) ? 1 : 2 }
    case 'sequence': {
      const widths = node.items.map(widthOf)
      return { min: sum(widths.map(({ min }) => min)), max: sum(widths.map(({ max }) => max)) }
    }
    case 'choice': {
      const widths = node.items.map(widthOf)
      return {
        min: Math.min(...widths.map(({ min }) => min)),
        max: Math.max(...widths.map(({ max }) => max)),
      }
    }
    case 'repeat': {
      const { min, max } = widthOf(node.item)
      return { min: min * node.min, max: max === 0 ? 0 : max * node.max }
    }
    case 'group':
    case 'atomic':
      return widthOf(node.item)
    case 'backreference':
      return { min: 0, max: Number.POSITIVE_INFINITY }
    case 'look':
    case 'assertion':
      return { min: 0, max: 0 }
  }
}

/** How many instructions the node makes where every repetition is written out. */
export const sizeOf = (node: RegexNode): number => {
  switch (node.kind) {
    case 'sequence':
    case 'choice':
      return 1 + sum(node.items.map(sizeOf))
    case 'repeat': {
      const copies = node.max === Number.POSITIVE_INFINITY ? node.min + 1 : node.max
      return 1 + sizeOf(node.item) * Math.max(copies, 1)
    }
    case 'group':
    case 'atomic':
    case 'look':
      return 2 + sizeOf(node.item)
    default:
      return 1
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((left, right) => left + right, 0)

const isInPlaneZero = (set: CharSet): boolean =>
  set.kind === 'ranges' && (set.ranges.at(-1) ?? 0) <= 0xffff

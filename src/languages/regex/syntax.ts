// The syntax tree of a Java regular expression, after flags have been applied: no node depends on a flag.
import type { CharSet } from './char-set.ts'

export type RegexNode =
  /** One code point out of a set. */
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'sequence'; readonly items: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly items: readonly RegexNode[] }
  | RepeatNode
  | { readonly kind: 'group'; readonly item: RegexNode; readonly index: number }
  | { readonly kind: 'atomic'; readonly item: RegexNode }
  | LookNode
  | { readonly kind: 'backreference'; readonly group: number; readonly fold: CaseFold }
  | { readonly kind: 'assertion'; readonly at: Assertion }

export interface RepeatNode {
  readonly kind: 'repeat'
  readonly item: RegexNode
  readonly min: number
  /** Infinity where there is none. */
  readonly max: number
  readonly mode: 'greedy' | 'lazy' | 'possessive'
}

export interface LookNode {
  readonly kind: 'look'
  readonly item: RegexNode
  readonly ahead: boolean
  readonly negative: boolean
  /** Of a look-behind, in UTF-16 units. */
  readonly min: number
  readonly max: number
}

export type CaseFold = 'none' | 'ascii' | 'unicode'

export type Assertion =
  | 'inputStart'
  | 'inputEnd'
  /** The end, or before a line terminator that ends the input: `$` and `\Z`. */
  | 'finalEnd'
  | 'finalEndUnix'
  | 'lineStart'
  | 'lineStartUnix'
  | 'lineEnd'
  | 'lineEndUnix'
  | 'wordBoundary'
  | 'notWordBoundary'
  /** Where the previous match ended: `\G`. */
  | 'lastMatchEnd'

export interface RegexTree {
  readonly root: RegexNode
  readonly groupCount: number
  readonly groupNames: ReadonlyMap<string, number>
}

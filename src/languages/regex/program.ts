// The tree as a flat program for the backtracking matcher, which does what RE2 cannot: look-around, atomic and
// possessive groups, backreferences, anchors at lines.
import { type CharTest, compileSet } from './char-set.ts'
import type { Assertion, CaseFold, LookNode, RegexNode, RegexTree, RepeatNode } from './syntax.ts'

export type Instruction =
  | { readonly op: 'set'; readonly test: CharTest }
  /** A greedy repetition of one set, done in one go. */
  | { readonly op: 'run'; readonly test: CharTest; readonly min: number; readonly max: number }
  | { readonly op: 'jump'; readonly to: number }
  | { readonly op: 'split'; readonly first: number; readonly second: number }
  | { readonly op: 'save'; readonly slot: number }
  | { readonly op: 'loopStart'; readonly slot: number }
  | LoopInstruction
  | { readonly op: 'assert'; readonly at: Assertion }
  | { readonly op: 'backreference'; readonly group: number; readonly fold: CaseFold }
  | SubInstruction
  | { readonly op: 'subEnd' }
  | { readonly op: 'match' }

/** `slot` counts the iterations, `slot + 1` is where the last one began. */
export interface LoopInstruction {
  readonly op: 'loop'
  readonly slot: number
  readonly min: number
  readonly max: number
  readonly lazy: boolean
  readonly exit: number
}

/** A program of its own, from the next instruction to its `subEnd`, of which only the first outcome counts. */
export interface SubInstruction {
  readonly op: 'sub'
  readonly kind: 'atomic' | 'ahead' | 'behind'
  readonly negative: boolean
  readonly min: number
  readonly max: number
  readonly next: number
}

export interface RegexProgram {
  readonly instructions: readonly Instruction[]
  /** Two slots a group, the whole match first, then the loops' registers. */
  readonly slotCount: number
  readonly groupCount: number
}

export const compileProgram = ({ root, groupCount }: RegexTree): RegexProgram => {
  const draft: Draft = { instructions: [], slotCount: 2 * (groupCount + 1) }
  emit(draft, root)
  draft.instructions.push({ op: 'match' })
  return { ...draft, groupCount }
}

interface Draft {
  readonly instructions: Instruction[]
  slotCount: number
}

const emit = (draft: Draft, node: RegexNode): void => {
  const { instructions } = draft
  switch (node.kind) {
    case 'set':
      instructions.push({ op: 'set', test: compileSet(node.set) })
      return
    case 'sequence':
      for (const item of node.items) emit(draft, item)
      return
    case 'choice':
      emitChoice(draft, node.items)
      return
    case 'repeat':
      emitRepeat(draft, node)
      return
    case 'group':
      instructions.push({ op: 'save', slot: node.index * 2 })
      emit(draft, node.item)
      instructions.push({ op: 'save', slot: node.index * 2 + 1 })
      return
    case 'atomic':
      emitSub(draft, 'atomic', node.item, { negative: false, min: 0, max: 0 })
      return
    case 'look':
      emitSub(draft, node.ahead ? 'ahead' : 'behind', node.item, node)
      return
    case 'backreference':
      instructions.push({ op: 'backreference', group: node.group, fold: node.fold })
      return
    case 'assertion':
      instructions.push({ op: 'assert', at: node.at })
  }
}

const emitChoice = (draft: Draft, items: readonly RegexNode[]): void => {
  const { instructions } = draft
  const jumps: number[] = []
  for (const [index, item] of items.entries()) {
    if (index === items.length - 1) {
      emit(draft, item)
      break
    }
    const split = reserve(draft)
    emit(draft, item)
    jumps.push(reserve(draft))
    instructions[split] = { op: 'split', first: split + 1, second: instructions.length }
  }
  for (const jump of jumps) instructions[jump] = { op: 'jump', to: instructions.length }
}

const emitRepeat = (draft: Draft, node: RepeatNode): void => {
  if (node.mode === 'possessive') {
    const item: RepeatNode = { ...node, mode: 'greedy' }
    emitSub(draft, 'atomic', item, { negative: false, min: 0, max: 0 })
    return
  }
  const { instructions } = draft
  const { item, min, max } = node
  if (item.kind === 'set' && node.mode === 'greedy') {
    instructions.push({ op: 'run', test: compileSet(item.set), min, max })
    return
  }
  const slot = draft.slotCount
  draft.slotCount += 2
  instructions.push({ op: 'loopStart', slot })
  const loop = reserve(draft)
  emit(draft, item)
  instructions.push({ op: 'jump', to: loop })
  const exit = instructions.length
  instructions[loop] = { op: 'loop', slot, min, max, lazy: node.mode === 'lazy', exit }
}

const emitSub = (
  draft: Draft,
  kind: SubInstruction['kind'],
  item: RegexNode,
  { negative, min, max }: Pick<LookNode, 'negative' | 'min' | 'max'>,
): void => {
  const sub = reserve(draft)
  emit(draft, item)
  draft.instructions.push({ op: 'subEnd' })
  const next = draft.instructions.length
  draft.instructions[sub] = { op: 'sub', kind, negative, min, max, next }
}

/** A place that is filled in when its targets are known. */
const reserve = ({ instructions }: Draft): number => instructions.push({ op: 'match' }) - 1

// The backtracking matcher: a loop over the program with an explicit stack, so that neither the pattern nor the text
// decides how deep JavaScript's own stack goes, and a budget of steps, so that neither decides how long it takes.
import { assertionHolds, codePointStart } from './assertions.ts'
import { sameLetter } from './case-fold.ts'
import { RegexBudgetError } from './errors.ts'
import type { Instruction, LoopInstruction, RegexProgram, SubInstruction } from './program.ts'
import { type StepBudget, spend } from './step-budget.ts'

export interface MatchRequest {
  readonly from: number
  /** The match must reach the end of the text. */
  readonly whole: boolean
  /** The match must begin at `from`. */
  readonly anchored: boolean
  readonly lastMatchEnd: number
}

/** Start and end of every group, -1 where it took no part; undefined where nothing matches. */
export const backtrack = (
  program: RegexProgram,
  text: string,
  request: MatchRequest,
  budget: StepBudget,
): readonly number[] | undefined => {
  const last = request.anchored ? request.from : text.length
  const slots: number[] = Array.from({ length: program.slotCount }, () => -1)
  const matching: Matching = { ...request, program, text, budget, slots, stack: [] }
  for (let start = request.from; start <= last; start += 1) {
    // A match never begins inside a surrogate pair.
    if (start > request.from && codePointStart(text, start + 1) < start) continue
    const end = run(matching, 0, start, -1)
    if (end >= 0) {
      slots[0] = start
      slots[1] = end
      return slots.slice(0, 2 * (program.groupCount + 1))
    }
  }
  return undefined
}

interface Matching extends MatchRequest {
  readonly program: RegexProgram
  readonly text: string
  readonly budget: StepBudget
  /** Groups and loop registers. */
  readonly slots: number[]
  /**
   * Three numbers an entry. A choice: the instruction, the position, and for a run how far back it may go or -1.
   * A slot to restore: -1 - slot, its old value, 0.
   */
  readonly stack: number[]
}

/** Three numbers each; half a million entries are 12 MB. */
const STACK_NUMBERS_MAX = 1_500_000
const FAILED = -1

/** Runs from `pc`; the position after the match, or -1 with the stack as it was. `target`: where a look-behind ends. */
const run = (matching: Matching, startPc: number, startPos: number, target: number): number => {
  const { program, text, budget, stack } = matching
  const { instructions } = program
  const base = stack.length
  let pc = startPc
  let pos = startPos
  for (;;) {
    spend(budget, 1)
    const instruction = instructions[pc]
    let next = FAILED
    if (instruction === undefined) return FAILED
    switch (instruction.op) {
      case 'match':
        if (!matching.whole || pos === text.length) return pos
        break
      case 'subEnd':
        if (target < 0 || pos === target) return pos
        break
      case 'set': {
        const width = setWidth(text, pos, instruction.test)
        if (width > 0) {
          pos += width
          next = pc + 1
        }
        break
      }
      case 'run': {
        const end = runSet(matching, pc, pos, instruction)
        if (end >= 0) {
          pos = end
          next = pc + 1
        }
        break
      }
      case 'sub': {
        const end = runSub(matching, pc, pos, instruction)
        if (end >= 0) {
          pos = end
          next = instruction.next
        }
        break
      }
      case 'backreference': {
        const end = referenceEnd(matching, pos, instruction.group, instruction.fold)
        if (end >= 0) {
          pos = end
          next = pc + 1
        }
        break
      }
      default:
        next = step(matching, pc, pos, instruction)
    }
    if (next >= 0) {
      pc = next
      continue
    }
    if (!unwind(matching, base)) return FAILED
    pos = stack.pop() ?? 0
    pc = stack.pop() ?? 0
  }
}

type Simple = Exclude<
  Instruction,
  { readonly op: 'match' | 'subEnd' | 'set' | 'run' | 'sub' | 'backreference' }
>

/** Instructions that do not move: the next one, or -1. */
const step = (matching: Matching, pc: number, pos: number, instruction: Simple): number => {
  switch (instruction.op) {
    case 'jump':
      return instruction.to
    case 'split':
      push(matching, instruction.second, pos, -1)
      return instruction.first
    case 'save':
      setSlot(matching, instruction.slot, pos)
      return pc + 1
    case 'loopStart':
      setSlot(matching, instruction.slot, 0)
      setSlot(matching, instruction.slot + 1, -1)
      return pc + 1
    case 'loop':
      return stepLoop(matching, pc, pos, instruction)
    case 'assert':
      return assertionHolds(instruction.at, matching.text, pos, matching.lastMatchEnd)
        ? pc + 1
        : FAILED
  }
}

const stepLoop = (matching: Matching, pc: number, pos: number, loop: LoopInstruction): number => {
  const count = matching.slots[loop.slot] ?? 0
  // An iteration that matched nothing could go on for ever: all further ones are taken as done.
  if (count > 0 && matching.slots[loop.slot + 1] === pos) return loop.exit
  if (count >= loop.max) return loop.exit
  if (count >= loop.min) {
    if (loop.lazy) return leaveLazily(matching, pc, pos, loop)
    push(matching, loop.exit, pos, -1)
  }
  setSlot(matching, loop.slot, count + 1)
  setSlot(matching, loop.slot + 1, pos)
  return pc + 1
}

/**
 * The way on is tried first. The choice left behind comes back into the loop's body, for which the registers must
 * count the new iteration: they do below the choice, and are put back above it while the way on is tried.
 */
const leaveLazily = (
  matching: Matching,
  pc: number,
  pos: number,
  loop: LoopInstruction,
): number => {
  const { slots } = matching
  const count = slots[loop.slot] ?? 0
  const start = slots[loop.slot + 1] ?? -1
  setSlot(matching, loop.slot, count + 1)
  setSlot(matching, loop.slot + 1, pos)
  push(matching, pc + 1, pos, -1)
  setSlot(matching, loop.slot, count)
  setSlot(matching, loop.slot + 1, start)
  return loop.exit
}

const setWidth = (text: string, pos: number, test: (codePoint: number) => boolean): number => {
  const codePoint = text.codePointAt(pos)
  if (codePoint === undefined || !test(codePoint)) return 0
  return codePoint > 0xffff ? 2 : 1
}

const runSet = (
  matching: Matching,
  pc: number,
  pos: number,
  { test, min, max }: Extract<Instruction, { op: 'run' }>,
): number => {
  const { text, budget } = matching
  let end = pos
  let least = min === 0 ? pos : FAILED
  let count = 0
  while (count < max) {
    const width = setWidth(text, end, test)
    if (width === 0) break
    end += width
    count += 1
    if (count === min) least = end
  }
  spend(budget, count >> 2)
  if (least < 0) return FAILED
  if (end > least) push(matching, pc + 1, codePointStart(text, end), least)
  return end
}

const runSub = (matching: Matching, pc: number, pos: number, sub: SubInstruction): number => {
  const { stack } = matching
  const base = stack.length
  let end = FAILED
  if (sub.kind === 'behind') {
    const first = pos - sub.min
    const last = Math.max(0, pos - sub.max)
    for (let start = first; start >= last && end < 0; start -= 1) {
      end = run(matching, pc + 1, start, pos)
    }
  } else {
    end = run(matching, pc + 1, pos, -1)
  }
  if (sub.negative) {
    if (end < 0) return pos
    undo(matching, base)
    return FAILED
  }
  if (end < 0) return FAILED
  keepRestores(stack, base)
  return sub.kind === 'atomic' ? end : pos
}

const referenceEnd = (
  { text, slots, budget, program }: Matching,
  pos: number,
  group: number,
  fold: 'none' | 'ascii' | 'unicode',
): number => {
  // A reference to a group that is not there, or took no part, never matches.
  if (group > program.groupCount) return FAILED
  const from = slots[group * 2] ?? -1
  const to = slots[group * 2 + 1] ?? -1
  if (from < 0 || to < from) return FAILED
  const end = pos + to - from
  if (end > text.length) return FAILED
  spend(budget, (to - from) >> 2)
  if (fold === 'none') return text.startsWith(text.slice(from, to), pos) ? end : FAILED
  for (let at = 0; at < to - from; at += 1) {
    const left = text.codePointAt(from + at) ?? 0
    if (!sameLetter(left, text.codePointAt(pos + at) ?? 0, fold)) return FAILED
    if (left > 0xffff) at += 1
  }
  return end
}

const push = ({ stack }: Matching, first: number, second: number, third: number): void => {
  if (stack.length >= STACK_NUMBERS_MAX) throw new RegexBudgetError('memory')
  stack.push(first, third, second)
}

const setSlot = (matching: Matching, slot: number, value: number): void => {
  push(matching, -1 - slot, matching.slots[slot] ?? -1, 0)
  matching.slots[slot] = value
}

/** Goes back to the last choice, leaving its instruction and position on the stack; false where there is none. */
const unwind = (matching: Matching, base: number): boolean => {
  const { stack, slots, text } = matching
  while (stack.length > base) {
    const pos = stack.pop() ?? 0
    const least = stack.pop() ?? 0
    const pc = stack.pop() ?? 0
    if (pc < 0) {
      slots[-1 - pc] = pos
      continue
    }
    if (least >= 0 && pos > least) push(matching, pc, codePointStart(text, pos), least)
    stack.push(pc, pos)
    return true
  }
  return false
}

const undo = ({ stack, slots }: Matching, base: number): void => {
  while (stack.length > base) {
    const value = stack.pop() ?? 0
    stack.pop()
    const pc = stack.pop() ?? 0
    if (pc < 0) slots[-1 - pc] = value
  }
}

/** Forgets the choices above `base`, but not how to restore what was captured. */
const keepRestores = (stack: number[], base: number): void => {
  let kept = base
  for (let at = base; at < stack.length; at += 3) {
    if ((stack[at] ?? 0) >= 0) continue
    stack[kept] = stack[at] ?? 0
    stack[kept + 1] = stack[at + 1] ?? 0
    stack[kept + 2] = stack[at + 2] ?? 0
    kept += 3
  }
  stack.length = kept
}

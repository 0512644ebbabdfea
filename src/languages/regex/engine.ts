// Which matcher runs: RE2, in linear time, wherever it means the same as Java; the budgeted backtracking matcher
// otherwise. Plain text needs neither.
import { RE2JS } from 're2js'
import { endsWithTerminator } from './assertions.ts'
import { backtrack, type MatchRequest } from './backtrack.ts'
import { compileProgram, type RegexProgram } from './program.ts'
import { type Re2Pattern, toRe2Pattern } from './re2-pattern.ts'
import { RegexBudgetError } from './errors.ts'
import type { RegexMatch } from './replacement.ts'
import { type StepBudget, spend } from './step-budget.ts'
import type { RegexNode, RegexTree } from './syntax.ts'

export interface RegexEngine {
  matches(text: string, budget: StepBudget): boolean
  /** The first match at or after `from`. */
  find(text: string, from: number, lastMatchEnd: number, budget: StepBudget): RegexMatch | undefined
}

export const createEngine = (tree: RegexTree): RegexEngine => {
  const literal = literalOf(tree.root)
  if (literal !== undefined) return literalEngine(literal)
  const backtracking = backtrackingEngine(tree)
  const pattern = toRe2Pattern(tree.root)
  const compiled = pattern && compileRe2(pattern.text)
  return pattern === undefined || compiled === undefined
    ? backtracking
    : linearEngine(pattern, compiled, backtracking)
}

/** Undefined where RE2 refuses: its bound on repetitions, or a property it has no table for. */
const compileRe2 = (text: string): RE2JS | undefined => {
  try {
    return RE2JS.compile(text)
  } catch {
    // Not an error of the pattern, which has been parsed: the other matcher takes it.
    return undefined
  }
}

/** A step is as long as so many characters take for each instruction of the program, where RE2 only says yes or no. */
const TESTED_CHARS_PER_STEP = 8
/** The same where it says where, in the slowest of its ways. */
const FOUND_CHARS_PER_STEP = 3

const linearEngine = (pattern: Re2Pattern, re2: RE2JS, other: RegexEngine): RegexEngine => {
  const size = re2.programSize()
  const means = (text: string): boolean =>
    !(pattern.noFinalTerminator && endsWithTerminator(text)) &&
    // oxlint-disable-next-line no-control-regex -- ASCII is what RE2's \b knows
    !(pattern.asciiOnly && !/^[\u0000-\u007f]*$/.test(text))
  const cost = (chars: number, charsPerStep: number): number =>
    1 + Math.ceil((chars * size) / charsPerStep)
  return {
    matches: (text, budget) => {
      // A whole match leaves no terminator after `$`, so that only letters of other scripts make a difference.
      if (pattern.asciiOnly && !means(text)) return other.matches(text, budget)
      spend(budget, cost(text.length, TESTED_CHARS_PER_STEP))
      return re2.testExact(text)
    },
    find: (text, from, lastMatchEnd, budget) => {
      if (!means(text)) return other.find(text, from, lastMatchEnd, budget)
      // It runs to its end once it has begun: there has to be enough for all of the text, and what is left is given back.
      const most = cost(text.length - from, FOUND_CHARS_PER_STEP)
      if (most > budget.left) throw new RegexBudgetError()
      const matcher = re2.matcher(text)
      if (!matcher.find(from)) {
        spend(budget, most)
        return undefined
      }
      const end = matcher.end()
      spend(budget, cost(end - from, FOUND_CHARS_PER_STEP))
      const groups: (string | undefined)[] = []
      for (let group = 0; group <= matcher.groupCount(); group += 1) {
        groups.push(matcher.group(group) ?? undefined)
      }
      return { index: matcher.start(), end, groups }
    },
  }
}

const backtrackingEngine = (tree: RegexTree): RegexEngine => {
  let program: RegexProgram | undefined
  const matchOf = (
    text: string,
    request: MatchRequest,
    budget: StepBudget,
  ): RegexMatch | undefined => {
    program ??= compileProgram(tree)
    const slots = backtrack(program, text, request, budget)
    if (slots === undefined) return undefined
    const groups: (string | undefined)[] = []
    for (let at = 0; at < slots.length; at += 2) {
      const from = slots[at] ?? -1
      groups.push(from < 0 ? undefined : text.slice(from, slots[at + 1]))
    }
    return { index: slots[0] ?? 0, end: slots[1] ?? 0, groups }
  }
  return {
    matches: (text, budget) =>
      matchOf(text, { from: 0, whole: true, anchored: true, lastMatchEnd: 0 }, budget) !==
      undefined,
    find: (text, from, lastMatchEnd, budget) =>
      matchOf(text, { from, whole: false, anchored: false, lastMatchEnd }, budget),
  }
}

const literalEngine = (literal: string): RegexEngine => ({
  matches: (text) => text === literal,
  find: (text, from, _, budget) => {
    const index = text.indexOf(literal, from)
    spend(budget, 1 + (((index < 0 ? text.length : index) - from) >> 10))
    return index < 0 ? undefined : { index, end: index + literal.length, groups: [literal] }
  },
})

/** The text that is all the tree can match; undefined for anything but plain characters. */
const literalOf = (node: RegexNode): string | undefined => {
  if (node.kind === 'set' && node.set.kind === 'ranges') {
    const [from, to] = node.set.ranges
    // A lone surrogate would be found inside a pair, where a pattern does not look.
    if (node.set.ranges.length !== 2 || from === undefined || from !== to) return undefined
    return from >= 0xd800 && from <= 0xdfff ? undefined : String.fromCodePoint(from)
  }
  if (node.kind !== 'sequence' || node.items.length === 0) return undefined
  let text = ''
  for (const item of node.items) {
    const part = item.kind === 'set' ? literalOf(item) : undefined
    if (part === undefined) return undefined
    text += part
  }
  return text
}

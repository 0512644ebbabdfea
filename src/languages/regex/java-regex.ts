// Regular expressions as java.util.regex understands them, in linear time where that is possible and within a budget
// of steps where it is not. Serves selectionPattern, identity validation, model patterns, VTL and JSON path filters.
import { createEngine, type RegexEngine } from './engine.ts'
import { RegexBudgetError } from './errors.ts'
import { parseRegex } from './parse.ts'
import type { RegexSyntax } from './pattern-reader.ts'
import { compileReplacement, type RegexMatch } from './replacement.ts'
import { regexBudget, type StepBudget, spend } from './step-budget.ts'
import type { RegexTree } from './syntax.ts'

/** All of these may throw `RegexBudgetError`; without a budget each call has one of its own. */
export interface JavaRegex {
  readonly pattern: string
  /** Whether the whole text matches, as String.matches. */
  matches(text: string, budget?: StepBudget): boolean
  /** The first match at or after `from`, as Matcher.find. */
  find(text: string, from?: number, budget?: StepBudget): RegexMatch | undefined
  /** As String.replaceAll; may throw `RegexReplacementError`. */
  replaceAll(text: string, replacement: string, budget?: StepBudget): string
  /** As String.replaceFirst; may throw `RegexReplacementError`. */
  replaceFirst(text: string, replacement: string, budget?: StepBudget): string
  /** As String.split: without a limit, empty strings at the end are dropped. */
  split(text: string, limit?: number, budget?: StepBudget): readonly string[]
}

/** What a replacement may make, in UTF-16 units: what AWS lets a body have. */
export const REPLACED_CHARS_MAX = 10 * 1024 * 1024

/** Throws `RegexSyntaxError`. */
export const compileJavaRegex = (pattern: string): JavaRegex => compile(pattern, 'java')

/** The same for a pattern as ECMA 262 has it, which is how models write theirs. Throws `RegexSyntaxError`. */
export const compileEcmaRegex = (pattern: string): JavaRegex => compile(pattern, 'ecma')

const compile = (pattern: string, syntax: RegexSyntax): JavaRegex => {
  const tree = parseRegex(pattern, syntax)
  const engine = createEngine(tree)
  return {
    pattern,
    matches: (text, budget = regexBudget()) => engine.matches(text, budget),
    find: (text, from = 0, budget = regexBudget()) => engine.find(text, from, from, budget),
    replaceAll: (text, replacement, budget = regexBudget()) =>
      replaced(tree, engine, text, replacement, budget, false),
    replaceFirst: (text, replacement, budget = regexBudget()) =>
      replaced(tree, engine, text, replacement, budget, true),
    split: (text, limit = 0, budget = regexBudget()) => splitAt(engine, text, limit, budget),
  }
}

const replaced = (
  { groupCount, groupNames }: RegexTree,
  engine: RegexEngine,
  text: string,
  replacementText: string,
  budget: StepBudget,
  once: boolean,
): string => {
  const first = engine.find(text, 0, 0, budget)
  // Java reads the replacement when there is something to replace, and not before.
  if (first === undefined) return text
  const replacement = compileReplacement(replacementText, groupCount, groupNames)
  const pieces: string[] = []
  let length = 0
  let end = 0
  for (const match of once ? [first] : matchesFrom(engine, text, budget)) {
    spend(budget, replacement.pieces)
    const piece = text.slice(end, match.index) + replacement.render(match)
    length += piece.length
    if (length > REPLACED_CHARS_MAX) throw new RegexBudgetError('text')
    pieces.push(piece)
    end = match.end
  }
  pieces.push(text.slice(end))
  return pieces.join('')
}

const splitAt = (
  engine: RegexEngine,
  text: string,
  limit: number,
  budget: StepBudget,
): readonly string[] => {
  const parts: string[] = []
  let end = 0
  for (const match of matchesFrom(engine, text, budget)) {
    if (limit > 0 && parts.length === limit - 1) break
    // Java: a match of no width at the beginning makes no empty first part.
    if (match.end === 0) continue
    parts.push(text.slice(end, match.index))
    end = match.end
  }
  if (parts.length === 0 && end === 0) return [text]
  parts.push(text.slice(end))
  if (limit === 0) {
    while (parts.at(-1) === '') parts.pop()
  }
  return parts
}

/** One match after another, as Matcher.find gives them. */
function* matchesFrom(
  engine: RegexEngine,
  text: string,
  budget: StepBudget,
): Generator<RegexMatch> {
  let from = 0
  let lastEnd = 0
  while (from <= text.length) {
    const match = engine.find(text, from, lastEnd, budget)
    if (match === undefined) return
    yield match
    lastEnd = match.end
    from = match.end === match.index ? nextIndex(text, match.end) : match.end
  }
}

/** The next code point, so that no match begins inside a surrogate pair. */
const nextIndex = (text: string, at: number): number =>
  at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1)

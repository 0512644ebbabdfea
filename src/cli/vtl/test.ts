// `daemun vtl test`: mapping templates held against what their authors expect, on a person's machine or in CI.
import { readFileSync, writeFileSync } from 'node:fs'
import { styleText } from 'node:util'
import { VtlError } from '#languages/vtl/errors.ts'
import { printableLine } from '#observability/request-line.ts'
import { canonicalJson } from '#shared/json.ts'
import { type CaseFiles, findCases } from './case-files.ts'
import { diffLines } from './line-diff.ts'
import { renderCase } from './render-case.ts'

export interface VtlTestOptions {
  /** Writes what comes out as what is expected from now on. */
  readonly update?: boolean
}

interface Outcome {
  readonly passed: boolean
  /** Lines below the name of the case. */
  readonly details: readonly string[]
}

/** Ends the process with 2 where a case fails. */
export const run = (paths: readonly string[], { update = false }: VtlTestOptions): void => {
  const cases = findCases(paths.length === 0 ? ['.'] : paths)
  let failed = 0
  for (const one of cases) {
    const { passed, details } = runCase(one, update)
    if (!passed) failed++
    const mark = passed ? styleText('green', 'ok    ') : styleText('red', 'failed')
    const lines = [`${mark} ${one.name}`, ...details.map((line) => `       ${line}`)]
    process.stdout.write(`${lines.join('\n')}\n`)
  }
  process.stdout.write(`${cases.length - failed} of ${cases.length} as expected\n`)
  if (failed > 0) process.exitCode = 2
}

const runCase = (files: CaseFiles, update: boolean): Outcome => {
  const template = readFileSync(files.template, 'utf8')
  let text: string
  let notes: readonly string[]
  try {
    ;({ text, notes } = renderCase(template, files.event))
  } catch (error) {
    if (!(error instanceof VtlError)) throw error
    return { passed: false, details: place(files.template, template, error) }
  }
  const told = notes.map((note) => styleText('yellow', `! ${note}`))
  if (update) {
    writeFileSync(files.expected, files.expected.endsWith('.json') ? pretty(text) : text)
    return { passed: true, details: told }
  }
  const differences = compare(files, readFileSync(files.expected, 'utf8'), text)
  return { passed: differences.length === 0, details: [...differences, ...told] }
}

/** `file:line:column: what is wrong`, and the line with a mark below the column. */
const place = (file: string, template: string, error: VtlError): readonly string[] => {
  const { position } = error
  const problem = error.message.replace(/ at \[line \d+, column \d+\]$/, '')
  if (position === undefined) return [`${file}: ${problem}`]
  const { line, column } = position
  const source = (template.split('\n')[line - 1] ?? '').replaceAll('\t', ' ')
  // A long line is shown around its column.
  const from = Math.max(0, column - 1 - SHOWN_CHARS / 2)
  return [
    `${file}:${line}:${column}: ${problem}`,
    printableLine(source.slice(from, from + SHOWN_CHARS)),
    `${' '.repeat(Math.max(0, column - 1 - from))}^`,
  ]
}

const SHOWN_CHARS = 100
/** Lines of one difference before the rest is only counted. */
const LINES_MAX = 60

/** Empty where they are the same. A `.json` is compared as JSON: blanks and the order of members do not matter. */
const compare = (files: CaseFiles, expected: string, actual: string): readonly string[] => {
  if (!files.expected.endsWith('.json')) {
    // An editor's newline at the end of the file is not the template's.
    const wanted = expected.replace(/\n$/, '')
    return wanted === actual.replace(/\n$/, '') ? [] : shown(wanted, actual.replace(/\n$/, ''))
  }
  const [wanted, came] = [parsed(expected), parsed(actual)]
  if (wanted === undefined) return [`${files.expected} is not JSON: call it .txt to compare texts`]
  if (came === undefined) return ['what came is not JSON:', ...shown(pretty(expected), actual)]
  if (canonicalJson(wanted.value) === canonicalJson(came.value)) return []
  return shown(prettySorted(wanted.value), prettySorted(came.value))
}

const shown = (expected: string, actual: string): readonly string[] => {
  const lines = diffLines(expected, actual)
  const head = `${styleText('red', '- expected')}  ${styleText('green', '+ came')}`
  const body = lines.slice(0, LINES_MAX).map(({ sign, text }) => {
    const line = `${sign} ${printableLine(text)}`
    if (sign === ' ') return line
    return styleText(sign === '-' ? 'red' : 'green', line)
  })
  const more = lines.length > LINES_MAX ? [`… and ${lines.length - LINES_MAX} more lines`] : []
  return [head, ...body, ...more]
}

const parsed = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

const pretty = (text: string): string => {
  const json = parsed(text)
  return json === undefined ? text : `${JSON.stringify(json.value, null, 2)}\n`
}

/** With members in one order, so that the lines of two objects can be compared. */
const prettySorted = (value: unknown): string =>
  JSON.stringify(JSON.parse(canonicalJson(value)), null, 2)

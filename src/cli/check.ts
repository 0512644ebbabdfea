// `daemun check`: what of a template is honoured here, for a person or, with --json, for a program in CI.
import { relative } from 'node:path'
import { styleText } from 'node:util'
import { type Coverage, checkTemplate, createCheckStore } from '#deploy/check/check-template.ts'
import { type CoverageRow, rank } from '#deploy/check/rows.ts'
import type { Honour } from '#deploy/report.ts'
import { TemplateError } from '#deploy/template/template-error.ts'
import { printable } from '#observability/request-line.ts'
import type { Settings } from '../settings.ts'
import { checkOptions, chooseTemplates } from './template-choice.ts'

/** Ends the process with 2 where something is honoured less than `--fail-on` allows. */
export const run = async (given: Settings): Promise<void> => {
  const { settings, templates } = chooseTemplates(given)
  const [first] = templates
  if (first === undefined) {
    throw new TemplateError({
      file: '.',
      problem: 'there is nothing to check in this folder',
      mend: 'Name a template, a cdk.out folder or an OpenAPI document',
    })
  }
  const store = createCheckStore()
  const checked: Coverage[] = []
  for (const template of templates) {
    checked.push(await checkTemplate(checkOptions(settings, template), store))
  }
  const failed = checked.some(({ worst }) => isFailure(worst, settings.failOn))
  const text = settings.json
    ? `${JSON.stringify({ failed, failOn: settings.failOn, templates: checked })}\n`
    : checked.map(formatCoverage).join('')
  process.stdout.write(text)
  if (failed) process.exitCode = 2
  if (checked.some(({ worst }) => worst === 'impossible')) process.exitCode = 1
}

const isFailure = (worst: Honour, failOn: Settings['failOn']): boolean =>
  failOn !== 'never' && rank(worst) >= rank(failOn)

const formatCoverage = ({ file, rows, counts }: Coverage): string => {
  const count = (honour: Honour): string => `${counts[honour]} ${honour}`
  const head = `${here(file)}: ${SHOWN.filter(
    (honour) => honour !== 'impossible' || counts.impossible > 0,
  )
    .map(count)
    .join(', ')}`
  const width = Math.min(70, Math.max(0, ...rows.map((row) => placeOf(row).length)))
  return `${styleText('bold', head)}\n${rows.map((row) => formatRow(row, width)).join('')}\n`
}

/** `   12 refused      Api.Policy   Policy: why` */
const formatRow = (row: CoverageRow, width: number): string => {
  const { honour, note, line } = row
  const mark = styleText(COLOURS[honour], honour.padEnd(12))
  const place = styleText('dim', String(line ?? '').padStart(5))
  return `${place} ${mark} ${placeOf(row).padEnd(width)}  ${printable(row.what)}${note === undefined ? '' : `: ${printable(note)}`}\n`
}

const SHOWN: readonly Honour[] = ['enforced', 'approximated', 'inert', 'refused', 'impossible']

const COLOURS = {
  enforced: 'green',
  approximated: 'cyan',
  inert: 'yellow',
  refused: 'red',
  impossible: 'red',
} as const

const placeOf = ({ where }: CoverageRow): string =>
  printable(where.replace(/^Resources\./, '').replace('.Properties.', '.'))

const here = (path: string): string => relative(process.cwd(), path) || path

// What `daemun start` shows a person: where the APIs answer, what is behind each route, what is not honoured, and then
// a line for everything that happens.
import { relative } from 'node:path'
import { styleText } from 'node:util'
import { formatRequestLine } from '#observability/request-line.ts'
import type { ApiDescription } from '#processes/describe.ts'
import type { NodeEvent, ReportLine } from '#processes/events.ts'
import { version } from './version.ts'

/** Rows of one kind before the rest is only counted: a screen is for reading. */
const ROWS_MAX = 40

type Ready = Extract<NodeEvent, { event: 'ready' }>

/** What a person sees of an event; undefined for what only programs want. */
export const formatEvent = (event: NodeEvent): string | undefined => {
  switch (event.event) {
    case 'ready':
      return formatReady(event)
    case 'request':
      return `${formatRequestLine(event.record)}\n`
    case 'function-log':
      return isBookkeeping(event.line)
        ? undefined
        : `  ${styleText('dim', `${event.function} |`)} ${event.line}\n`
    case 'notice':
      return `  ${styleText('yellow', '!')} ${event.function}: ${event.text}\n`
    case 'reloaded':
      return `  ${styleText('green', 'reloaded')}   ${here(event.file)} → ${event.function}\n`
    case 'redeployed':
      return formatRedeployed(event)
    case 'redeploy-failed':
      return `  ${styleText('red', 'not redeployed')}   ${here(event.file)}: ${event.message}\n  what was deployed before is served on\n`
    case 'error':
      return `  ${styleText('red', 'error')}   ${event.message}\n`
  }
}

/** Lambda's own lines around each invocation: the request line says the same. */
const isBookkeeping = (line: string): boolean =>
  /^(?:START|END|REPORT|INIT_START|INIT_REPORT) /.test(line)

const formatRedeployed = (event: Extract<NodeEvent, { event: 'redeployed' }>): string => {
  const { file, changes, tookMs, report } = event
  const what = changes.length === 0 ? 'nothing changed' : changes.join(', ')
  const lines = [
    `  ${styleText('green', 'redeployed')} ${here(file)} (${tookMs.toFixed(0)} ms): ${what}`,
    ...report.map((line) => `  ${styleText('yellow', '!')} ${formatReportLine(line)}`),
  ]
  return `${lines.join('\n')}\n`
}

const formatReady = (ready: Ready): string => {
  const lines = [
    '',
    `  ${styleText('bold', `daemun ${version()}`)}   ready in ${ready.readyMs.toFixed(0)} ms   ${styleText('dim', '(no account, no telemetry, no Docker)')}`,
    '',
    ...ready.apis.flatMap(formatApi),
    `  ${label('AWS')} endpoint         ${styleText('cyan', ready.endpoint)}      export AWS_ENDPOINT_URL=${ready.endpoint}`,
    '',
    ...formatRoutes(ready.apis),
    ...formatReport(ready),
  ]
  return `${lines.join('\n')}\n`
}

/** A path as seen from the folder that the command was given in. */
const here = (path: string): string => relative(process.cwd(), path) || path

const label = (text: string): string => styleText('bold', text.padEnd(6))

const formatApi = (api: ApiDescription): readonly string[] =>
  api.urls.map((url, index) => {
    const name = index === 0 ? `${label(api.protocol)} ${api.name}` : `${label('')} also`
    return `  ${name.padEnd(label('').length + 16)} ${styleText('cyan', url)}`
  })

const formatRoutes = (apis: readonly ApiDescription[]): readonly string[] => {
  const rows = apis.flatMap((api) => api.routes)
  if (rows.length === 0) return ['  no APIs yet: deploy a template, or call the AWS endpoint', '']
  const width = Math.min(40, Math.max(...rows.map((row) => row.path.length)))
  const lines = rows
    .slice(0, ROWS_MAX)
    .map((row) => `  ${row.method.padEnd(7)} ${row.path.padEnd(width)}  ${shortened(row.target)}`)
  if (rows.length > ROWS_MAX) lines.push(`  … and ${rows.length - ROWS_MAX} more routes`)
  return [...lines, '']
}

/** Absolute paths of this folder are shown as seen from here. */
const shortened = (target: string): string => {
  const folder = `${process.cwd()}/`
  return target.replace(folder, () => relative(process.cwd(), folder))
}

const formatReport = ({ apis, report }: Ready): readonly string[] => {
  const limits = apis.flatMap((api) =>
    api.limitations.map(
      ({ effect, where, feature }) =>
        `${api.name}: ${where}: ${feature} ${effect === 'refused' ? '→ requests are refused with 501' : 'has no effect'}`,
    ),
  )
  const lines = [...limits, ...report.map(formatReportLine)]
  if (lines.length === 0) return []
  const shown = lines.slice(0, ROWS_MAX).map((line) => `    ${line}`)
  if (lines.length > ROWS_MAX) shown.push(`    … and ${lines.length - ROWS_MAX} more`)
  const things = lines.length === 1 ? '1 thing is' : `${lines.length} things are`
  return [
    `  ${styleText('yellow', '!')} ${things} not honoured here   ${styleText('dim', '(--strict makes it an error)')}`,
    ...shown,
    '',
  ]
}

const formatReportLine = ({ where, feature, file, line }: ReportLine): string => {
  const place = file === undefined ? '' : ` (${here(file)}${line === undefined ? '' : `:${line}`})`
  return `${where}: ${feature}${place}`
}

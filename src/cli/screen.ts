// What `daemun start` shows a person: where the APIs answer, what is behind each route, what is not honoured, and then
// a line for everything that happens.
import { relative } from 'node:path'
import { styleText } from 'node:util'
import type { MailboxMessage } from '#identity/cognito-idp/parts.ts'
import { formatRequestLine, printable, printableLine } from '#observability/request-line.ts'
import type { ApiDescription } from '#processes/describe.ts'
import type { ServiceDescription } from '#processes/describe-services.ts'
import type { NodeEvent, ReportLine } from '#processes/events.ts'
import { version } from './version.ts'

/** Rows of one kind before the rest is only counted: a screen is for reading. */
const ROWS_MAX = 40
/** APIs with longer names than this push their own URL to the right. */
const NAME_WIDTH_MAX = 32

type Ready = Extract<NodeEvent, { event: 'ready' }>
type Redeployed = Extract<NodeEvent, { event: 'redeployed' }>

/** Gives what a person sees of an event; undefined for what only programs want, and for what was said before. */
export const createScreen = (): ((event: NodeEvent) => string | undefined) => {
  let said: readonly string[] = []
  return (event) => {
    switch (event.event) {
      case 'ready':
        said = [...apiLines(event.apis), ...unhonoured(event)]
        return formatReady(event)
      case 'redeployed': {
        const lines = [...apiLines(event.apis), ...unhonoured(event)]
        const news = lines.filter((line) => !said.includes(line))
        said = lines
        return formatRedeployed(event, news)
      }
      default:
        return formatOther(event)
    }
  }
}

const formatOther = (
  event: Exclude<NodeEvent, { event: 'ready' | 'redeployed' }>,
): string | undefined => {
  switch (event.event) {
    case 'request':
      return `${formatRequestLine(event.record)}\n`
    case 'function-log':
      return isBookkeeping(event.line) ? undefined : formatLog(event.function, event.line)
    case 'mail':
      return formatMail(event.message)
    case 'notice':
      return `  ${styleText('yellow', '!')} ${noticeOf(event)}\n`
    case 'reloaded':
      return `  ${styleText('green', 'reloaded')}   ${here(event.file)} → ${event.function}\n`
    case 'redeploy-failed':
      return `  ${styleText('red', 'not redeployed')}   ${placed(event.file, event.message)}\n  what was deployed before is served on\n`
    case 'error':
      return `  ${styleText('red', 'error')}   ${event.message}\n`
  }
}

/** With the code: on this machine there is nobody to send it. */
const formatMail = ({ destination, message }: MailboxMessage): string =>
  `  ${styleText('cyan', 'mail')}   ${printable(destination)}: ${printableLine(message)}\n`

/** What a function writes at once may have several lines. */
const formatLog = (name: string, text: string): string =>
  text
    .split(/\r?\n/)
    .map((line) => `  ${styleText('dim', `${name} |`)} ${printableLine(line)}\n`)
    .join('')

/** Most messages begin with their file by themselves. */
const placed = (file: string, message: string): string =>
  message.startsWith(here(file)) ? message : `${here(file)}: ${message}`

/** A notice that begins with its function's name does not need it twice. */
const noticeOf = (notice: { readonly function: string; readonly text: string }): string =>
  notice.text.startsWith(notice.function) ? notice.text : `${notice.function}: ${notice.text}`

/** Lambda's own lines around each invocation: the request line says the same. */
const isBookkeeping = (line: string): boolean =>
  /^(?:START|END|REPORT|INIT_START|INIT_REPORT) /.test(line)

const formatRedeployed = (
  { file, changes, tookMs }: Redeployed,
  news: readonly string[],
): string => {
  const what = changes.length === 0 ? 'nothing changed' : changes.join(', ')
  const lines = [
    `  ${styleText('green', 'redeployed')} ${here(file)} (${tookMs.toFixed(0)} ms): ${what}`,
    ...news.map((line) => `  ${styleText('yellow', '!')} ${line}`),
  ]
  return `${lines.join('\n')}\n`
}

const formatReady = (ready: Ready): string => {
  const width = Math.min(NAME_WIDTH_MAX, Math.max(8, ...ready.apis.map(({ name }) => name.length)))
  const lines = [
    '',
    `  ${styleText('bold', `daemun ${version()}`)}   ready in ${ready.readyMs.toFixed(0)} ms   ${styleText('dim', '(no account, no telemetry, no Docker)')}`,
    '',
    ...ready.apis.flatMap((api) => formatApi(api, width)),
    `  ${label('AWS')} ${'endpoint'.padEnd(width)}  ${styleText('cyan', ready.endpoint)}      export AWS_ENDPOINT_URL=${ready.endpoint}`,
    `  ${label('')} ${'key'.padEnd(width)}  ${keyOf(ready)}`,
    ...ready.listeners.map(
      ({ origin, vpcEndpoint = 'PROXY v2' }) =>
        `  ${label('also')} ${vpcEndpoint.padEnd(width)}  ${styleText('cyan', origin)}`,
    ),
    '',
    ...formatRoutes(ready.apis),
    ...formatServices(ready.services),
    ...formatReport(ready),
  ]
  return `${lines.join('\n')}\n`
}

/** What signs as the root of this account, for clients and for AWS_IAM methods. */
const keyOf = ({ credentials: { accessKeyId, secretAccessKey } }: Ready): string =>
  secretAccessKey === undefined
    ? `${printable(accessKeyId)}   ${styleText('dim', '(of your environment)')}`
    : `AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`

/** A path as seen from the folder that the command was given in. */
const here = (path: string): string => relative(process.cwd(), path) || path

const label = (text: string): string => styleText('bold', text.padEnd(6))

const formatApi = (api: ApiDescription, width: number): readonly string[] =>
  api.urls.map((url, index) => {
    const [kind, name] = index === 0 ? [KINDS[api.protocol], printable(api.name)] : ['', 'also']
    const shown = index === 0 ? name.padEnd(width) : name.padStart(width)
    return `  ${label(kind)} ${shown}  ${styleText('cyan', url)}`
  })

const KINDS = { REST: 'REST', HTTP: 'HTTP', WEBSOCKET: 'WS' } as const

const formatRoutes = (apis: readonly ApiDescription[]): readonly string[] => {
  // One function behind an API of either kind is said once.
  const all = apis.flatMap((api) => api.routes)
  const rows = [...new Map(all.map((row) => [JSON.stringify(row), row])).values()]
  if (rows.length === 0) return ['  no APIs yet: deploy a template, or call the AWS endpoint', '']
  const width = Math.min(40, Math.max(...rows.map((row) => row.path.length)))
  const lines = rows.slice(0, ROWS_MAX).map((row) => {
    const passes =
      row.passes.length === 0 ? '' : `   ${styleText('dim', printable(row.passes.join(' · ')))}`
    return `  ${row.method.padEnd(7)} ${row.path.padEnd(width)}  ${shortened(row.target)}${passes}`
  })
  if (rows.length > ROWS_MAX) lines.push(`  … and ${rows.length - ROWS_MAX} more routes`)
  return [...lines, '']
}

/** What stands beside the APIs, with what it starts. */
const formatServices = (services: readonly ServiceDescription[]): readonly string[] => {
  if (services.length === 0) return []
  const width = Math.min(40, Math.max(...services.map(({ name }) => name.length)))
  const lines = services.slice(0, ROWS_MAX).map(({ kind, name, note, feeds }) => {
    const more = [...(note === undefined ? [] : [note]), ...(feeds.length > 0 ? ['→'] : [])]
    const what = [...more, feeds.join(', ')].join(' ')
    return `  ${kind.padEnd(7)} ${printable(name).padEnd(width)}  ${printable(what)}`.trimEnd()
  })
  if (services.length > ROWS_MAX) lines.push(`  … and ${services.length - ROWS_MAX} more`)
  return [...lines, '']
}

/** Absolute paths of this folder are shown as seen from here. */
const shortened = (target: string): string => {
  const folder = `${process.cwd()}/`
  return target.replace(folder, () => relative(process.cwd(), folder))
}

const formatReport = (ready: Ready): readonly string[] => {
  const lines = unhonoured(ready)
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

/** Where the APIs answer, for who has seen the others already. */
const apiLines = (apis: readonly ApiDescription[]): readonly string[] =>
  apis.flatMap(({ protocol, name, urls }) => urls.map((url) => `${protocol} ${name} ${url}`))

/** What is refused or left out, a line each: first by the APIs, then by the template. */
const unhonoured = ({ apis, report }: Pick<Ready, 'apis' | 'report'>): readonly string[] => [
  ...apis.flatMap((api) =>
    api.limitations.map(
      ({ effect, where, feature }) =>
        `${printable(api.name)}: ${where}: ${feature}: ${effect === 'refused' ? 'requests are refused with 501' : 'no effect here'}`,
    ),
  ),
  ...report.map(formatReportLine),
]

const formatReportLine = ({ where, feature, effect, file, line }: ReportLine): string => {
  const place = file === undefined ? '' : ` (${here(file)}${line === undefined ? '' : `:${line}`})`
  const what =
    where === '' || where.endsWith(feature) ? `${where || feature}` : `${where}: ${feature}`
  return `${what}: ${effect}${place}`
}

// One request as a page for a person: `daemun trace ID`. Its table has the steps of docs/life-of-a-request.md, with their
// times; under it what went in and came out, where that was kept.
import { styleText } from 'node:util'
import type { RecordedMessage, RecordStep, RequestRecord } from '#model/request-record.ts'
import { backendName, reasonOf } from './reason.ts'
import { printable } from './request-line.ts'

/** Lines of one body before the rest is only counted: a page is for reading. */
const BODY_LINES_MAX = 60

export const formatStory = (record: RequestRecord): string => {
  const lines = [
    ...heading(record),
    '',
    ...stepTable(record.steps),
    ...(record.messages ?? []).flatMap(messageLines),
    ...logLines(record),
  ]
  return `${lines.join('\n')}\n`
}

const heading = (record: RequestRecord): readonly string[] => {
  const { requestId, httpMethod, path, status, latencyMs, apiName, apiId, stage, route } = record
  const why = reasonOf(record)
  const { integration, caller, segment, cache } = record
  const fact = (name: string, text: string): string =>
    `${styleText('bold', name.padEnd(8))} ${printable(text)}`
  return [
    fact('request', requestId),
    fact('asked', `${httpMethod} ${path}`),
    fact('answered', `${status} in ${latencyMs.toFixed(1)} ms, ${record.responseBytes} bytes`),
    fact('api', `${apiName} (${apiId}), stage ${stage}${route === undefined ? '' : `, ${route}`}`),
    fact('from', `${record.sourceIp} ${record.userAgent ?? ''}`.trim()),
    ...(caller === undefined ? [] : [fact('caller', callerOf(caller))]),
    ...(cache === undefined ? [] : [fact('cache', cache)]),
    ...(integration === undefined ? [] : [fact('backend', backendOf(integration))]),
    fact('trace', segment === undefined ? record.traceId : traceOf(segment)),
    ...(why === undefined ? [] : [styleText('yellow', fact('why', why))]),
  ]
}

const callerOf = (caller: NonNullable<RequestRecord['caller']>): string =>
  [
    caller.principalId,
    caller.identity?.userArn,
    caller.apiKeyId === undefined ? undefined : `API key ${caller.apiKeyId}`,
  ]
    .filter((text) => text !== undefined)
    .join(', ') || 'known to its authorizer'

const backendOf = (integration: NonNullable<RequestRecord['integration']>): string => {
  const { target, latencyMs, status, error, functionStatus } = integration
  const answered = error ?? functionStatus ?? status ?? 'nothing'
  const who = target === undefined ? 'the backend' : backendName(target)
  return `${who}: ${answered} in ${latencyMs.toFixed(1)} ms`
}

const traceOf = ({ traceId, id, isSampled }: NonNullable<RequestRecord['segment']>): string =>
  `${traceId}, segment ${id}, ${isSampled ? 'sampled' : 'not sampled'}`

const stepTable = (steps: readonly RecordStep[]): readonly string[] => {
  if (steps.length === 0) return []
  const width = Math.max(4, ...steps.map(({ name }) => printable(name).length))
  const row = (name: string, at: string, took: string, outcome: string): string =>
    `  ${name.padEnd(width)}  ${at.padStart(8)}  ${took.padStart(8)}  ${outcome}`.trimEnd()
  return [
    styleText('dim', row('step', 'at ms', 'took ms', 'outcome')),
    ...steps.map(({ name, startMs, durationMs, outcome = '' }) =>
      row(printable(name), startMs.toFixed(1), durationMs.toFixed(1), printable(outcome)),
    ),
  ]
}

const messageLines = (message: RecordedMessage): readonly string[] => {
  const { kind, head, headers, body, bodyBytes, atMs } = message
  const headerLines: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    headerLines.push(`    ${printable(headers[at] ?? '')}: ${printable(headers[at + 1] ?? '')}`)
  }
  return [
    '',
    `  ${styleText('bold', kind)} ${printable(head)} ${styleText('dim', `+${atMs.toFixed(1)} ms, ${bodyBytes} bytes`)}`,
    ...headerLines,
    ...(body === '' ? [] : ['', ...bodyLines(body)]),
  ]
}

const bodyLines = (body: string): readonly string[] => {
  const lines = pretty(body).split('\n')
  const shown = lines.slice(0, BODY_LINES_MAX).map((line) => `    ${printable(line)}`)
  const left = lines.length - BODY_LINES_MAX
  return left > 0 ? [...shown, `    … and ${left} lines more`] : shown
}

/** JSON over several lines; anything else as it is. */
const pretty = (text: string): string => {
  if (!/^\s*[[{]/.test(text)) return text.replaceAll('\r\n', '\n')
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2)
  } catch {
    return text // It looked like JSON and was cut, or is none: shown as it came.
  }
}

const logLines = ({ executionLog }: RequestRecord): readonly string[] => {
  if (executionLog === undefined) return []
  const lines = executionLog.lines.map(({ text }) => `    ${printable(text)}`)
  return [
    '',
    `  ${styleText('bold', 'execution log')} ${printable(executionLog.logGroupName)}`,
    ...lines,
  ]
}

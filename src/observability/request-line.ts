// One request as one line for a person: time, status, method, path, duration, and the steps it took.
//
//   12:01:03  200  GET   /Prod/hello           8.1 ms   HelloFunction 6.4 ms
//   12:01:04  101  WS    chat $connect (3 open)       4.0 ms
//   12:01:04  403  POST  /Prod/orders          0.3 ms   MISSING_AUTHENTICATION_TOKEN: no method POST on /orders
import { styleText } from 'node:util'
import type { RecordStep, RequestRecord } from '#model/request-record.ts'

/** A function's whole stack is in its log; here its first words do. */
const HINT_LENGTH_MAX = 300
/** Steps shorter than this tell nothing, unless they decided something. */
const STEP_SHOWN_MS = 0.5

export const formatRequestLine = (record: RequestRecord): string => {
  const time = new Date(record.arrivedAtMs).toTimeString().slice(0, 8)
  const status = styleText(colourOf(record.status), String(record.status))
  const duration = `${formatMs(record.latencyMs)} ms`.padStart(10)
  const [verb, what] =
    record.socket === undefined ? [record.httpMethod, record.path] : ['WS', socketText(record)]
  const line = `  ${styleText('dim', time)}  ${status}  ${printable(verb).padEnd(6)} ${printable(what).padEnd(28)} ${duration}`
  const steps = record.steps.filter(isTelling).map(formatStep)
  if (record.error) {
    const { responseType, message, hint } = record.error
    steps.push(styleText('yellow', `${responseType}: ${printable(shortened(hint ?? message))}`))
  }
  return steps.length === 0 ? line : `${line}   ${steps.join(' › ')}`
}

/** `chat $connect (3 open)` */
const socketText = ({ apiName, route = '', socket }: RequestRecord): string => {
  const open = socket?.openConnections
  return `${apiName} ${route}${open === undefined ? '' : ` (${open} open)`}`
}

const isTelling = (step: RecordStep): boolean =>
  step.outcome !== undefined || step.durationMs >= STEP_SHOWN_MS

const formatStep = ({ name, outcome, durationMs }: RecordStep): string => {
  const text = outcome === undefined ? name : `${name} ${printable(outcome)}`
  return durationMs >= STEP_SHOWN_MS ? `${text} ${formatMs(durationMs)} ms` : text
}

const shortened = (text: string): string =>
  text.length <= HINT_LENGTH_MAX ? text : `${text.slice(0, HINT_LENGTH_MAX)}…`

const formatMs = (ms: number): string => (ms < 100 ? ms.toFixed(1) : ms.toFixed(0))

const colourOf = (status: number): 'green' | 'cyan' | 'yellow' | 'red' => {
  if (status < 300) return 'green'
  if (status < 400) return 'cyan'
  return status < 500 ? 'yellow' : 'red'
}

/**
 * What a client sent must not move a terminal's cursor, nor turn its text around: such characters become their code.
 */
export const printable = (text: string): string =>
  text.replaceAll(
    /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )

/** The same for text that may have colours of its own: a function's log. */
export const printableLine = (text: string): string =>
  // Colours are the one escape sequence that moves nothing.
  text
    .split(COLOUR)
    .map((part) => (COLOUR_ONLY.test(part) ? part : printable(part.replaceAll('\t', '    '))))
    .join('')

/** ESC, `[`, numbers, `m`; written with the escape's code, for a reader to see it. */
const COLOUR = new RegExp(String.raw`(\u001b\[[\d;]{0,32}m)`)
const COLOUR_ONLY = new RegExp(String.raw`^\u001b\[[\d;]{0,32}m$`)

// AWS's execution log: the lines that CloudWatch and the console's Test tab show of a request, in AWS's words.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html [behaviour.md 12.2, F192]
import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import type {
  ExecutionEvent,
  ExecutionFailure,
  TimedExecutionEvent,
} from '#model/execution-event.ts'
import { isSecretParameter, masked, maskedEvent, maskedText } from './redaction.ts'

export interface ExecutionLogLine {
  readonly atMs: number
  /** `ERROR`: the only lines of a stage whose logging level is ERROR. */
  readonly level: 'INFO' | 'ERROR'
  /** Headers, parameters or bodies: left out where a stage has no data trace. */
  readonly isData: boolean
  readonly text: string
}

export const executionLogLines = (events: readonly TimedExecutionEvent[]): ExecutionLogLine[] =>
  events.flatMap(({ atMs, event }) =>
    linesOf(event).map(([kind, text]) => ({
      atMs,
      level: kind === 'error' ? 'ERROR' : 'INFO',
      isData: kind === 'data',
      text,
    })),
  )

/** AWS: streams are named by the hash of a shard's number; here one shard has all. [exp] */
export const EXECUTION_LOG_STREAM = createHash('md5').update('0').digest('hex')

/** The `log` of a test invocation: a heading, each line with its time, and a newline at the end. [F192] */
export const renderTestLog = (
  requestId: string,
  events: readonly TimedExecutionEvent[],
): string => {
  const lines = executionLogLines(events).map(({ atMs, text }) => `${formatCtime(atMs)} : ${text}`)
  return [`Execution log for request ${requestId}`, ...lines, ''].join('\n')
}

type Line = readonly ['info' | 'data' | 'error', string]

const linesOf = (event: ExecutionEvent): readonly Line[] => {
  switch (event.kind) {
    case 'authorizer-started':
    case 'authorizer-answered':
    case 'authorizer-completed':
    case 'authorizer-failed':
      return authorizerLines(event)
    case 'method-request':
      return [
        ['info', `Starting execution for request: ${event.requestId}`],
        ['info', `HTTP Method: ${event.httpMethod}, Resource Path: ${event.path}`],
        ['data', `Method request path: ${mapText(Object.entries(event.pathParameters))}`],
        ['data', `Method request query string: ${mapText(queryPairs(event.query))}`],
        ['data', `Method request headers: ${headersText(event.headers)}`],
        ['data', `Method request body before transformations: ${bodyText(event.body)}`],
      ]
    case 'accepted':
    case 'usage-plan-started':
    case 'usage-plan-passed':
      return admissionLines(event)
    case 'validated':
      return [['info', `Request validation succeeded for content type ${event.contentType}`]]
    case 'endpoint-request':
      return [
        ['data', `Endpoint request URI: ${cut(event.uri)}`],
        ['data', `Endpoint request headers: ${headersText(event.headers)}`],
        [
          'data',
          `Endpoint request body after transformations: ${bodyText(event.body, maskedEvent)}`,
        ],
        ['info', `Sending request to ${cut(event.uri)}`],
      ]
    case 'endpoint-response':
      return [
        [
          'info',
          `Received response. Status: ${event.status}, Integration latency: ${Math.round(event.latencyMs)} ms`,
        ],
        ['data', `Endpoint response headers: ${headersText(event.headers)}`],
        ...dataLine('Endpoint response body before transformations', event.body),
      ]
    case 'method-response':
      return [
        ...dataLine('Method response body after transformations', event.body),
        ['data', `Method response headers: ${headersText(event.headers)}`],
        ['info', 'Successfully completed execution'],
      ]
    case 'completed':
      return [['info', `Method completed with status: ${event.status}`]]
    case 'failed':
      return [
        ['error', failureLine(event)],
        ['info', `Method completed with status: ${event.status}`],
      ]
    case 'gateway-response':
      return [
        ['info', `Gateway response type: ${event.responseType} with status code: ${event.status}`],
        ['data', `Gateway response body: ${bodyText(event.body)}`],
        ['data', `Gateway response headers: ${headersText(event.headers)}`],
      ]
  }
}

type AdmissionEvent = Extract<
  ExecutionEvent,
  { readonly kind: 'accepted' | `usage-plan-${string}` }
>

/** [knowledge-center: api-gateway-logs] */
const admissionLines = (event: AdmissionEvent): readonly Line[] => {
  switch (event.kind) {
    case 'accepted':
      return [['info', `Extended Request Id: ${event.extendedRequestId}`]]
    case 'usage-plan-started': {
      const { requestId, apiStage, apiKey, keyless } = event
      const verifying = `Verifying Usage Plan for request: ${requestId}. API Key: ${maskedText(apiKey)} API Stage: ${apiStage}`
      if (keyless === undefined) return [['info', verifying]]
      const free = `API Key ${maskedText(apiKey)} authorized because method '${keyless}' does not require API Key. Request will not contribute to throttle or quota limits`
      return [
        ['info', verifying],
        ['info', free],
      ]
    }
    case 'usage-plan-passed':
      return [
        [
          'info',
          `Usage Plan check succeeded for API Key ${maskedText(event.apiKey)} and API Stage ${event.apiStage}`,
        ],
      ]
  }
}

type AuthorizerEvent = Extract<ExecutionEvent, { readonly kind: `authorizer-${string}` }>

const authorizerLines = (event: AuthorizerEvent): readonly Line[] => {
  switch (event.kind) {
    case 'authorizer-started': {
      const identity = event.identity.map(maskedText).join(', ')
      return [
        ['info', `Starting authorizer: ${event.authorizerId} for request: ${event.requestId}`],
        ['data', `Incoming identity: ${cut(identity)}`],
      ]
    }
    case 'authorizer-answered':
      return [['data', `Authorizer result body before parsing: ${bodyText(event.body)}`]]
    case 'authorizer-completed': {
      const { principalId } = event
      const completed: Line = ['info', 'Successfully completed authorizer execution']
      if (principalId === undefined) return [completed]
      const policy = `Using valid authorizer policy for principal: ${maskedText(principalId)}`
      return [['info', policy], completed]
    }
    case 'authorizer-failed': {
      const { requestId, responseType, hint = responseType } = event
      if (responseType === 'UNAUTHORIZED') {
        return [['error', `Unauthorized request: ${requestId}`]]
      }
      return [
        ['error', cut(`Execution failed due to configuration error: ${hint}`)],
        ['error', 'AuthorizerConfigurationException'],
      ]
    }
  }
}

const dataLine = (name: string, body: Uint8Array | string | undefined): readonly Line[] =>
  body === undefined ? [] : [['data', `${name}: ${bodyText(body, maskedEvent)}`]]

const failureLine = (failure: ExecutionFailure): string => {
  const { responseType, message, hint, logLine, validationErrorString } = failure
  if (logLine !== undefined) return cut(logLine)
  switch (responseType) {
    case 'BAD_REQUEST_BODY':
      return cut(
        `Request body does not match model schema for content type application/json: ${validationErrorString ?? message}`,
      )
    case 'API_CONFIGURATION_ERROR':
      return cut(`Execution failed due to configuration error: ${hint ?? message}`)
    case 'INTEGRATION_TIMEOUT':
      return 'Execution failed due to a timeout error'
    default:
      return cut(`Execution failed: ${hint ?? message}`)
  }
}

/** AWS: a value of more characters is cut here and marked. [behaviour.md 12.2] */
const VALUE_CHARS_MAX = 998
const CUT_MARK = ' [TRUNCATED]'

const cut = (text: string): string =>
  text.length > VALUE_CHARS_MAX ? text.slice(0, VALUE_CHARS_MAX) + CUT_MARK : text

/** Four bytes a character at most: of a long body no more is read than is shown. */
const BODY_BYTES_READ_MAX = 4 * (VALUE_CHARS_MAX + 1)

const bodyText = (
  body: Uint8Array | string,
  mask: (text: string) => string = (text) => text,
): string => {
  if (typeof body === 'string') return cut(mask(body))
  const read = Buffer.from(
    body.buffer,
    body.byteOffset,
    Math.min(body.byteLength, BODY_BYTES_READ_MAX),
  )
  // AWS: bytes that are no text are not shown. A character that the reading cuts is none of them.
  if (body.byteLength <= BODY_BYTES_READ_MAX && !isUtf8(read)) return '[Binary Data]'
  return cut(mask(read.toString('utf8')))
}

const queryPairs = (
  query: ReadonlyMap<string, readonly string[]>,
): readonly (readonly [string, string])[] =>
  [...query].map(([name, values]) => [
    name,
    isSecretParameter(name) ? '****' : (values.at(-1) ?? ''),
  ])

/** A name that comes twice stands once, with its values joined, as AWS's map has it. */
const headersText = (headers: readonly string[]): string => {
  const byName = new Map<string, { readonly name: string; value: string }>()
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    const value = masked(name, headers[at + 1] ?? '')
    const known = byName.get(name.toLowerCase())
    if (known === undefined) byName.set(name.toLowerCase(), { name, value })
    else known.value += `,${value}`
  }
  return mapText([...byName.values()].map(({ name, value }) => [name, value]))
}

/** As Java prints a map. */
const mapText = (pairs: readonly (readonly [string, string])[]): string =>
  cut(`{${pairs.map(([name, value]) => `${name}=${value}`).join(', ')}}`)

/** `EEE MMM dd HH:mm:ss zzz yyyy`, in UTC. */
const formatCtime = (ms: number): string => {
  const [day = '', date, month, year, time] = new Date(ms).toUTCString().split(/,? /)
  return `${day} ${month} ${date} ${time} UTC ${year}`
}

// From what a request told to what its record keeps: its execution log as its stage wants it, what went in and came out
// of each step, and the request itself, to be sent again. Everything is cut to bounds and freed of credentials here.
import type { TimedExecutionEvent } from '#model/execution-event.ts'
import type { SentRequest, ToldRequest } from '#model/ports.ts'
import type {
  RecordedLog,
  RecordedMessage,
  RecordedRequest,
  RequestRecord,
} from '#model/request-record.ts'
import { executionLogLines } from './execution-log.ts'
import { isSecretHeader, isSecretParameter, masked, maskedEvent } from './redaction.ts'

export interface RecordingRules {
  /** Of a body: so much is kept of a message, and a larger one of the request is not kept. */
  readonly bodyBytesMax: number
  /** Credentials too, so that a request can be sent again with no more said. */
  readonly keepsSecrets: boolean
  /** Messages of every request; else of those alone whose stage has a data trace. */
  readonly keepsMessages: boolean
}

/** The record with all that is kept of what the request told. */
export const recordTold = (
  record: RequestRecord,
  told: ToldRequest | undefined,
  rules: RecordingRules,
): RequestRecord => {
  if (told === undefined) return record
  const { events = [], log, sent } = told
  const hasMessages = events.length > 0 && (rules.keepsMessages || log?.dataTrace === true)
  return {
    ...record,
    ...(log !== undefined && { executionLog: logOf(record, events, log) }),
    ...(hasMessages && { messages: messagesOf(record, events, rules.bodyBytesMax) }),
    ...(sent !== undefined && { sent: requestOf(sent, rules) }),
  }
}

/** AWS: an event of the log has 1 KB at most. [behaviour.md 12.2] */
const LINE_BYTES_MAX = 1024

const logOf = (
  record: RequestRecord,
  events: readonly TimedExecutionEvent[],
  { level, dataTrace }: NonNullable<ToldRequest['log']>,
): RecordedLog => ({
  logGroupName: executionLogGroup(record),
  // Of most requests level ERROR keeps nothing, and then nothing is rendered.
  lines: executionLogLines(level === 'ERROR' ? events.filter(isFailure) : events)
    .filter((line) => line.level === 'ERROR' || (level === 'INFO' && (dataTrace || !line.isData)))
    .map(({ atMs, text }) => ({ atMs, text: cutBytes(`(${record.requestId}) ${text}`) })),
})

const isFailure = ({ event }: TimedExecutionEvent): boolean =>
  event.kind === 'failed' || event.kind === 'authorizer-failed'

/** AWS: WebSocket APIs have another name for it. [behaviour.md 12.2] */
export const executionLogGroup = ({
  protocol,
  apiId,
  stage,
}: Pick<RequestRecord, 'protocol' | 'apiId' | 'stage'>): string =>
  protocol === 'WEBSOCKET'
    ? `/aws/apigateway/${apiId}/${stage}`
    : `API-Gateway-Execution-Logs_${apiId}/${stage}`

const cutBytes = (text: string): string => {
  if (text.length * 3 <= LINE_BYTES_MAX || Buffer.byteLength(text) <= LINE_BYTES_MAX) return text
  return textOf(Buffer.from(text), LINE_BYTES_MAX)
}

const messagesOf = (
  { arrivedAtMs }: RequestRecord,
  events: readonly TimedExecutionEvent[],
  bodyBytesMax: number,
): readonly RecordedMessage[] =>
  events.flatMap(({ atMs, event }): readonly RecordedMessage[] => {
    const at = atMs - arrivedAtMs
    switch (event.kind) {
      case 'method-request': {
        const head = `${event.httpMethod} ${event.path}`
        return [message('method request', at, head, event, bodyBytesMax)]
      }
      case 'endpoint-request':
        return [message('endpoint request', at, withoutQuery(event.uri), event, bodyBytesMax)]
      case 'endpoint-response':
        return [message('endpoint response', at, String(event.status), event, bodyBytesMax)]
      case 'method-response':
        return [message('method response', at, '', event, bodyBytesMax)]
      case 'gateway-response':
        return [
          message(
            'method response',
            at,
            `${event.status} ${event.responseType}`,
            event,
            bodyBytesMax,
          ),
        ]
      default:
        return []
    }
  })

const message = (
  kind: RecordedMessage['kind'],
  atMs: number,
  head: string,
  told: { readonly headers: readonly string[]; readonly body?: Uint8Array | string },
  bodyBytesMax: number,
): RecordedMessage => {
  const bytes = typeof told.body === 'string' ? Buffer.from(told.body) : told.body
  return {
    kind,
    atMs,
    head,
    headers: told.headers.map((value, at) =>
      at % 2 === 0 ? value : masked(told.headers[at - 1] ?? '', value),
    ),
    body: bytes === undefined ? '' : maskedEvent(textOf(bytes, bodyBytesMax)),
    bodyBytes: bytes?.length ?? 0,
  }
}

const withoutQuery = (uri: string): string => {
  const mark = uri.indexOf('?')
  return mark === -1 ? uri : uri.slice(0, mark)
}

/** The beginning as text; a character that the cut goes through is left out. */
const textOf = (bytes: Uint8Array, bytesMax: number): string => {
  let end = Math.min(bytes.length, bytesMax)
  while (end > 0 && end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return Buffer.from(bytes.buffer, bytes.byteOffset, end).toString('utf8')
}

const requestOf = (sent: SentRequest, rules: RecordingRules): RecordedRequest => {
  const { method, host, body, hasBody } = sent
  const withheld: string[] = []
  const headers: string[] = []
  for (let at = 0; at < sent.headers.length; at += 2) {
    const name = sent.headers[at] ?? ''
    if (!rules.keepsSecrets && isSecretHeader(name)) withheld.push(name.toLowerCase())
    else headers.push(name, sent.headers[at + 1] ?? '')
  }
  const target = rules.keepsSecrets ? sent.target : targetOf(sent.target, withheld)
  const isKept = body !== undefined && body.length <= rules.bodyBytesMax
  if (hasBody && !isKept && body?.length !== 0) withheld.push('body')
  return {
    method,
    target,
    host,
    headers,
    withheld,
    ...(isKept && body.length > 0 && { body: Buffer.from(body).toString('base64') }),
  }
}

/** Parameters that are secrets keep their name and lose their value. */
const targetOf = (target: string, withheld: string[]): string => {
  const mark = target.indexOf('?')
  if (mark === -1) return target
  const parameters = target
    .slice(mark + 1)
    .split('&')
    .map((parameter) => {
      const name = parameter.split('=', 1)[0] ?? ''
      if (!isSecretParameter(name)) return parameter
      withheld.push(name)
      return `${name}=`
    })
  return `${target.slice(0, mark)}?${parameters.join('&')}`
}

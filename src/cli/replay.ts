// `daemun replay [ID]`: one of the last requests once more, against what is deployed now.
import { once } from 'node:events'
import { type IncomingMessage, request as openRequest } from 'node:http'
import { request as openTlsRequest } from 'node:https'
import type { RecordedRequest } from '#model/request-record.ts'
import { printable } from '#observability/request-line.ts'
import { type PageOptions, PageError } from './management-page.ts'
import { findRequest, type KeptRequest } from './trace.ts'

export interface ReplayOptions extends PageOptions {
  /** `Name: value`: what was withheld, or is to be different. */
  readonly header?: readonly string[]
}

export const run = async (requestId: string | undefined, options: ReplayOptions): Promise<void> => {
  const record = await findRequest(requestId, options)
  const given = (options.header ?? []).map(readHeader)
  const sent = replayable(record, given)
  const answer = await send(record, sent, given)
  const id = answer.headers['x-amzn-requestid'] ?? answer.headers['apigw-requestid'] ?? ''
  process.stderr.write(
    `${printable(sent.method)} ${printable(sent.target)}: ${answer.statusCode} (it was ${record.status})   daemun trace ${printable(String(id))}\n`,
  )
  for await (const chunk of answer) process.stdout.write(chunk)
  process.stdout.write('\n')
}

/** Throws `PageError` where the record does not have enough of the request. */
const replayable = (record: KeptRequest, given: readonly Header[]): RecordedRequest => {
  const { sent } = record
  if (sent === undefined) {
    throw new PageError(
      'the gateway does not keep requests: `daemun start` does, `daemun serve` with --trace',
    )
  }
  if (sent.withheld.includes('body')) {
    throw new PageError(
      'the body of that request is not kept: it was refused before it was read, or is larger than --record-body-bytes',
    )
  }
  const names = new Set(given.map(({ name }) => name.toLowerCase()))
  const missing = sent.withheld.filter((name) => !names.has(name.toLowerCase()))
  if (missing.length > 0) {
    process.stderr.write(
      `without ${missing.map(printable).join(', ')}: credentials are not kept. Give them with --header 'Name: value', or start with --record-secrets.\n`,
    )
  }
  return sent
}

const send = async (
  { dataOrigin }: KeptRequest,
  sent: RecordedRequest,
  given: readonly Header[],
): Promise<IncomingMessage> => {
  const url = new URL(dataOrigin)
  const replaced = new Set([...given.map(({ name }) => name.toLowerCase()), ...NOT_SENT_AGAIN])
  const headers: string[] = ['Host', sent.host]
  for (let at = 0; at < sent.headers.length; at += 2) {
    const name = sent.headers[at] ?? ''
    if (!replaced.has(name.toLowerCase())) headers.push(name, sent.headers[at + 1] ?? '')
  }
  for (const { name, value } of given) headers.push(name, value)
  const body = sent.body === undefined ? undefined : Buffer.from(sent.body, 'base64')
  if (body !== undefined) headers.push('Content-Length', String(body.length))
  const open = url.protocol === 'https:' ? openTlsRequest : openRequest
  const call = open(url, { method: sent.method, path: sent.target, headers })
  call.end(body)
  const [answer]: [IncomingMessage] = (await once(call, 'response')) as [IncomingMessage] // Node's own.
  return answer
}

/** What belongs to a connection or names one request: the new one has its own. */
const NOT_SENT_AGAIN = [
  'host',
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'x-amzn-requestid',
]

interface Header {
  readonly name: string
  readonly value: string
}

const readHeader = (line: string): Header => {
  const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):\s*(.*)$/.exec(line) ?? []
  if (name === undefined || value === undefined) {
    throw new PageError(`--header takes 'Name: value', and got '${line}'`)
  }
  return { name, value }
}

// A WebSocket client for tests: everything that arrives is kept, and can be waited for.
import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Gateway, GatewayApi } from './gateway.ts'

export interface TestSocket {
  readonly raw: WebSocket
  send(text: string | Uint8Array): void
  /** The next text that has not been taken yet. */
  next(): Promise<string>
  closed(): Promise<{ readonly code: number; readonly reason: string }>
  close(code?: number, reason?: string): Promise<void>
}

export interface OpenOptions {
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly protocols?: readonly string[]
}

/** Opens a connection to the stage of a WebSocket API; a refusal throws with its status and body. */
export const openSocket = async (
  gateway: Gateway,
  api: GatewayApi,
  { path, headers = {}, protocols = [] }: OpenOptions = {},
): Promise<TestSocket> => {
  const { host } = new URL(gateway.dataOrigin)
  const stage = path ?? `/${api.stages[0] ?? ''}`
  const raw = new WebSocket(`ws://${host}${stage}`, [...protocols], {
    headers: { host: `${api.id}.execute-api.localhost:${host.split(':')[1]}`, ...headers },
  })
  const arrived: string[] = []
  const waiting: ((text: string) => void)[] = []
  raw.on('message', (data) => {
    const text = String(data)
    const waiter = waiting.shift()
    if (waiter === undefined) arrived.push(text)
    else waiter(text)
  })
  const closing = new Promise<{ code: number; reason: string }>((resolve) =>
    raw.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  )
  await opened(raw)
  raw.on('error', () => undefined)
  return {
    raw,
    send: (text) => raw.send(text),
    next: () => {
      const text = arrived.shift()
      if (text !== undefined) return Promise.resolve(text)
      return new Promise((resolve, reject) => {
        waiting.push(resolve)
        void closing.then(({ code }) => reject(new Error(`closed with ${code} before a message`)))
      })
    },
    closed: () => closing,
    close: async (code, reason) => {
      raw.close(code, reason)
      await closing
    },
  }
}

export class Refused extends Error {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  constructor(status: number, body: string, headers: Refused['headers']) {
    super(`refused with ${status}: ${body}`)
    this.status = status
    this.body = body
    this.headers = headers
  }
}

const opened = (raw: WebSocket): Promise<void> =>
  new Promise((resolve, reject) => {
    raw.once('open', () => resolve())
    raw.once('error', reject)
    raw.once('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      void once(response, 'end').then(() =>
        reject(
          new Refused(
            response.statusCode ?? 0,
            Buffer.concat(chunks).toString('utf8'),
            response.headers,
          ),
        ),
      )
    })
  })

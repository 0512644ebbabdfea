// `daemun ws URL`: a small WebSocket client. Lines go out as messages, what comes in is printed; made for trying a
// WebSocket API by hand and from scripts.
import { createInterface } from 'node:readline'
import { styleText } from 'node:util'
import { WebSocket } from 'ws'
import { printableLine } from '#observability/request-line.ts'

export interface WsOptions {
  /** `Name: value` */
  readonly header?: readonly string[]
  readonly subprotocol?: readonly string[]
  /** Sent as soon as the connection is open, in order. */
  readonly send?: readonly string[]
  /** Ends after so many messages. */
  readonly count?: string
  readonly reconnect?: boolean
  readonly json?: boolean
}

/** Waits between attempts, milliseconds: doubled each time, up to the last. */
const RECONNECT_MS = [250, 500, 1_000, 2_000, 5_000] as const
/** Lines that are typed while there is no connection; further ones are refused. */
const WAITING_MAX = 1_000

class WsError extends Error {
  override readonly name = 'WsError'
}

/** Fulfils when the conversation is over. Throws where there was never a connection. */
export const run = async (url: string, options: WsOptions): Promise<void> => {
  const target = targetOf(url)
  const headers = headersOf(options.header ?? [])
  const wanted = options.count === undefined ? Infinity : countOf(options.count)
  const waiting = [...(options.send ?? [])]
  const state = { received: 0, ended: false, inputEnded: false, attempts: 0, wasOpen: false }
  let current: WebSocket | undefined

  const input = createInterface({ input: process.stdin })
  const finish = (): void => {
    state.ended = true
    input.close()
    current?.close(1000)
  }
  const send = (line: string): void => {
    if (current?.readyState === WebSocket.OPEN) current.send(line)
    else if (waiting.length < WAITING_MAX) waiting.push(line)
    else say('yellow', `not sent: ${WAITING_MAX} lines wait for a connection`)
  }
  input.on('line', send)
  // A script that has said all it wants may still wait for answers.
  input.on('close', () => {
    state.inputEnded = true
    if (wanted === Infinity && current?.readyState === WebSocket.OPEN) finish()
  })

  while (!state.ended) {
    const socket = new WebSocket(target, [...(options.subprotocol ?? [])], { headers })
    current = socket
    socket.on('message', (data, isBinary) => {
      print(isBinary ? `(${String(data).length} bytes)` : String(data), options.json === true)
      if (++state.received >= wanted) finish()
    })
    socket.on('open', () => {
      Object.assign(state, { attempts: 0, wasOpen: true })
      say('green', `connected to ${target}`)
      for (const line of waiting.splice(0)) socket.send(line)
      if (state.inputEnded && wanted === Infinity) finish()
    })
    const ended = await endOf(socket)
    if (!state.wasOpen && options.reconnect !== true) throw new WsError(`${target}: ${ended}`)
    if (state.ended) break
    say('yellow', ended)
    if (options.reconnect !== true) break
    await pause(RECONNECT_MS[Math.min(state.attempts++, RECONNECT_MS.length - 1)] ?? 0)
  }
  input.close()
}

/** `http://…` is taken for the `ws://…` of the same place. */
const targetOf = (url: string): string => {
  const text = url.replace(/^http/, 'ws')
  if (URL.canParse(text) && /^wss?:/.test(text)) return text
  throw new WsError(`${url} is no URL of a WebSocket API: ws://HOST:PORT/STAGE is expected`)
}

const headersOf = (lines: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^([^:\s]+):\s*(.*)$/s.exec(line) ?? []
      if (name === undefined) throw new WsError(`--header ${line}: Name: value is expected`)
      return [name, value ?? '']
    }),
  )

const countOf = (text: string): number => {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new WsError(`--count ${text}: a whole number from 1 is expected`)
}

/** Why the connection is no more: its close code, or the status and body that refused the handshake. */
const endOf = (socket: WebSocket): Promise<string> =>
  new Promise((resolve) => {
    let why: string | undefined
    socket.on('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8').slice(0, 500)
        resolve(`refused with ${response.statusCode} ${printableLine(body)}`)
      })
    })
    socket.on('error', (error) => (why = error.message))
    socket.on('close', (code, reason) =>
      resolve(why ?? `closed with ${code} ${printableLine(reason.toString('utf8'))}`.trim()),
    )
  })

const print = (text: string, asJson: boolean): void => {
  process.stdout.write(`${asJson ? pretty(text) : printableLine(text)}\n`)
}

const pretty = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return printableLine(text)
  }
}

/** What is no message goes to the error output, so that messages can be piped on. */
const say = (colour: 'green' | 'yellow', text: string): void => {
  process.stderr.write(`${styleText(colour, '·')} ${text}\n`)
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

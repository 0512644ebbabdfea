// dynalite, embedded: the tables of one account in one region, in a folder of their own. It has no port; whoever opens
// an engine is the only one who reaches it, and the lock of its LevelDB keeps other processes out.
// https://github.com/architect/dynalite
import { once } from 'node:events'
import type { Server } from 'node:http'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { isObject } from '#shared/json.ts'
import { callInProcess } from './in-process-call.ts'
import { settleTables } from './settle-tables.ts'

export interface EngineAnswer {
  readonly statusCode: number
  readonly body: Buffer
}

export type Output = Readonly<Record<string, unknown>>

export interface Engine {
  /** A call as it came: the bytes are not looked at. */
  send(operation: string, body: Uint8Array): Promise<EngineAnswer>
  /** A call of our own. Throws `EngineError` where it is refused. */
  ask(operation: string, input: Output): Promise<Output>
  close(): Promise<void>
}

/** A refusal of the engine: AWS's code and words. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Between a change of a table and the moment that it holds there is a turn of the event loop or two. */
const SETTLE_WAIT_MS = 2
const SETTLE_WAITS_MAX = 5_000

export const openEngine = async (folder: string): Promise<Engine> => {
  await mkdir(folder, { recursive: true })
  const { leaving } = await settleTables(folder)
  const { default: dynalite } = await import('dynalite')
  const server = dynalite({ path: folder, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  const send: Engine['send'] = async (operation, body) => {
    const answer = await callInProcess(server, requestOf(operation, body))
    if (answer.statusCode === 200 && CHANGES_TABLE.has(operation)) await settled(send, body)
    return answer
  }
  const ask: Engine['ask'] = async (operation, input) => {
    const { statusCode, body } = await send(operation, Buffer.from(JSON.stringify(input)))
    const output = readJson(body)
    if (statusCode === 200) return output
    const type = String(output['__type'] ?? 'InternalServerError')
    throw new EngineError(type.split('#').at(-1) ?? type, String(output['message'] ?? type))
  }
  for (const TableName of leaving) await ask('DeleteTable', { TableName })
  return { send, ask, close: () => closeServer(server) }
}

const CHANGES_TABLE: ReadonlySet<string> = new Set(['CreateTable', 'DeleteTable', 'UpdateTable'])

/** Waits until a table is what it was changed to, so that a process that dies later leaves it whole. */
const settled = async (send: Engine['send'], body: Uint8Array): Promise<void> => {
  const { TableName } = readJson(body)
  const asked = Buffer.from(JSON.stringify({ TableName }))
  for (let turn = 0; turn < SETTLE_WAITS_MAX; turn++) {
    const { statusCode, body: text } = await send('DescribeTable', asked)
    if (statusCode !== 200) return
    const { Table: table } = readJson(text)
    if (!isObject(table)) return
    const indexes: readonly unknown[] = Array.isArray(table['GlobalSecondaryIndexes'])
      ? table['GlobalSecondaryIndexes']
      : []
    const isActive =
      table['TableStatus'] === 'ACTIVE' &&
      indexes.every((index) => isObject(index) && index['IndexStatus'] === 'ACTIVE')
    if (isActive) return
    await wait(SETTLE_WAIT_MS)
  }
}

/** The engine asks for the shape of a signature and verifies none. */
const requestOf = (operation: string, body: Uint8Array) => ({
  method: 'POST',
  target: '/',
  headers: {
    host: 'dynamodb.us-east-1.amazonaws.com',
    'content-type': 'application/x-amz-json-1.0',
    'content-length': String(body.length),
    'x-amz-target': `DynamoDB_20120810.${operation}`,
    'x-amz-date': '20260101T000000Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=daemun/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
  },
  body,
})

/** Anything but an object reads as an empty one. */
export const readJson = (body: Uint8Array): Output => {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'))
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

/**
 * The engine closes its store only with a server that listens. So it listens, in a folder of its own that nobody else
 * can enter, for the moment that this takes.
 */
const closeServer = async (server: Server): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-'))
  try {
    server.listen(join(folder, 's'))
    await once(server, 'listening')
    await new Promise<void>((resolve, reject) => {
      server.close((error) => (error === undefined || error === null ? resolve() : reject(error)))
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

// DynamoDB in this process, with a folder of its own: calls by their JSON.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDynamoDb, type DynamoDb, type ServiceGate } from '#services/dynamodb/dynamodb.ts'
import { randomIds } from '#shared/ids.ts'
import { systemRandom } from '#shared/random.ts'
import { createMemoryStore } from '#store/memory.ts'
import type { Store } from '#store/store.ts'

export const SCOPE = { accountId: '111111111111', region: 'eu-west-1' }

const GATE: ServiceGate = {
  admit: async (_name, _request, call) => call,
  authorize: async () => {},
}

export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
  /** The code of a refusal, without its namespace. */
  readonly code: string
}

export interface Tables {
  readonly store: Store
  readonly dynamodb: DynamoDb
  nowMs: number
  /** What went wrong inside: a test asks for none. */
  readonly bugs: unknown[]
  call(operation: string, input: object | string): Promise<Answer>
  /** Answers a success, and fails the test at a refusal. */
  ask(operation: string, input: object): Promise<Record<string, unknown>>
  create(name: string, more?: object): Promise<Record<string, unknown>>
  close(): Promise<void>
}

export const openTables = async (
  given: { readonly folder?: string; readonly store?: Store; readonly scope?: typeof SCOPE } = {},
): Promise<Tables> => {
  const folder = given.folder ?? (await mkdtemp(join(tmpdir(), 'daemun-tables-')))
  const store = given.store ?? createMemoryStore()
  const bugs: unknown[] = []
  const dynamodb = createDynamoDb({ folder, store, onError: (error) => bugs.push(error) })
  const call: Tables['call'] = async (operation, input) => {
    const text = typeof input === 'string' ? input : JSON.stringify(input)
    const answer = await dynamodb.answer(
      {
        method: 'POST',
        target: '/',
        headers: ['x-amz-target', `DynamoDB_20120810.${operation}`],
        host: 'localhost',
        body: Buffer.from(text),
        remoteAddress: '127.0.0.1',
      },
      {
        ...SCOPE,
        ...given.scope,
        store,
        requestId: 'r-1',
        nowMs: tables.nowMs,
        ids: randomIds(systemRandom),
      },
      GATE,
    )
    assert.ok(answer.body instanceof Uint8Array || typeof answer.body === 'string')
    const body: Record<string, unknown> = JSON.parse(Buffer.from(answer.body).toString())
    const code =
      String(body['__type'] ?? '')
        .split('#')
        .at(-1) ?? ''
    return { status: answer.statusCode, body, code }
  }
  const ask: Tables['ask'] = async (operation, input) => {
    const { status, body } = await call(operation, input)
    assert.equal(status, 200, JSON.stringify(body))
    return body
  }
  const tables: Tables = {
    store,
    dynamodb,
    bugs,
    nowMs: Date.UTC(2026, 10, 21, 12),
    call,
    ask,
    create: (TableName, more = {}) =>
      ask('CreateTable', {
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        ...more,
      }),
    close: async () => {
      await dynamodb.close()
      if (given.folder === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
  return tables
}

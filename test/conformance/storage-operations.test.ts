// The SDK, every boto3 and every AWS CLI that are installed are asked each operation of DynamoDB and S3 that is
// implemented, with a success and a refusal: one table for all of them (storage-tables.ts).
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import * as dynamodb from '@aws-sdk/client-dynamodb'
import * as s3 from '@aws-sdk/client-s3'
import * as documents from '@aws-sdk/lib-dynamodb'
import { operationKinds } from '#services/dynamodb/operations.ts'
import { s3Operations } from '#services/s3/operations.ts'
import { isObject } from '#shared/json.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { checkOutcomes, type Step } from '../support/storage-steps.ts'
import { pythonClients, sdkClient, shells } from '../support/client-tables.ts'
import { sdkOptions } from '../support/services.ts'
import { DYNAMODB_TABLE, S3_SHORT_TABLE, S3_TABLE } from './storage-tables.ts'

/** Refused whatever is asked of it, or taken whatever is asked. */
const NEVER_OK: ReadonlySet<string> = new Set(['PutBucketVersioning'])
const ALWAYS_OK: ReadonlySet<string> = new Set(['ListBuckets'])
const WRITTEN = new Date('2026-01-01T00:00:00Z')

const missing = (implemented: Iterable<string>, table: readonly Step[]): readonly string[] =>
  [...implemented].flatMap((name) => {
    const steps = table.filter(({ operation }) => operation === name)
    const isTaken = NEVER_OK.has(name) || steps.some(({ error }) => error === undefined)
    const isRefused = ALWAYS_OK.has(name) || steps.some(({ error }) => error !== undefined)
    return isTaken && isRefused ? [] : [name]
  })

it('every operation that is implemented is in a table, with a success and a refusal', () => {
  assert.deepEqual(missing(Object.keys(s3Operations(async () => true)), S3_TABLE), [])
  const implemented = [...operationKinds].filter(([, kind]) => kind !== 'absent')
  assert.deepEqual(
    missing(
      implemented.map(([name]) => name),
      DYNAMODB_TABLE,
    ),
    [],
  )
})

/** What the document client calls the operations whose items it takes as JavaScript has them. */
const DOCUMENT_COMMANDS: Readonly<Record<string, string>> = {
  BatchGetItem: 'BatchGet',
  BatchWriteItem: 'BatchWrite',
  DeleteItem: 'Delete',
  GetItem: 'Get',
  PutItem: 'Put',
  Query: 'Query',
  Scan: 'Scan',
  TransactGetItems: 'TransactGet',
  TransactWriteItems: 'TransactWrite',
  UpdateItem: 'Update',
}

/** `{ S: 'x' }` as `'x'`, wherever it stands. */
const native = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(native)
  if (!isObject(value)) return value
  const [[type, held] = ['', undefined], ...more] = Object.entries(value)
  const known = more.length === 0 ? NATIVE[type] : undefined
  if (known !== undefined) return known(held)
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, native(one)]))
}

const NATIVE: Readonly<Record<string, (held: unknown) => unknown>> = {
  BOOL: (held) => held,
  L: native,
  M: native,
  N: Number,
  NULL: () => null,
  S: (held) => held,
  SS: (held) => new Set(Array.isArray(held) ? held : []),
}

describe('each client, by the table', () => {
  let gateway: Gateway
  before(async () => {
    gateway = await startGateway({ shape: 'start' })
  })
  after(() => gateway?.stop())

  /** The command of that name: `PutObject` → `new PutObjectCommand(input)`. */
  const commandOf = (commands: object, op: string, input: object): unknown => {
    const Command: unknown = Reflect.get(commands, `${op}Command`)
    assert.ok(typeof Command === 'function', op)
    return Reflect.construct(Command, [input])
  }

  it('the SDK: S3', async () => {
    const client = new s3.S3Client({ ...sdkOptions(gateway), forcePathStyle: true })
    const sdk = sdkClient(
      (operation, input) => client.send(commandOf(s3, operation, input) as s3.HeadBucketCommand), // One of its commands.
    )
    const known = { B: 'table-of-sdk' }
    checkOutcomes(S3_TABLE, await sdk.run({ gateway, service: 's3', steps: S3_TABLE, known }))
    client.destroy()
  })

  const ofDynamoDb = (steps: readonly Step[], T: string) => ({
    gateway,
    service: 'dynamodb',
    steps,
    known: { T },
  })

  it('the SDK: DynamoDB', async () => {
    const client = new dynamodb.DynamoDBClient(sdkOptions(gateway))
    const sdk = sdkClient(
      (operation, input) =>
        client.send(commandOf(dynamodb, operation, input) as dynamodb.ListTablesCommand), // One of its commands.
    )
    checkOutcomes(DYNAMODB_TABLE, await sdk.run(ofDynamoDb(DYNAMODB_TABLE, 'table-of-sdk')))
    client.destroy()
  })

  it('the document client of the SDK: DynamoDB', async () => {
    const client = new dynamodb.DynamoDBClient(sdkOptions(gateway))
    const document = documents.DynamoDBDocumentClient.from(client)
    const sdk = sdkClient((operation, input) => {
      const named = DOCUMENT_COMMANDS[operation]
      if (named === undefined)
        return client.send(commandOf(dynamodb, operation, input) as dynamodb.ListTablesCommand) // One of its commands.
      const command = commandOf(documents, named, native(input) as object) // An object stays one.
      return document.send(command as documents.GetCommand) // One of its commands.
    })
    const table = DYNAMODB_TABLE.map(({ has, ...step }): Step => {
      const isNative = DOCUMENT_COMMANDS[step.operation] !== undefined
      return { ...step, ...(has && { has: isNative ? (native(has) as object) : has }) } // An object stays one.
    })
    checkOutcomes(table, await sdk.run(ofDynamoDb(table, 'table-of-documents')))
    client.destroy()
  })

  for (const [at, client] of pythonClients().entries())
    it(client.name, async () => {
      const B = `table-of-python-${at}`
      const steps = client.name.startsWith('aws') ? S3_SHORT_TABLE : S3_TABLE
      checkOutcomes(steps, await client.run({ gateway, service: 's3', steps, known: { B } }))
      checkOutcomes(DYNAMODB_TABLE, await client.run(ofDynamoDb(DYNAMODB_TABLE, B)))
    })

  for (const [at, shell] of shells().entries())
    it(`${shell.name}: aws s3 with folders and websites`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'daemun-sync-'))
      try {
        await mkdir(join(folder, 'site/docs'), { recursive: true })
        for (const name of ['site/index.html', 'site/docs/a b.html', 'site/skipped.tmp']) {
          await writeFile(join(folder, name), name)
          // S3 tells whole seconds: a file of this very second would be newer than its copy and sent again.
          await utimes(join(folder, name), WRITTEN, WRITTEN)
        }
        const bucket = `s3://sync-${at}`
        const ended = await shell.run(gateway, folder, [
          ['s3', 'mb', bucket],
          ['s3', 'sync', 'site', `${bucket}/www`, '--exclude', '*.tmp'],
          ['s3', 'sync', 'site', `${bucket}/www`, '--exclude', '*.tmp'],
          ['s3', 'website', bucket, '--index-document', 'index.html', '--error-document', 'e.html'],
          ['s3', 'cp', `${bucket}/www`, 'back', '--recursive'],
          ['s3', 'rm', `${bucket}/www/docs`, '--recursive'],
          ['s3', 'sync', 'site', `${bucket}/www`, '--delete', '--exclude', 'docs/*', '--size-only'],
          ['s3', 'ls', `${bucket}/www/`, '--recursive'],
          ['s3', 'presign', `${bucket}/www/index.html`],
          ['s3', 'cp', `${bucket}/missing`, '-'],
        ])
        const codes = ended.map(({ code }) => code)
        assert.deepEqual(codes, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1], JSON.stringify(ended))
        assert.match(ended[1]?.out ?? '', /upload: /)
        assert.doesNotMatch(ended[2]?.out ?? '', /upload: /)
        assert.equal(
          await readFile(join(folder, 'back/docs/a b.html'), 'utf8'),
          'site/docs/a b.html',
        )
        const listed = (ended[7]?.out ?? '').trim().split('\n')
        assert.deepEqual(
          listed.map((line) => line.split('/').at(-1)),
          ['index.html', 'skipped.tmp'],
        )
        const url = (ended[8]?.out ?? '').trim()
        assert.equal(await (await fetch(url)).text(), 'site/index.html')
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    })
})

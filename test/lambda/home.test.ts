import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { HomeTls } from '#lambda/pool-settings.ts'
import { findPython } from '#lambda/python.ts'
import { openLocalCa } from '#transport/local-ca.ts'
import { startTlsListener } from '#transport/tls-listener.ts'
import { documentOf, startFixture, writeFiles } from './fixture.ts'

const onError = (error: unknown): void => {
  throw error
}

/** A gateway that answers every service with what it was asked. */
const startHome = async (t: TestContext, directory: string): Promise<HomeTls> => {
  const authority = await openLocalCa({ directory })
  const listener = await startTlsListener({
    host: '127.0.0.1',
    port: 0,
    onError,
    certificateFor: (name) => authority.certificateFor(name ?? 'localhost'),
    handler: (request) => {
      const asked = { host: request.host, sni: request.tls?.serverName, target: request.target }
      const TableNames = [JSON.stringify(asked)]
      return {
        statusCode: 200,
        headers: ['Content-Type', 'application/x-amz-json-1.0'],
        body: JSON.stringify({ TableNames }),
      }
    },
  })
  t.after(() => listener.close(0))
  return { host: '127.0.0.1', port: listener.port, caPath: authority.caPath }
}

const HOST = 'dynamodb.eu-north-1.amazonaws.com'
const HOME = { host: HOST, sni: HOST, target: '/' }

test('every client that Node code may use for AWS comes home, by name and with its certificate', async (t) => {
  const outer = startFixture(t)
  const homeTls = await startHome(t, join(outer.folder, 'ca'))
  const { add, invoke } = startFixture(t, { homeTls })
  const arn = add(
    {
      'index.js': `const https = require('node:https')
      const tls = require('node:tls')
      const read = (body) => JSON.parse(JSON.parse(body).TableNames[0])
      const get = (options) => new Promise((resolve, reject) => https.get(options, (response) => {
        let body = ''
        response.on('data', (chunk) => { body += chunk }).on('end', () => resolve(read(body)))
      }).on('error', reject))
      const raw = (...args) => new Promise((resolve, reject) => {
        const socket = tls.connect(...args, () => socket.write('GET / HTTP/1.1\\r\\nHost: ${HOST}\\r\\nConnection: close\\r\\n\\r\\n'))
        let body = ''
        socket.on('data', (chunk) => { body += chunk }).on('end', () => resolve(read(body.split('\\r\\n\\r\\n')[1]))).on('error', reject)
      })
      const v3 = async () => {
        const { DynamoDBClient, ListTablesCommand } = require('@aws-sdk/client-dynamodb')
        const client = new DynamoDBClient({ region: 'eu-north-1' })
        return JSON.parse((await client.send(new ListTablesCommand({}))).TableNames[0])
      }
      const v2 = async () => {
        const AWS = require('aws-sdk')
        const client = new AWS.DynamoDB({ region: 'eu-north-1', maxRetries: 0 })
        return JSON.parse((await client.listTables().promise()).TableNames[0])
      }
      const calls = {
        https: () => get('https://${HOST}/'),
        options: () => get({ hostname: '${HOST}', path: '/' }),
        fetch: async () => read(await (await fetch('https://${HOST}/')).text()),
        tlsOptions: () => raw({ host: '${HOST}', port: 443, servername: '${HOST}' }),
        tlsPlaces: () => raw(443, '${HOST}', { servername: '${HOST}' }),
        v3, v2,
      }
      exports.handler = async (event) => calls[event.by]()`,
    },
    { Runtime: 'nodejs16.x' },
  )
  for (const by of ['https', 'options', 'fetch', 'tlsOptions', 'tlsPlaces', 'v3', 'v2']) {
    assert.deepEqual((await invoke(arn, { by })).body, HOME, by)
  }
})

test('a host that is excepted, or that an endpoint setting leads to, is left alone', async (t) => {
  const outer = startFixture(t)
  const homeTls = await startHome(t, join(outer.folder, 'ca'))
  const { add, invoke } = startFixture(t, {
    homeTls: { ...homeTls, except: ['*.s3.eu-north-1.amazonaws.com'] },
    endpointUrls: { sqs: 'https://sqs.eu-north-1.amazonaws.com' },
  })
  const arn = add({
    'index.js': `const net = require('node:net')
    // Where the connection would go, without going there.
    exports.handler = async ({ host }) => new Promise((resolve) => {
      const socket = net.connect({ host, port: 443, lookup: (name, options, callback) => callback(Object.assign(new Error(), { code: 'LOOKED_UP' })) })
      socket.on('error', (error) => resolve(error.code)).on('connect', () => { socket.destroy(); resolve('home') })
    })`,
  })
  const cases = {
    'dynamodb.eu-north-1.amazonaws.com': 'home',
    'b.s3.eu-north-1.amazonaws.com': 'LOOKED_UP',
    'sqs.eu-north-1.amazonaws.com': 'LOOKED_UP',
    'x.sqs.eu-north-1.amazonaws.com': 'LOOKED_UP',
    'amazonaws.com.example.org': 'LOOKED_UP',
    'notamazonaws.com': 'LOOKED_UP',
  }
  for (const [host, expected] of Object.entries(cases)) {
    assert.equal((await invoke(arn, { host })).body, expected, host)
  }
})

test('other servers are trusted as before: ours is no authority that Node does not know', async (t) => {
  const outer = startFixture(t)
  const homeTls = await startHome(t, join(outer.folder, 'ca'))
  const stranger = await openLocalCa({ directory: join(outer.folder, 'stranger') })
  const { certificatePem, keyPem } = await stranger.certificateFor('localhost')
  const server = createServer({ cert: certificatePem, key: keyPem }, (_, response) =>
    response.end('x'),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo // A TCP server's address is one.
  const { add, invoke } = startFixture(t, { homeTls })
  const arn = add({
    'index.js': `exports.handler = async () => fetch('https://localhost:${port}/').then(() => 'trusted', (error) => error.cause.code)`,
  })
  assert.match(String((await invoke(arn)).body), /VERIFY|SELF_SIGNED/)
})

test('Python code comes home too', async (t) => {
  const python = await findPython('python3', process.env)
  if (python === undefined) return t.skip('there is no Python here')
  const outer = startFixture(t)
  const homeTls = await startHome(t, join(outer.folder, 'ca'))
  const { pool, folder, invoke } = startFixture(t, { homeTls })
  writeFiles(join(folder, 'Hello'), {
    'app.py': `import json, urllib.request
def read(body):
    return json.loads(json.loads(body)["TableNames"][0])
def handler(event, context):
    if event["by"] == "urllib":
        with urllib.request.urlopen("https://${HOST}/") as answer:
            return read(answer.read())
    try:
        import boto3
    except ImportError:
        return None
    return json.loads(boto3.client("dynamodb", region_name="eu-north-1").list_tables()["TableNames"][0])
`,
  })
  const document = documentOf(join(folder, 'Hello'), {
    Runtime: 'python3.12',
    Handler: 'app.handler',
    Timeout: 30,
  })
  pool.put(document)
  assert.deepEqual((await invoke(document.FunctionArn, { by: 'urllib' })).body, HOME)
  const boto = (await invoke(document.FunctionArn, { by: 'boto3' })).body
  if (boto !== null) assert.deepEqual(boto, HOME)
})

test('a custom runtime is reported: its connections are not redirected', async (t) => {
  const outer = startFixture(t)
  const homeTls = await startHome(t, join(outer.folder, 'ca'))
  const { folder, pool, invoke, notices } = startFixture(t, { homeTls })
  writeFiles(join(folder, 'Hello'), { bootstrap: '#!/bin/sh\nexit 3\n' })
  const { chmodSync } = await import('node:fs')
  chmodSync(join(folder, 'Hello', 'bootstrap'), 0o755)
  const document = documentOf(join(folder, 'Hello'), { Runtime: 'provided.al2023' })
  pool.put(document)
  await invoke(document.FunctionArn)
  assert.match(
    notices.join(),
    /calls of Hello to AWS come home only where its SDK knows AWS_ENDPOINT_URL/,
  )
})

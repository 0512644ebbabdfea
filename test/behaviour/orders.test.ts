// The services behind an API, whole: examples/orders in both shapes. Queue, table, topic and buckets are joined to the
// API by its template alone, and looked into with the SDK's clients.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { ListQueuesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { call, EXAMPLES, type Gateway, SHAPES, startGateway } from '../support/gateway.ts'
import { sdkOptions } from '../support/services.ts'

const FOLDER = join(EXAMPLES, 'orders')

for (const shape of SHAPES) {
  describe(`daemun ${shape} examples/orders`, () => {
    let gateway: Gateway
    before(async () => {
      gateway = await startGateway({ shape, file: FOLDER })
    })
    after(() => gateway?.stop())

    const ask = async (path: string, method = 'GET', body = '') => {
      const headers = body === '' ? {} : { 'content-type': 'application/json' }
      const answer = await gateway.call(gateway.api('orders'), `/prod${path}`, {
        method,
        headers,
        body,
      })
      return { ...answer, json: answer.text === '' ? undefined : JSON.parse(answer.text) }
    }
    const order = async (item: string, count = 1): Promise<string> => {
      const { status, json } = await ask('/orders', 'POST', JSON.stringify({ item, count }))
      assert.equal(status, 202)
      return json.id
    }
    /** What is on its way through queue, functions and topic arrives while it is asked for. */
    const until = async (
      id: string,
      holds: (order: { receipt?: string; state?: string }) => boolean,
    ) => {
      for (let looks = 0; looks < 3_000; looks++) {
        const { json } = await ask(`/orders/${id}`)
        if (holds(json)) return json
      }
      return assert.fail(`order ${id} never got there`)
    }

    it('asks for nothing that is not honoured', () => {
      const ready = gateway.events.find(({ event }) => event === 'ready')
      assert.deepEqual(ready?.['report'], [])
    })

    it('tells at the start what stands beside the API, and what each starts', () => {
      const ready = gateway.events.find(({ event }) => event === 'ready')
      const services = ready?.['services'] as { kind: string; note?: string; feeds: string[] }[]
      const said = services.map(({ kind, note = '', feeds }) =>
        // Names have a suffix of CloudFormation's, and ports are what they are.
        `${kind} ${note} ${feeds.join(', ')}`.replaceAll(/-[a-z0-9]{9,12}\b|:\d+/g, ''),
      )
      assert.deepEqual(said.toSorted(), [
        'bucket  lambda orders-Filed',
        'bucket http://orders-site.s3-website.localhost/ ',
        'queue  ',
        'queue  ',
        'queue  lambda orders-Place, after 3 tries queue orders-Refused',
        'table  ',
        'topic  queue orders-Copies, lambda orders-Ship',
      ])
    })

    it('takes an order over the queue, writes it, announces it and ships it', async () => {
      const item = `"tea's" pot \\ 茶`
      const id = await order(item, 2)
      const shipped = await until(id, ({ state }) => state === 'shipped')
      assert.deepEqual(shipped, { id, item, count: 2, state: 'shipped' })
      const { json: all } = await ask('/orders')
      assert.deepEqual(
        all.find((one: { id: string }) => one.id === id),
        shipped,
      )
    })

    it('keeps a copy of what is announced in a queue', async () => {
      const queues = new SQSClient(sdkOptions(gateway))
      const { QueueUrls = [] } = await queues.send(new ListQueuesCommand({}))
      const QueueUrl = QueueUrls.find((url) => url.includes('-Copies-'))
      const id = await order('kettle')
      const seen: string[] = []
      for (let looks = 0; !seen.includes(id) && looks < 20; looks++) {
        const receive = new ReceiveMessageCommand({
          QueueUrl,
          WaitTimeSeconds: 1,
          MaxNumberOfMessages: 10,
        })
        const { Messages = [] } = await queues.send(receive)
        seen.push(...Messages.map(({ Body }) => JSON.parse(String(Body)).id))
      }
      assert.ok(seen.includes(id))
    })

    it('places the other orders of a batch with one that fails', async () => {
      const ids = await Promise.all([order('cup'), order('unobtainium'), order('saucer')])
      await until(ids[0] ?? '', ({ state }) => state === 'shipped')
      await until(ids[2] ?? '', ({ state }) => state === 'shipped')
      assert.equal((await ask(`/orders/${ids[1]}`)).status, 404)
    })

    it('refuses what is no order before it reaches the queue, so that a page can read why', async () => {
      const { status, json, headers } = await ask('/orders', 'POST', '{"item":"tea","count":0}')
      assert.equal(status, 400)
      assert.equal(json.message, 'Invalid request body')
      assert.equal(headers['access-control-allow-origin'], '*')
    })

    it('says 404 of an order that is not there, whatever its id looks like', async () => {
      for (const id of ['none', '%22%7D', "a'b"]) {
        const { status, json } = await ask(`/orders/${id}`)
        assert.deepEqual([status, json], [404, { message: 'no such order' }])
      }
    })

    it('lets a receipt be put by a presigned URL, and notes it', async () => {
      const id = await order('tray')
      await until(id, ({ state }) => state === 'shipped')
      const { json } = await ask(`/orders/${id}/receipt`, 'POST')
      const put = await fetch(json.url, { method: 'PUT', body: 'paid' })
      assert.equal(put.status, 200, await put.text())
      const { receipt } = await until(id, (one) => one.receipt !== undefined)
      assert.equal(receipt, `${id}/receipt (4 bytes)`)
      const bent = await fetch(`${json.url}0`, { method: 'PUT', body: 'paid' })
      assert.equal(bent.status, 403)
    })

    it('serves the page of a website, which may call the API and the bucket from its own origin', async () => {
      const buckets = new S3Client({ ...sdkOptions(gateway), forcePathStyle: true })
      const { Buckets = [] } = await buckets.send(new ListBucketsCommand({}))
      const Bucket = Buckets.map(({ Name }) => String(Name)).find((name) => name.includes('site'))
      const Body = await readFile(join(FOLDER, 'site/index.html'))
      await buckets.send(
        new PutObjectCommand({ Bucket, Key: 'index.html', Body, ContentType: 'text/html' }),
      )
      const { port } = new URL(gateway.endpoint)
      const host = `${Bucket}.s3-website.localhost:${port}`
      const page = await call(gateway.endpoint, '/', { headers: { host } })
      assert.deepEqual([page.status, page.headers['content-type']], [200, 'text/html'])
      assert.match(page.text, /<title>Orders<\/title>/)

      const origin = `http://${host}`
      const preflight = { origin, 'access-control-request-method': 'POST' }
      const ofApi = await gateway.call(gateway.api('orders'), '/prod/orders', {
        method: 'OPTIONS',
        headers: { ...preflight, 'access-control-request-headers': 'content-type' },
      })
      assert.equal(ofApi.status, 204, ofApi.text)
      assert.equal(ofApi.headers['access-control-allow-origin'], '*')
      assert.equal(ofApi.headers['access-control-allow-headers'], 'Content-Type')
      const { json } = await ask('/orders/any/receipt', 'POST')
      const ofBucket = await fetch(json.url, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'PUT' },
      })
      assert.equal(ofBucket.status, 200)
      assert.equal(ofBucket.headers.get('access-control-allow-origin'), '*')
    })
  })
}

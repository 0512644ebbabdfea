// The last requests: bounded by bytes, filtered, followed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRequestStore } from '#observability/requests.ts'
import { requestRecord } from '../support/records.ts'

const MANY = 1_000_000

test('the oldest make room where the bytes are used up, and the bytes of the rest are known', () => {
  const store = createRequestStore({ bytesMax: 100_000 })
  for (let index = 0; index < 1_000; index++) {
    store.add(requestRecord({ requestId: `id-${index}`, path: `/${'x'.repeat(index % 500)}` }))
  }
  const { kept, bytes, evicted } = store.counts
  assert.ok(bytes <= 100_000 && bytes > 90_000, `${bytes}`)
  assert.equal(kept + evicted, 1_000)
  assert.equal(store.find('id-0'), undefined)
  assert.equal(store.find('id-999')?.requestId, 'id-999')
  store.add(requestRecord({ requestId: 'huge', path: 'x'.repeat(MANY) }))
  assert.equal(store.find('huge'), undefined)
  assert.equal(store.counts.kept, kept)
})

test('an id that a client chooses again is the last request of that id', () => {
  const store = createRequestStore({ bytesMax: MANY })
  store.add(requestRecord({ status: 200 }))
  store.add(requestRecord({ status: 500 }))
  assert.equal(store.find('id-1')?.status, 500)
  assert.equal(store.counts.kept, 2)
})

test('requests are found by API, stage, status, route, time and text, the newest first', () => {
  const store = createRequestStore({ bytesMax: MANY })
  store.add(requestRecord({ requestId: 'a', status: 404, apiName: 'Orders', apiId: 'x' }))
  store.add(requestRecord({ requestId: 'b', status: 403, stage: 'dev', arrivedAtMs: 5 }))
  store.add(
    requestRecord({
      requestId: 'c',
      error: { responseType: 'THROTTLED', message: '', hint: 'The Plan is full' },
    }),
  )
  const ids = (filter: Parameters<typeof store.list>[0], limit = 10) =>
    store.list(filter, limit).map(({ requestId }) => requestId)
  assert.deepEqual(ids({}), ['c', 'b', 'a'])
  assert.deepEqual(ids({}, 2), ['c', 'b'])
  assert.deepEqual(ids({ status: '4xx' }), ['b', 'a'])
  assert.deepEqual(ids({ status: '404' }), ['a'])
  assert.deepEqual(ids({ api: 'Orders' }), ['a'])
  assert.deepEqual(ids({ stage: 'dev' }), ['b'])
  assert.deepEqual(ids({ text: 'PLAN IS' }), ['c'])
  assert.deepEqual(ids({ sinceMs: 6 }), ['c', 'a'])
  assert.deepEqual(ids({ route: '/none' }), [])
})

test('a follower that does not read loses what does not fit, and is told how much', async () => {
  const store = createRequestStore({ bytesMax: MANY })
  const follower = store.follow({ status: '2xx' }) ?? assert.fail('no follower')
  for (let index = 0; index < 1_500; index++) store.add(requestRecord({ requestId: `${index}` }))
  store.add(requestRecord({ status: 500 }))
  assert.equal((await follower.next())?.length, 1_000)
  assert.equal(follower.dropped, 500)
  // What busy workers did not tell, whoever it would have been for.
  store.skip(7)
  assert.equal(follower.dropped, 507)
  assert.equal(store.counts.skipped, 7)
  assert.equal(store.counts.dropped, 500)
  const next = follower.next()
  store.tellLine({ function: 'hello', line: 'not asked for' })
  store.add(requestRecord({ requestId: 'later' }))
  assert.deepEqual((await next)?.length, 1)
  const last = follower.next()
  store.close()
  assert.equal(await last, undefined)
  assert.equal(store.counts.followers, 0)
})

test('no more than sixteen follow at once', () => {
  const store = createRequestStore({ bytesMax: MANY })
  const all = Array.from({ length: 16 }, () => store.follow({ functionLogs: true }))
  assert.equal(store.follow({}), undefined)
  all[0]?.close()
  assert.notEqual(store.follow({}), undefined)
})

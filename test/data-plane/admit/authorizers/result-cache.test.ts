import assert from 'node:assert/strict'
import test from 'node:test'
import { createResultCache } from '#data-plane/admit/authorizers/result-cache.ts'

const now = () => 0

test('10^5 distinct identities take bounded memory: no more than 20000 entries and 64 MB', async () => {
  const cache = createResultCache<number>()
  for (let at = 0; at < 100_000; at += 1) {
    await cache.find(`token-${at}`, 300_000, now, async () => ({ answer: at, bytes: 300 }))
  }
  assert.equal(cache.size, 17_000 <= cache.size && cache.size <= 20_000 ? cache.size : -1)
  assert.ok(cache.bytes <= 64 * 1024 * 1024, `${cache.bytes}`)
  assert.equal(cache.find('token-99999', 300_000, now, neverAsked), 99_999, 'the last is there')
})

test('answers of great size push out others before they take more than the bound', async () => {
  const cache = createResultCache<number>({ resultsMax: 100, bytesMax: 1024 * 1024 })
  for (let at = 0; at < 50; at += 1) {
    await cache.find(`${at}`, 1000, now, async () => ({ answer: at, bytes: 10_000 }))
  }
  assert.ok(cache.size < 15, `${cache.size}`)
  const huge = async () => ({ answer: 1, bytes: 1024 * 1024 })
  assert.equal(await cache.find('huge', 1000, now, huge), 1, 'what is too large is not kept')
  assert.ok(cache.bytes <= 1024 * 1024)
})

test('a failure is told to all who wait, and kept for nobody', async () => {
  const cache = createResultCache<number>()
  let count = 0
  const fail = async () => {
    count += 1
    throw new Error('down')
  }
  const both = [cache.find('a', 1000, now, fail), cache.find('a', 1000, now, fail)]
  for (const one of both) await assert.rejects(async () => one, /down/)
  assert.equal(count, 1)
  await assert.rejects(async () => cache.find('a', 1000, now, fail), /down/)
  assert.equal(count, 2)
})

const neverAsked = () => Promise.reject(new Error('asked'))

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Clock } from '#shared/clock.ts'
import { createMemoryStore } from '#store/memory.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { archiveUses, openCodeStore } from '#lambda/code-store.ts'
import { zipOf } from './api/support.ts'

test('an archive is kept under its hash while something uses it, and swept when nothing does', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'daemun-code-store-'))
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const store = createMemoryStore()
  let fire: () => void = () => undefined
  const clock: Clock = {
    nowMs: () => 0,
    monotonicMs: () => 0,
    setTimer: (callback) => {
      fire = callback
      return { cancel: () => undefined }
    },
  }
  const failed: unknown[] = []
  const codeStore = openCodeStore({ dataDir, store, clock, onError: (error) => failed.push(error) })
  const used = await codeStore.add(zipOf({ a: '1' }))
  const unused = await codeStore.add(zipOf({ a: '2' }))
  const arriving = await codeStore.add(zipOf({ a: '3' }))
  await store.write((tx) => tx.put(archiveUses, GLOBAL_SCOPE, `${used.sha256}/x`, true))
  used.release()
  unused.release()
  codeStore.sweepLater()
  fire()
  while (existsSync(codeStore.pathOf(unused.sha256))) await new Promise(setImmediate)
  const left = readdirSync(join(dataDir, 'functions', 'archives')).toSorted()
  assert.deepEqual(left, [`${used.sha256}.zip`, `${arriving.sha256}.zip`].toSorted())
  assert.equal(readdirSync(join(dataDir, 'functions', 'unpacked')).length, 2)
  assert.deepEqual(failed, [])
})

test('the same archive twice is one file, and a broken one leaves none', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'daemun-code-store-'))
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const codeStore = openCodeStore({
    dataDir,
    store: createMemoryStore(),
    clock: { nowMs: () => 0, monotonicMs: () => 0, setTimer: () => ({ cancel: () => undefined }) },
    onError: () => undefined,
  })
  const archive = zipOf({ a: 'x'.repeat(200_000) })
  const both = await Promise.all([codeStore.add(archive), codeStore.add(archive)])
  assert.equal(both[0]?.sha256, both[1]?.sha256)
  const broken = Buffer.from(archive)
  broken.write('y', 100)
  await assert.rejects(codeStore.add(broken), /checksum of a is wrong/)
  assert.equal(readdirSync(join(dataDir, 'functions', 'archives')).length, 1)
  assert.equal(readdirSync(join(dataDir, 'functions', 'unpacked')).length, 1)
})

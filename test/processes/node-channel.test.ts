// How a change comes to the workers: the host pushes, and they pull at once. Nothing here waits for a timer.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openNodeChannel, joinNodeChannel } from '#processes/node-channel.ts'
import type { ApiKey } from '#model/apigateway/usage-plan.ts'
import type { DirectoryEntry } from '#model/documents.ts'
import { follow, keepPulling, storeSource } from '#snapshot/distribute.ts'
import { publishApiKey } from '#snapshot/publish-usage.ts'
import { createMemoryStore } from '#store/memory.ts'
import { handClock, limitsFor } from '../support/limits.ts'

const SCOPE = { accountId: '123456789012', region: 'us-east-1' }
const KEY: ApiKey = {
  id: 'key1',
  value: 'a-key-of-twenty-characters',
  enabled: true,
  createdDate: 0,
  lastUpdatedDate: 0,
  stageKeys: [],
}
const unexpected = (error: unknown): never => {
  throw error
}

/** A host with its store, and a process that follows it and tells of each key that it gets. */
const startNode = async (t: TestContext, workers: number) => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-node-channel-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'host.sock')
  const store = createMemoryStore()
  const host = await openNodeChannel({
    path,
    source: storeSource(store),
    endpointUrl: '',
    limits: limitsFor(handClock()).holder,
    clock: () => undefined,
    deliver: () => Promise.resolve(),
    onRecords: () => undefined,
    onFunctionLine: () => undefined,
    onLogs: () => undefined,
    onMetrics: () => undefined,
    onError: unexpected,
  })
  t.after(() => host.close())
  store.watch(({ revision }) => host.announce(revision))
  const joinWorker = () => {
    const heard = {
      entries: [] as DirectoryEntry[],
      next: Promise.withResolvers<void>(),
      pull: () => undefined as void,
    }
    const channel = joinNodeChannel({ path, onNews: () => heard.pull(), onError: unexpected })
    t.after(() => channel.close())
    heard.pull = keepPulling(
      follow({
        source: channel.source,
        apply: async ({ changes }) => {
          for (const { entry } of changes) if (entry !== null) heard.entries.push(entry)
          if (changes.length > 0) heard.next.resolve()
        },
      }),
      // A clock that stands still: nothing that waits for a time happens.
      { clock: handClock(), onError: unexpected },
    )
    return { heard, channel }
  }
  const joined = Array.from({ length: workers }, joinWorker)
  await Promise.all(joined.map(({ channel }) => channel.connected))
  return { store, workers: joined.map(({ heard }) => heard) }
}

test('a key that is changed is pushed to every worker: none of them polls [issue 8, "within 100 ms"]', async (t) => {
  const { store, workers } = await startNode(t, 2)
  for (const enabled of [true, false, true]) {
    const heard = workers.map((worker) => {
      worker.next = Promise.withResolvers()
      return worker.next.promise
    })
    await store.write((tx) => publishApiKey(tx, SCOPE, { ...KEY, enabled }))
    await Promise.all(heard)
    for (const { entries } of workers) {
      assert.deepEqual(entries.at(-1), { kind: 'api-key', id: 'key1', enabled, usagePlans: [] })
    }
  }
})

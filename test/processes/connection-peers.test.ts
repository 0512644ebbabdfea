// A worker that does not keep up is busy, and its connections are not gone.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openConnectionPeers } from '#processes/connection-peers.ts'
import { systemClock as clock } from '#shared/clock.ts'
import { systemRandom as random } from '#shared/random.ts'
import { ChannelBusy, startChannelHost } from '#state/channel.ts'
import { createLocalConnections } from '#state/connections.ts'

const PLACE = { apiId: 'api', stageName: 'prod' }
const CALLS_MAX = 1_000
const unexpected = (error: unknown): never => {
  throw error
}

test('a thousand messages may be on their way to a worker; one more is refused, and no other one with it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-peers-'))
  t.after(() => rm(folder, { recursive: true }))
  const channelPath = join(folder, 'host.sock')
  const holder = process.pid + 1
  const free = Promise.withResolvers<boolean>()
  const slow = await startChannelHost({
    path: `${channelPath}-${holder}`,
    methods: { post: () => free.promise },
    notices: {},
    onError: unexpected,
  })
  const local = createLocalConnections({ holder: process.pid, random, clock })
  const peers = await openConnectionPeers({ channelPath, local, clock, onError: unexpected })
  const id = createLocalConnections({ holder, random, clock }).newId()
  const post = () => peers.post(PLACE, id, Buffer.from('hello'))
  const sent = Array.from({ length: CALLS_MAX }, post)
  await assert.rejects(post(), (error) => error instanceof ChannelBusy)
  free.resolve(true)
  assert.deepEqual(new Set(await Promise.all(sent)), new Set([true]))
  assert.equal(await post(), true)
  await peers.close()
  await slow.close()
})

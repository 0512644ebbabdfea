import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { systemClock } from '#shared/clock.ts'
import {
  type ChannelClient,
  type ChannelHost,
  connectChannel,
  startChannelHost,
} from '#state/channel.ts'

const deferred = <T>() => Promise.withResolvers<T>()
const unexpected = (error: unknown) => {
  throw error
}

describe('the channel between the processes of a node', () => {
  let folder: string
  let path: string
  const hosts: ChannelHost[] = []
  const clients: ChannelClient[] = []

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daemun-channel-'))
    path = join(folder, 'host.sock')
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close()
    for (const host of hosts.splice(0)) await host.close()
    await rm(folder, { recursive: true, force: true })
  })

  const host = async (options: object = {}): Promise<ChannelHost> => {
    const started = await startChannelHost({
      path,
      methods: {
        echo: async (params) => params,
        fail: async () => {
          throw new Error('no')
        },
      },
      notices: {},
      onError: () => undefined,
      ...options,
    })
    hosts.push(started)
    return started
  }

  const client = async (options: object = {}): Promise<ChannelClient> => {
    const connected = deferred<void>()
    const made = connectChannel({
      path,
      clock: systemClock,
      onConnect: () => connected.resolve(),
      notices: {},
      onError: unexpected,
      ...options,
    })
    clients.push(made)
    await connected.promise
    return made
  }

  it('answers calls, whatever their size and order', async () => {
    await host()
    const one = await client()
    const large = { text: 'ü\n'.repeat(1_000_000) }
    const answers = await Promise.all([one.call('echo', large), one.call('echo', 2)])
    assert.deepEqual(answers, [large, 2])
  })

  it('gives the host’s refusal as an error', async () => {
    await host()
    const one = await client()
    await assert.rejects(one.call('fail', null), { name: 'ChannelError', message: 'no' })
    await assert.rejects(one.call('nope', null), /no such method: nope/)
  })

  it('carries notices both ways', async () => {
    const told = deferred<unknown>()
    const heard = deferred<unknown>()
    const server = await host({ notices: { records: told.resolve } })
    const one = await client({ notices: { revision: heard.resolve } })
    one.notify('records', [1])
    assert.deepEqual(await told.promise, [1])
    server.broadcast('revision', 7)
    assert.equal(await heard.promise, 7)
  })

  it('fails what waits when the host goes, drops notices and counts them, and connects again', async () => {
    const never = deferred<void>()
    const asked = deferred<void>()
    const first = await host({
      methods: {
        wait: () => {
          asked.resolve()
          return never.promise
        },
      },
    })
    let again = deferred<void>()
    const one = connectChannel({
      path,
      clock: systemClock,
      onConnect: () => again.resolve(),
      notices: {},
      onError: unexpected,
    })
    clients.push(one)
    await again.promise
    const waiting = assert.rejects(one.call('wait', null), /the host process is gone/)
    await asked.promise
    again = deferred<void>()
    await first.close()
    hosts.length = 0
    await waiting
    one.notify('records', [])
    assert.equal(one.dropped, 1)
    await host()
    await again.promise
    assert.equal(await one.call('echo', 'back'), 'back')
  })
})

// What the tests of the upstream client share: clients that close with their test, upstreams on bare sockets.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '#shared/clock.ts'
import {
  type UpstreamClient,
  UpstreamError,
  type UpstreamErrorCode,
  type UpstreamRequest,
} from '#transport/contract.ts'
import { createUpstreamClient, type UpstreamClientOptions } from '#transport/upstream.ts'
import { type RawClient, type RawServer, startRawServer } from './raw-client.ts'

export const client = (test: TestContext, options: UpstreamClientOptions = {}): UpstreamClient => {
  const made = createUpstreamClient(options)
  test.after(() => made.close())
  return made
}

export const server = async (
  test: TestContext,
  serve: (connection: RawClient, index: number) => void,
): Promise<RawServer> => {
  const made = await startRawServer(serve)
  test.after(() => made.close())
  return made
}

/** Answers every request on every connection with these bytes. */
export const answering = (test: TestContext, bytes: string, end = false): Promise<RawServer> =>
  server(test, ({ socket }) =>
    socket.on('data', () => {
      if (end) socket.end(bytes, 'latin1')
      else socket.write(bytes, 'latin1')
    }),
  )

export const get = (origin: string, more: Partial<UpstreamRequest> = {}): UpstreamRequest => ({
  method: 'GET',
  origin,
  path: '/p?q=1',
  headers: [],
  timeoutMs: 10_000,
  responseBytesMax: 1_000,
  ...more,
})

export const fails = (
  call: Promise<unknown>,
  code: UpstreamErrorCode,
  message = /./,
): Promise<void> =>
  assert.rejects(call, (error) => {
    assert.ok(error instanceof UpstreamError, String(error))
    assert.equal(error.code, code, error.message)
    assert.match(error.message, message)
    return true
  })

/** A clock whose timers fire when the test says so. */
export const handClock = (): { clock: Clock; fire: (delayMs: number) => void } => {
  const timers = new Map<object, { callback: () => void; delayMs: number }>()
  return {
    clock: {
      nowMs: () => 0,
      monotonicMs: () => 0,
      setTimer: (callback, delayMs) => {
        const key = {}
        timers.set(key, { callback, delayMs })
        return { cancel: () => void timers.delete(key) }
      },
    },
    fire: (delayMs) => {
      for (const [key, timer] of timers) {
        if (timer.delayMs !== delayMs) continue
        timers.delete(key)
        timer.callback()
      }
    },
  }
}

/** A connection is looked at for a turn before it is given to the next call. */
export const released = (): Promise<void> => turn()

export const text = (body: Uint8Array): string => Buffer.from(body).toString()

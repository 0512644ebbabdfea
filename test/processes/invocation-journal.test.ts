// What functions have accepted outlives the process that accepted it, and is forgotten when it is done or its function
// is gone.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { EventInvocations, type KeptInvocation } from '#lambda/event-invocations.ts'
import type { Outcome } from '#lambda/function-process.ts'
import { completePoolSettings } from '#lambda/pool-settings.ts'
import { openInvocationJournal } from '#processes/invocation-journal.ts'
import { handClock } from '../support/limits.ts'

const DONE: Outcome = { kind: 'payload', payload: Buffer.from('1'), failed: false, logTail: '' }
const FAILED: Outcome = { ...DONE, failed: true }
const request = (text: string) =>
  ({
    functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:f',
    invocationType: 'Event',
    payload: Buffer.from(text),
    clientContext: 'e30=',
  }) as const

test('what is not done is there again, with its age, until it is done or its function is gone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-journal-'))
  const path = join(folder, 'invocations.db')
  const clock = handClock(1_800_000_000_000)
  const journal = openInvocationJournal(path)
  assert.deepEqual(journal.left(), [])
  const told: string[] = []
  const dropped: string[] = []
  const answers = new Map<string, PromiseWithResolvers<Outcome>>()
  const queue = () =>
    new EventInvocations({
      clock,
      journal,
      settings: completePoolSettings({
        dataDir: folder,
        hostEnvironment: {},
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        eventQueueMax: 2,
        processesPerFunctionMax: 1,
      }),
      run: (_, requestId) => {
        const answer = Promise.withResolvers<Outcome>()
        answers.set(requestId, answer)
        return answer.promise
      },
      settingsOf: () => ({ MaximumEventAgeInSeconds: 60 }),
      onResult: async ({ requestId, condition }) => void told.push(`${requestId} ${condition}`),
      onDropped: (requestId) => void dropped.push(requestId),
      onNotice: assert.fail,
    })
  const left = (): readonly KeptInvocation[] => journal.left()
  const ids = () => left().map(({ requestId }) => requestId)
  try {
    const first = queue()
    const accepted = ['a', 'b', 'c', 'd'].map((id) => first.add(request(id), id))
    // Two may wait while they are kept.
    assert.deepEqual(await Promise.all(accepted), [true, true, false, false])
    assert.equal(await first.add(request('c'), 'c'), true)
    first.close()
    // Its process ends with the node: it has not failed by itself.
    answers.get('a')?.resolve(FAILED)
    assert.deepEqual([told, dropped, ids()], [[], [], ['a', 'b', 'c']])
    assert.deepEqual(
      { ...left()[1], request: { ...request('b') } },
      {
        requestId: 'b',
        acceptedMs: clock.nowMs(),
        request: request('b'),
      },
    )
    assert.equal(Buffer.from(left()[1]?.request.payload ?? []).toString(), 'b')

    clock.advance(59_000)
    const second = queue()
    for (const one of left()) second.resume(one)
    answers.get('a')?.resolve(DONE)
    while (ids().length > 2) await new Promise(setImmediate)
    assert.deepEqual([told, ids()], [['a Success'], ['b', 'c']])
    // Another attempt would be a minute later, when it is too old.
    answers.get('b')?.resolve(FAILED)
    while (ids().length > 1) await new Promise(setImmediate)
    assert.deepEqual(told, ['a Success', 'b EventAgeExceeded'])
    second.remove()
    answers.get('c')?.resolve(DONE)
    while (ids().length > 0) await new Promise(setImmediate)
    await second.add(request('e'), 'e')
    while (ids().length > 0) await new Promise(setImmediate)
    assert.deepEqual(dropped, ['e'])
  } finally {
    await journal.close()
    await rm(folder, { recursive: true, force: true })
  }
})

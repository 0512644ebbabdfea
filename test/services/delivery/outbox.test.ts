// Deliveries are tried as often and as long as they may be, at the times that they should, whatever happens to the
// process; a clock that is set by hand tells the time.
// source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it, type TestContext } from 'node:test'
import { type Carry, type Parcel, Undeliverable } from '#services/delivery/courier.ts'
import { openMessageFile } from '#services/delivery/message-file.ts'
import { createOutbox, type DeliveryRules, OUTBOX_SCHEMA } from '#services/delivery/outbox.ts'
import { handClock } from '../../support/limits.ts'

const DEAD = 'arn:aws:sqs:us-east-1:123456789012:dead'
const parcel = (body: string): Parcel => ({ target: 'https://example.com/', body })

describe('the outbox', () => {
  const folder = mkdtempSync(join(tmpdir(), 'daemun-outbox-'))
  let number = 0
  after(() => rmSync(folder, { recursive: true }))

  const open = (t: TestContext, carry: Carry, path = join(folder, `${number++}.db`)) => {
    const clock = handClock(1_800_000_000_000)
    const lost: string[] = []
    const file = openMessageFile(path, OUTBOX_SCHEMA)
    const outbox = createOutbox({
      file,
      clock,
      carry,
      onLost: (reason) => void lost.push(reason),
      onError: (error) => assert.fail(String(error)),
    })
    let isOpen = true
    const close = async () => {
      if (!isOpen) return
      isOpen = false
      await outbox.close()
      await file.close()
    }
    t.after(close)
    /** The clock goes on, and what is due is done. */
    const advance = async (ms: number) => {
      clock.advance(ms)
      outbox.wake()
      await outbox.idle()
    }
    return { outbox, clock, lost, path, advance, close, idle: () => outbox.idle() }
  }
  /** When each attempt was made, in seconds after the first. */
  const attemptsOf = async (
    t: TestContext,
    rules: DeliveryRules,
    more: { readonly seconds: number; readonly error?: () => Error },
  ) => {
    const times: number[] = []
    const letters: Parcel[] = []
    const opened = open(t, async (one) => {
      if (one.target === DEAD) {
        letters.push(one)
        return
      }
      times.push(opened.clock.nowMs())
      throw more.error?.() ?? new Error('nobody is there')
    })
    await opened.outbox.add([{ parcel: parcel('x'), rules }])
    await opened.idle()
    for (let second = 0; second < more.seconds; second++) await opened.advance(1_000)
    const [first = 0] = times
    return { seconds: times.map((ms) => (ms - first) / 1_000), letters, lost: opened.lost }
  }

  it('delivers to queues and functions while every place for servers is taken', async (t) => {
    const held: (() => void)[] = []
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
    let isHanging = true
    const { outbox } = open(t, async ({ target }) => {
      if (target === DEAD) arrive()
      else if (isHanging) await new Promise<void>((resolve) => held.push(resolve))
    })
    const rules = { attemptsMax: 1, ageSecondsMax: 60 }
    await outbox.add(Array.from({ length: 100 }, () => ({ parcel: parcel('x'), rules })))
    await outbox.add([{ parcel: { target: DEAD, body: 'y' }, rules }])
    await arrived
    assert.equal(held.length, 32)
    isHanging = false
    for (const release of held) release()
    await outbox.idle()
  })

  it('tries at the pauses that it is told, and no more often', async (t) => {
    const rules = { attemptsMax: 4, ageSecondsMax: 3_600, pausesMs: [0, 5_000, 20_000] }
    const { seconds, lost } = await attemptsOf(t, rules, { seconds: 60 })
    assert.deepEqual(seconds.slice(0, 1), [0])
    assert.equal(seconds.length, 4)
    assert.deepEqual(
      seconds.map((one) => Math.round(one)),
      [0, 0, 5, 25],
    )
    assert.deepEqual(lost, ['a message for https://example.com/ was given up: nobody is there'])
  })

  it('doubles the pauses where it is told none', async (t) => {
    const rules = { attemptsMax: 5, ageSecondsMax: 86_400 }
    const { seconds } = await attemptsOf(t, rules, { seconds: 60 })
    assert.deepEqual(seconds, [0, 1, 3, 7, 15])
  })

  it('gives up what is too old, and says so in the words of EventBridge', async (t) => {
    const rules = {
      attemptsMax: 186,
      ageSecondsMax: 60,
      deadLetterArn: DEAD,
      deadLetter: { facts: { RULE_ARN: 'rule', TARGET_ARN: 'target' } },
    }
    const { seconds, letters, lost } = await attemptsOf(t, rules, { seconds: 200 })
    assert.deepEqual(seconds, [0, 1, 3, 7, 15, 31, 63])
    assert.deepEqual(lost, [])
    assert.deepEqual(
      letters.map(({ body, attributes = {} }) => ({
        body,
        ...Object.fromEntries(
          Object.entries(attributes).map(([name, { StringValue }]) => [name, StringValue]),
        ),
      })),
      [
        {
          body: 'x',
          RULE_ARN: 'rule',
          TARGET_ARN: 'target',
          ERROR_CODE: 'ERROR_FROM_TARGET',
          ERROR_MESSAGE: 'nobody is there',
          RETRY_ATTEMPTS: '6',
          EXHAUSTED_RETRY_CONDITION: 'MaximumEventAgeInSeconds',
        },
      ],
    )
  })

  it('tries what would fail again once', async (t) => {
    const rules = { attemptsMax: 50, ageSecondsMax: 86_400, deadLetterArn: DEAD }
    const error = () => new Undeliverable('NO_RESOURCE', 'it is gone')
    const { seconds, letters } = await attemptsOf(t, rules, { seconds: 10, error })
    assert.deepEqual(seconds, [0])
    assert.deepEqual(letters, [{ target: DEAD, body: 'x' }])
  })

  it('delivers after it was opened again what it had accepted before', async (t) => {
    const never = open(t, () => Promise.reject(new Error('nobody is there')))
    const rules = { attemptsMax: 5, ageSecondsMax: 86_400 }
    await never.outbox.add([1, 2, 3].map((one) => ({ parcel: parcel(`${one}`), rules })))
    await never.idle()
    await never.close()
    const heard: string[] = []
    const again = open(t, async ({ body }) => void heard.push(body), never.path)
    await again.advance(2_000)
    assert.deepEqual(heard.toSorted(), ['1', '2', '3'])
    await again.advance(10_000)
    assert.equal(heard.length, 3)
  })

  it('waits with what is for later', async (t) => {
    const heard: string[] = []
    const { outbox, clock, advance, idle } = open(t, async ({ body }) => void heard.push(body))
    const rules = { attemptsMax: 1, ageSecondsMax: 60 }
    await outbox.add([
      { parcel: parcel('now'), rules },
      { parcel: parcel('later'), rules, atMs: clock.nowMs() + 5_000 },
    ])
    await idle()
    assert.deepEqual(heard, ['now'])
    await advance(4_999)
    assert.deepEqual(heard, ['now'])
    await advance(1)
    assert.deepEqual(heard, ['now', 'later'])
  })

  it('takes no more than it has room for', async (t) => {
    const held = Promise.withResolvers<void>()
    const { outbox, close } = open(t, () => held.promise)
    const rules = { attemptsMax: 1, ageSecondsMax: 60 }
    const many = Array.from({ length: 20_000 }, () => ({ parcel: parcel('x'), rules }))
    await assert.rejects(
      async () => {
        for (let round = 0; round < 6; round++) await outbox.add(many)
      },
      { code: 'ThrottledException' },
    )
    const closing = close()
    held.resolve()
    await closing
  })
})

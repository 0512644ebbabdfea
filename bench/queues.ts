// How many messages a second go through a queue: sent, received and deleted, one by one, through the engine (what a
// call of the wire adds is in management.ts). `node --conditions=source bench/queues.ts`
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openMessageFile } from '#services/delivery/message-file.ts'
import { createQueueEngine } from '#services/sqs/engine.ts'
import { queues } from '#services/sqs/queue.ts'
import { QUEUE_SCHEMA } from '#services/sqs/queue-messages.ts'
import { systemClock as clock } from '#shared/clock.ts'
import { present } from '#shared/assert.ts'
import { systemRandom as random } from '#shared/random.ts'
import { createMemoryStore } from '#store/memory.ts'

const ROUNDS = 3
const MESSAGES = 3_000
const CALLERS = 16

const folder = mkdtempSync(join(tmpdir(), 'daemun-queues-'))
const store = createMemoryStore()
const scope = { accountId: '123456789012', region: 'us-east-1' }
const record = { name: 'q', queueId: 'q', attributes: {}, tags: {}, createdMs: 0, modifiedMs: 0 }
await store.write((tx) => tx.put(queues, scope, 'q', record))
const file = openMessageFile(join(folder, 'messages.db'), QUEUE_SCHEMA)
const onError = (error: unknown): void => void process.stderr.write(`${error}\n`)
const engine = createQueueEngine({ file, store, clock, random, onError })
const queue = present(await engine.find(scope, 'q'), 'no queue')
const message = {
  body: 'x'.repeat(500),
  attributes: undefined,
  sender: 'bench',
  trace: undefined,
  groupId: undefined,
  dedupId: undefined,
}
const caller = async (): Promise<void> => {
  for (let at = 0; at < MESSAGES / CALLERS; at++) {
    await engine.send(queue, [message])
    const [one] = await engine.receive(queue, { max: 1, visibilitySeconds: 30, waitMs: 1_000 })
    const receipt = engine.readReceipt(queue, present(one, 'no message').receiptHandle)
    await engine.remove(queue, present(receipt, 'no receipt'))
  }
}
for (let round = 0; round < ROUNDS; round++) {
  const startMs = performance.now()
  await Promise.all(Array.from({ length: CALLERS }, caller))
  const perSecond = MESSAGES / ((performance.now() - startMs) / 1_000)
  process.stdout.write(`${Math.round(perSecond)} messages sent, received and deleted a second\n`)
}
engine.close()
await file.close()
rmSync(folder, { recursive: true, force: true })

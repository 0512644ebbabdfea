import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { openMessageFile } from '#services/delivery/message-file.ts'
import { scheduleKey, type ScheduleRecord, schedules } from '#services/scheduler/records.ts'
import { RUN_SCHEMA, scheduledRuns } from '#services/scheduler/runs.ts'
import { systemRandom as random } from '#shared/random.ts'
import { createMemoryStore } from '#store/memory.ts'

const SCOPE = { accountId: '123456789012', region: 'us-east-1' }

it('a change that could not be taken in is asked for again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'daemun-runs-'))
  const file = openMessageFile(join(folder, 'runs.db'), RUN_SCHEMA)
  const store = createMemoryStore()
  const unexpected = () => assert.fail('nothing is posted here')
  const isFull = { next: false }
  const load = scheduledRuns({
    store,
    file: {
      ...file,
      run: (work) => (isFull.next ? Promise.reject(new Error('full')) : file.run(work)),
    },
    outbox: {
      add: unexpected,
      wake: unexpected,
      clear: unexpected,
      idle: unexpected,
      close: unexpected,
    },
    random,
    onError: unexpected,
  })
  const put = (name: string, generation: string) => {
    const record: ScheduleRecord = {
      scope: SCOPE,
      group: 'default',
      name,
      expression: 'rate(1 minute)',
      timezone: 'UTC',
      isEnabled: true,
      window: { Mode: 'OFF' },
      target: {
        Arn: 'arn:aws:sqs:us-east-1:123456789012:q',
        RoleArn: 'arn:aws:iam::123456789012:role/r',
      },
      isDeletedAfter: false,
      createdMs: 0,
      modifiedMs: 0,
      generation,
    }
    return store.write((tx) =>
      tx.put(schedules, GLOBAL_SCOPE, scheduleKey(SCOPE, 'default', name), record),
    )
  }
  const keys = async () => (await load()).map(({ key }) => key.replace(/^.*\//, ''))
  await put('a', '1')
  assert.deepEqual(await keys(), ['a 1'])
  await put('a', '2')
  await put('b', '1')
  isFull.next = true
  await assert.rejects(load(), /full/)
  isFull.next = false
  assert.deepEqual(await keys(), ['a 2', 'b 1'])
  await file.close()
  rmSync(folder, { recursive: true })
})

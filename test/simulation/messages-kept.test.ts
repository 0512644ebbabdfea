// A node that is killed loses no message that it has accepted, and none that was received and not deleted.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import * as sqs from '@aws-sdk/client-sqs'
import { startGateway } from '../support/gateway.ts'
import { sdkOptions } from '../support/services.ts'

it('every message that was accepted is there after kill -9, and none that was deleted', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'daemun-kept-'))
  try {
    const first = await startGateway({ shape: 'start', dataDir })
    const client = new sqs.SQSClient(sdkOptions(first))
    const Attributes = { VisibilityTimeout: '0' }
    const made = await client.send(new sqs.CreateQueueCommand({ QueueName: 'kept', Attributes }))
    const accepted = new Set<string>()
    const send = async (body: string) => {
      const command = new sqs.SendMessageCommand({ QueueUrl: made.QueueUrl, MessageBody: body })
      const { MessageId = '' } = await client.send(command)
      accepted.add(MessageId)
    }
    await send('gone')
    const [gone] = await receive(client, made.QueueUrl)
    const { ReceiptHandle, MessageId = '' } = gone ?? {}
    await client.send(new sqs.DeleteMessageCommand({ QueueUrl: made.QueueUrl, ReceiptHandle }))
    accepted.delete(MessageId)
    // Killed while some are on their way: those may be there or not, the accepted ones are.
    const sending = Array.from({ length: 200 }, (_, at) => send(`${at}`).catch(() => undefined))
    await Promise.all(sending.slice(0, 50))
    await first.kill('SIGKILL')
    await Promise.all(sending)
    client.destroy()

    const second = await startGateway({ shape: 'start', dataDir })
    const again = new sqs.SQSClient(sdkOptions(second))
    const { QueueUrl } = await again.send(new sqs.GetQueueUrlCommand({ QueueName: 'kept' }))
    const found = new Set<string>()
    for (;;) {
      const messages = await receive(again, QueueUrl)
      if (messages.length === 0) break
      for (const { MessageId: id = '', ReceiptHandle: handle } of messages) {
        found.add(id)
        await again.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle: handle }))
      }
    }
    assert.deepEqual(
      [...accepted].filter((id) => !found.has(id)),
      [],
    )
    assert.ok(accepted.size >= 50 && !found.has(MessageId))
    again.destroy()
    await second.stop()
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})

const receive = async (client: sqs.SQSClient, QueueUrl: string | undefined) =>
  (await client.send(new sqs.ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 })))
    .Messages ?? []

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { eventFrame } from '#wire/event-stream.ts'
import { credentials, serve } from './served.ts'

async function* chunks(): AsyncGenerator<Uint8Array> {
  yield eventFrame('PayloadChunk', new TextEncoder().encode('one '))
  yield eventFrame('PayloadChunk', new Uint8Array())
  yield eventFrame('PayloadChunk', new TextEncoder().encode('two ü'))
  yield eventFrame('InvokeComplete', new TextEncoder().encode('{}'), 'application/json')
}

describe('a stream of events', () => {
  it('is read event by event by a real client', async () => {
    const served = await serve('lambda', {
      InvokeWithResponseStream: () => ({
        ResponseStreamContentType: 'application/vnd.amazon.eventstream',
        EventStream: chunks(),
      }),
    })
    const { endpoint } = served
    const client = new LambdaClient({ region: 'us-east-1', credentials, endpoint, maxAttempts: 1 })
    const answer = await client.send(new InvokeWithResponseStreamCommand({ FunctionName: 'f' }))
    const pieces: Buffer[] = []
    let isComplete = false
    for await (const event of answer.EventStream ?? []) {
      if (event.PayloadChunk) pieces.push(Buffer.from(event.PayloadChunk.Payload ?? []))
      if (event.InvokeComplete) isComplete = true
    }
    assert.equal(Buffer.concat(pieces).toString(), 'one two ü')
    assert.equal(isComplete, true)
    client.destroy()
    await served.close()
  })
})

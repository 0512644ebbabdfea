import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ARN, ROLE, startOperations, zipOf } from './support.ts'

test('tags of an event source mapping are kept, changed, listed, and gone with it', async (t) => {
  const { operations, call } = startOperations(t)
  const Code = { ZipFile: zipOf({ 'index.js': '' }) }
  const FunctionName = 'Hello'
  const about = { Runtime: 'nodejs22.x', Handler: 'index.handler', Role: ROLE } as const
  await operations.CreateFunction({ FunctionName, ...about, Code }, call)
  const mapping = await operations.CreateEventSourceMapping(
    { FunctionName, EventSourceArn: 'arn:aws:sqs:us-east-1:1:q', Tags: { a: '1', b: '2' } },
    call,
  )
  const Resource = mapping.EventSourceMappingArn ?? ''
  assert.deepEqual(await operations.ListTags({ Resource }, call), { Tags: { a: '1', b: '2' } })
  await operations.TagResource({ Resource, Tags: { c: '3' } }, call)
  await operations.UntagResource({ Resource, TagKeys: ['a'] }, call)
  assert.deepEqual(await operations.ListTags({ Resource }, call), { Tags: { b: '2', c: '3' } })
  assert.deepEqual(await operations.ListTags({ Resource: ARN }, call), { Tags: {} })
  const elsewhere = Resource.replace('us-east-1', 'eu-west-1')
  await assert.rejects(operations.ListTags({ Resource: elsewhere }, call), { statusCode: 404 })
  const reserved = {
    FunctionName,
    EventSourceArn: 'arn:aws:sqs:us-east-1:1:r',
    Tags: { 'aws:a': '' },
  }
  await assert.rejects(operations.CreateEventSourceMapping(reserved, call), { statusCode: 400 })
  await operations.DeleteEventSourceMapping({ UUID: mapping.UUID ?? '' }, call)
  await assert.rejects(operations.ListTags({ Resource }, call), { statusCode: 404 })
})

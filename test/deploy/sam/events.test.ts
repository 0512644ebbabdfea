import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memberOf } from '#deploy/template/source.ts'
import { functionText, transformText } from './template.ts'

const withEvents = (events: string, more = '') =>
  transformText(
    `Resources:${functionText('Hello', `${more}      Events:\n${events}`)}
  Bucket: {Type: AWS::S3::Bucket}
  Queue: {Type: AWS::SQS::Queue}
`,
  )

test('a queue is read by a mapping, and the role may read it', () => {
  const { errors, properties } = withEvents(
    '        Work: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn, BatchSize: 5}}\n',
  )
  assert.deepEqual(errors, [])
  assert.deepEqual(properties('HelloWork'), {
    EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
    FunctionName: { Ref: 'Hello' },
    BatchSize: 5,
  })
  assert.match(JSON.stringify(properties('HelloRole')), /AWSLambdaSQSQueueExecutionRole/)
})

test('a bucket notifies its function only after it may call it', () => {
  const { attribute, properties } = withEvents(
    '        Put: {Type: S3, Properties: {Bucket: !Ref Bucket, Events: "s3:ObjectCreated:*"}}\n',
  )
  assert.deepEqual(attribute('Bucket', 'DependsOn'), ['HelloPutPermission'])
  assert.deepEqual(memberOf(properties('Bucket'), 'NotificationConfiguration'), {
    LambdaConfigurations: [
      { Event: 's3:ObjectCreated:*', Function: { 'Fn::GetAtt': ['Hello', 'Arn'] } },
    ],
  })
})

test('events call the alias where the function publishes one', () => {
  const { properties } = withEvents(
    '        Tick: {Type: Schedule, Properties: {Schedule: rate(1 minute)}}\n',
    '      AutoPublishAlias: live\n',
  )
  const targets = memberOf(properties('HelloTick'), 'Targets')
  assert.deepEqual(targets, [{ Arn: { Ref: 'HelloAliaslive' }, Id: 'HelloTickLambdaTarget' }])
})

test('an event of a kind that nobody knows is refused with the id of its function', () => {
  for (const kind of ['Api2', 'constructor', '__proto__']) {
    const { errors } = withEvents(`        Odd: {Type: ${kind}}\n`)
    assert.deepEqual(
      errors.map(({ logicalId, path }) => [logicalId, path.at(-1)]),
      [['Hello', 'Odd']],
    )
  }
})

test('a property that an event does not have is refused with the id of the event', () => {
  const { errors } = withEvents(
    '        Tick: {Type: Schedule, Properties: {Schedule: rate(1 minute), Colour: blue}}\n',
  )
  assert.deepEqual(
    errors.map(({ logicalId }) => logicalId),
    ['HelloTick'],
  )
})

test('a dead letter queue is named or made, never both', () => {
  const event = (config: string) =>
    withEvents(
      `        Tick: {Type: Schedule, Properties: {Schedule: rate(1 minute), DeadLetterConfig: {${config}}}}\n`,
    )
  assert.equal(event('Type: SQS').type('HelloTickQueue'), 'AWS::SQS::Queue')
  assert.equal(event('Arn: some-arn').type('HelloTickQueue'), undefined)
  assert.equal(event('Arn: some-arn, Type: SQS').errors.length, 1)
  assert.equal(event('Type: SNS').errors.length, 1)
})

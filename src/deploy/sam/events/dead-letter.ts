// DeadLetterConfig of an event: a queue that is named, or one that is made.
import { isObject, type JsonValue } from '#shared/json.ts'
import { addOfEvent, failEvent, type SamEvent } from './event.ts'

/** The ARN of the queue; undefined where there is none, or where what is asked for makes no sense. */
export const deadLetterArn = (event: SamEvent, sourceArn?: JsonValue): JsonValue | undefined => {
  const config = event.properties['DeadLetterConfig']
  if (!isObject(config)) return undefined
  const {
    Arn: arn,
    Type: type,
    QueueLogicalId: name,
  } = event.properties['DeadLetterConfig'] as {
    readonly [key: string]: JsonValue // The map that was just found.
  }
  const problem = problemOf(arn, type, name)
  if (problem !== undefined) {
    failEvent(event, ['DeadLetterConfig'], problem)
    return undefined
  }
  if (arn !== undefined) return arn
  const queue = typeof name === 'string' ? name : `${event.id}Queue`
  addOfEvent(event, queue, 'AWS::SQS::Queue', {})
  const queueArn = { 'Fn::GetAtt': [queue, 'Arn'] }
  if (sourceArn !== undefined) {
    addOfEvent(event, `${event.id}QueuePolicy`, 'AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Action: 'sqs:SendMessage',
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Resource: queueArn,
            Condition: { ArnEquals: { 'aws:SourceArn': sourceArn } },
          },
        ],
      },
      Queues: [{ Ref: queue }],
    })
  }
  return queueArn
}

const problemOf = (
  arn: JsonValue | undefined,
  type: JsonValue | undefined,
  name: JsonValue | undefined,
): string | undefined => {
  if (arn !== undefined && type !== undefined) return 'give either `Arn` or `Type`'
  if (arn === undefined && type === undefined) return 'no `Arn` or `Type` property provided'
  if (type !== undefined && type !== 'SQS') return 'the only valid value for `Type` is SQS'
  if (name !== undefined && typeof name !== 'string') return '`QueueLogicalId` must be a string'
  return undefined
}

// SNS: a subscription that calls the function, or that fills a queue the function reads.
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../../template/source.ts'
import { pick } from '../draft.ts'
import { addInvokePermission, addOfEvent, type SamEvent } from './event.ts'

const SUBSCRIPTION = ['FilterPolicy', 'FilterPolicyScope', 'Region', 'RedrivePolicy']

const SQS_MANAGED = 'arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole'

export const addSns = (event: SamEvent): void => {
  const { properties } = event
  const topic = properties['Topic'] ?? null
  const sqs = properties['SqsSubscription']
  if (sqs === undefined || sqs === false) {
    addSubscription(event, 'lambda', event.arn, topic)
    addInvokePermission(event, 'sns.amazonaws.com', { SourceArn: topic })
    return
  }
  const own = objectOf(sqs)
  const queueId = `${event.id}Queue`
  const isMade = own === undefined
  if (isMade)
    addOfEvent(event, queueId, 'AWS::SQS::Queue', isFifo(event, topic) ? { FifoQueue: true } : {})
  const arn = own?.['QueueArn'] ?? { 'Fn::GetAtt': [queueId, 'Arn'] }
  const url = own?.['QueueUrl'] ?? { Ref: queueId }
  const policyId = own?.['QueuePolicyLogicalId']
  addSubscription(event, 'sqs', arn, topic)
  addOfEvent(
    event,
    typeof policyId === 'string' ? policyId : `${event.id}QueuePolicy`,
    'AWS::SQS::QueuePolicy',
    queuePolicy(arn, url, topic),
  )
  addOfEvent(event, `${event.id}EventSourceMapping`, 'AWS::Lambda::EventSourceMapping', {
    BatchSize: own?.['BatchSize'] ?? 10,
    Enabled: own?.['Enabled'] ?? true,
    EventSourceArn: arn,
    FunctionName: event.name,
  })
  event.grants.managed.push(SQS_MANAGED)
}

const addSubscription = (
  event: SamEvent,
  protocol: string,
  endpoint: JsonValue,
  topic: JsonValue,
): void => {
  addOfEvent(event, event.id, 'AWS::SNS::Subscription', {
    Endpoint: endpoint,
    Protocol: protocol,
    TopicArn: topic,
    ...pick(event.properties, SUBSCRIPTION),
  })
}

const queuePolicy = (arn: JsonValue, url: JsonValue, topic: JsonValue): JsonObject => ({
  PolicyDocument: {
    Version: '2012-10-17',
    Statement: [
      {
        Action: 'sqs:SendMessage',
        Condition: { ArnEquals: { 'aws:SourceArn': topic } },
        Effect: 'Allow',
        Principal: '*',
        Resource: arn,
      },
    ],
  },
  Queues: [url],
})

/** A FIFO topic of the same template needs a FIFO queue. */
const isFifo = ({ context }: SamEvent, topic: JsonValue): boolean => {
  const name = memberOf(topic, 'Ref')
  const resource = typeof name === 'string' ? context.made[name] : undefined
  return memberOf(memberOf(resource, 'Properties'), 'FifoTopic') === true
}

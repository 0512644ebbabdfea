// What resources' policies say to services and to whoever signs, with a store that holds them.
// source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html
import assert from 'node:assert/strict'
import { it } from 'node:test'
import {
  createResourcePolicies,
  policyOf,
  problemOfPolicy,
  type ServiceCaller,
} from '#services/delivery/resource-policy.ts'
import { queues } from '#services/sqs/queue.ts'
import { topics } from '#services/sns/records.ts'
import { createMemoryStore } from '#store/memory.ts'

const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:jobs'
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:news'
const SNS: ServiceCaller = {
  service: 'sns.amazonaws.com',
  sourceArn: TOPIC,
  sourceAccount: '123456789012',
}
const SEND = { action: 'sqs:SendMessage', resource: QUEUE, nowMs: 1_800_000_000_000 }

const policy = (statement: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'SQS:SendMessage', Resource: QUEUE, ...statement }],
  })

const sns = { Service: 'sns.amazonaws.com' }
const from = (arn: string) => ({ ArnEquals: { 'aws:SourceArn': arn } })

const CASES: readonly (readonly [why: string, text: string | undefined, isLetIn: boolean])[] = [
  ['no policy lets no service in', undefined, false],
  ['the service is named', policy({ Principal: sns }), true],
  ['another service is named', policy({ Principal: { Service: 'events.amazonaws.com' } }), false],
  ['everybody is meant', policy({ Principal: '*' }), true],
  ['its topic is named', policy({ Principal: sns, Condition: from(TOPIC) }), true],
  ['another topic is named', policy({ Principal: sns, Condition: from(`${TOPIC}2`) }), false],
  [
    'its account is named',
    policy({
      Principal: sns,
      Condition: { StringEquals: { 'AWS:SourceAccount': '123456789012' } },
    }),
    true,
  ],
  [
    'another account is named',
    policy({
      Principal: sns,
      Condition: { StringEquals: { 'aws:SourceAccount': '2'.repeat(12) } },
    }),
    false,
  ],
  ['another action is named', policy({ Principal: sns, Action: 'sqs:ReceiveMessage' }), false],
  ['another queue is named', policy({ Principal: sns, Resource: `${QUEUE}2` }), false],
  [
    'a deny of insecure calls does not meet services',
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: sns, Action: 'sqs:*', Resource: '*' },
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 'sqs:*',
          Resource: '*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    }),
    true,
  ],
  ['what is no policy lets nobody in', '{"Statement":"x"}', false],
]

for (const [why, text, isLetIn] of CASES) {
  it(`a service ${isLetIn ? 'may send' : 'may not send'}: ${why}`, () => {
    const refusal = createResourcePolicies().refuse(text, SEND, SNS)
    assert.equal(refusal === undefined, isLetIn, refusal ?? 'let in')
    if (refusal !== undefined) {
      assert.match(refusal, /^sns\.amazonaws\.com may not call sqs:SendMessage on arn:aws:sqs:/)
    }
  })
}

it('the policy is that of what the ARN names, and of what is not here nothing is said', async () => {
  const store = createMemoryStore()
  const scope = { region: 'us-east-1', accountId: '123456789012' }
  const Policy = policy({ Principal: '*' })
  await store.write(async (tx) => {
    const times = { tags: {}, createdMs: 0, modifiedMs: 0 }
    await tx.put(queues, scope, 'jobs', {
      name: 'jobs',
      queueId: '1',
      attributes: { Policy },
      ...times,
    })
    await tx.put(topics, scope, 'news', { name: 'news', attributes: {}, tags: {} })
  })
  const ask = (arn: string) => store.read((view) => policyOf(view, arn))
  assert.deepEqual(await ask(QUEUE), { isHere: true, owner: scope.accountId, policy: Policy })
  assert.deepEqual(await ask(TOPIC), { isHere: true, owner: scope.accountId })
  const bus = 'arn:aws:events:us-east-1:123456789012:event-bus/default'
  assert.deepEqual(await ask(bus), { isHere: true, owner: scope.accountId })
  for (const arn of [`${QUEUE}2`, 'arn:aws:states:us-east-1:1:x', '*', '', 'arn:aws:s3:::none/x']) {
    assert.deepEqual(await ask(arn), { isHere: false }, arn)
  }
})

it('what is wrong with a policy is said when it is set', () => {
  assert.equal(problemOfPolicy(policy({ Principal: '*' })), undefined)
  assert.match(problemOfPolicy('{') ?? '', /JSON/)
  assert.match(problemOfPolicy(policy({})) ?? '', /Principal/)
})

// Both sides of a signed request: the caller's policies, and the policy of what is asked for.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCallerPolicies, principalOf } from '#languages/iam-policy/caller-policies.ts'
import { compilePolicy } from '#languages/iam-policy/compile-policy.ts'
import { evaluatePolicies } from '#languages/iam-policy/evaluate.ts'
import { type AccessRequest, contextOf } from '#languages/iam-policy/policy.ts'
import {
  ACCOUNT,
  OTHER_ACCOUNT,
  policy,
  testIdentity,
  type TestSigner,
} from '../../support/signers.ts'

const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:jobs`
const SEND = policy({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: QUEUE })
const NO_SEND = policy({ Effect: 'Deny', Action: 'sqs:SendMessage', Resource: '*' })
const RECEIVE = policy({ Effect: 'Allow', Action: 'sqs:ReceiveMessage', Resource: '*' })
const gives = (principal: string, effect = 'Allow') =>
  policy({ Effect: effect, Principal: { AWS: principal }, Action: 'sqs:*', Resource: QUEUE })
const ANN = `arn:aws:iam::${ACCOUNT}:user/ann`
const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/worker/session`

const decide = (signer: TestSigner, resourcePolicy?: string) => {
  const identity = testIdentity(signer)
  const compiled =
    resourcePolicy === undefined
      ? undefined
      : compilePolicy(resourcePolicy, { kind: 'resource', name: 'queue policy' })
  const access: AccessRequest = {
    action: 'sqs:SendMessage',
    resource: QUEUE,
    principal: principalOf(identity),
    context: contextOf({}),
  }
  const { evaluation, deniedBy } = createCallerPolicies().evaluateWith(identity, access, {
    accountId: ACCOUNT,
    evaluate: (one) => compiled && evaluatePolicies([compiled], one),
  })
  return deniedBy === undefined ? evaluation.decision : `${evaluation.decision}: ${deniedBy}`
}

describe('a caller and a resource with a policy', () => {
  const worker = { name: 'worker', type: 'role' } as const
  const rows: readonly (readonly [string, TestSigner, string | undefined, string])[] = [
    ['the caller alone allows', { name: 'ann', policies: [SEND] }, undefined, 'allow'],
    ['nobody says anything', { name: 'ann' }, undefined, 'implicit-deny: identity-based'],
    ['the resource alone allows, in one account', { name: 'ann' }, gives(ANN), 'allow'],
    [
      'the resource leaves it to the account',
      { name: 'ann' },
      gives(`arn:aws:iam::${ACCOUNT}:root`),
      'implicit-deny: identity-based',
    ],
    [
      'the resource denies what the caller may',
      { name: 'ann', policies: [SEND] },
      gives(ANN, 'Deny'),
      'deny: resource-based',
    ],
    [
      'the caller is denied what the resource gives',
      { name: 'ann', policies: [NO_SEND] },
      gives(ANN),
      'deny: identity-based',
    ],
    [
      'the boundary of a user does not limit what the resource gives them',
      { name: 'ann', permissionsBoundary: RECEIVE },
      gives(ANN),
      'allow',
    ],
    [
      'the boundary of a role limits what the resource gives it',
      { ...worker, permissionsBoundary: RECEIVE },
      gives(ROLE),
      'implicit-deny: permissions-boundary',
    ],
    [
      'the session policy limits what the resource gives the role',
      { ...worker, identity: { sessionPolicies: [RECEIVE] } },
      gives(ROLE),
      'implicit-deny: session',
    ],
    [
      'what the resource gives to the session itself is not limited',
      { ...worker, permissionsBoundary: RECEIVE },
      gives(SESSION),
      'allow',
    ],
    [
      'one of two session policies allows what the role may',
      { ...worker, policies: [SEND], identity: { sessionPolicies: [RECEIVE, SEND] } },
      undefined,
      'allow',
    ],
    [
      'one of two session policies denies it',
      { ...worker, policies: [SEND], identity: { sessionPolicies: [SEND, NO_SEND] } },
      undefined,
      'deny: session',
    ],
    [
      'the boundary denies, whoever gives',
      { ...worker, permissionsBoundary: NO_SEND },
      gives(SESSION),
      'deny: permissions-boundary',
    ],
    [
      'another account’s caller is allowed by both',
      { name: 'bob', accountId: OTHER_ACCOUNT, policies: [SEND] },
      gives(`arn:aws:iam::${OTHER_ACCOUNT}:root`),
      'allow',
    ],
    [
      'another account’s caller is allowed by their own side alone',
      { name: 'bob', accountId: OTHER_ACCOUNT, policies: [SEND] },
      undefined,
      'implicit-deny: resource-based',
    ],
    [
      'another account’s caller is allowed by the resource alone',
      { name: 'bob', accountId: OTHER_ACCOUNT },
      gives(`arn:aws:iam::${OTHER_ACCOUNT}:user/bob`),
      'implicit-deny: identity-based',
    ],
  ]
  for (const [what, signer, resourcePolicy, decision] of rows) {
    it(`${what}: ${decision}`, () => {
      assert.equal(decide(signer, resourcePolicy), decision)
    })
  }
})

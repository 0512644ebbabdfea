// What the caller's own side says: policies of users and roles, boundaries, sessions.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { accessRequest } from '#data-plane/admit/access-request.ts'
import { acceptRequest } from '#data-plane/accept/request.ts'
import { EMPTY_DIRECTORY } from '../../support/directory.ts'
import { sentRequest, testServices } from '../../support/http-api.ts'
import {
  ALLOW_ALL,
  DENY_ALL,
  policy,
  testIdentity,
  type TestSigner,
  testSigners,
} from '../../support/signers.ts'

const ARN = 'arn:aws:execute-api:us-east-1:123456789012:abc123/prod/GET/pets'
const ALLOW_OTHER = policy({ Effect: 'Allow', Action: 'execute-api:*', Resource: `${ARN}/other` })

const request = acceptRequest(
  sentRequest(),
  {
    apiId: 'abc123',
    stageName: 'prod',
    path: '/pets',
    fullPath: '/prod/pets',
    domainName: '',
    domainPrefix: '',
  },
  testServices().services,
  'REST',
  EMPTY_DIRECTORY,
)

const decisionOf = (given: TestSigner) => {
  const signers = testSigners()
  const signer = testIdentity(given)
  return signers.evaluate(signer, accessRequest('execute-api:Invoke', ARN, request, signer))
    .evaluation.decision
}

describe('the policies of a signer', () => {
  const rows: readonly (readonly [string, TestSigner, string])[] = [
    ['of a user that has none', { name: 'ann' }, 'implicit-deny'],
    ['that allow', { name: 'ann', policies: [ALLOW_OTHER, ALLOW_ALL] }, 'allow'],
    ['of which one denies', { name: 'ann', policies: [ALLOW_ALL, DENY_ALL] }, 'deny'],
    ['of a root, which needs none', { name: 'root', type: 'root' }, 'allow'],
    [
      'within a boundary that allows',
      { name: 'ann', policies: [ALLOW_ALL], permissionsBoundary: ALLOW_ALL },
      'allow',
    ],
    [
      'within a boundary that is silent',
      { name: 'ann', policies: [ALLOW_ALL], permissionsBoundary: ALLOW_OTHER },
      'implicit-deny',
    ],
    [
      'where only the boundary allows',
      { name: 'ann', permissionsBoundary: ALLOW_ALL },
      'implicit-deny',
    ],
    [
      'narrowed by a session policy that is silent',
      {
        name: 'r',
        type: 'role',
        policies: [ALLOW_ALL],
        identity: { sessionPolicies: [ALLOW_OTHER] },
      },
      'implicit-deny',
    ],
    [
      'narrowed by session policies that allow',
      {
        name: 'r',
        type: 'role',
        policies: [ALLOW_ALL],
        identity: { sessionPolicies: [ALLOW_ALL, ALLOW_ALL] },
      },
      'allow',
    ],
    [
      'where only the session policy allows',
      { name: 'r', type: 'role', identity: { sessionPolicies: [ALLOW_ALL] } },
      'implicit-deny',
    ],
    [
      'of a principal that was deleted',
      { name: 'ann', policies: [ALLOW_ALL], identity: { principal: undefined } },
      'implicit-deny',
    ],
    ['of which one cannot be read', { name: 'ann', policies: [ALLOW_ALL, '{'] }, 'deny'],
    [
      'within a boundary that cannot be read',
      { name: 'ann', policies: [ALLOW_ALL], permissionsBoundary: '[]' },
      'deny',
    ],
  ]
  for (const [what, signer, decision] of rows) {
    it(`${what}: ${decision}`, () => {
      assert.equal(decisionOf(signer), decision)
    })
  }

  it('are compiled once an entry, and session policies are kept in bounds', () => {
    const signers = testSigners()
    const counted = testIdentity({ name: 'ann' })
    let reads = 0
    const { principal } = counted
    assert.ok(principal)
    const entry = Object.defineProperty({ ...principal }, 'policies', {
      get: () => {
        reads += 1
        return [ALLOW_ALL]
      },
    })
    for (let round = 0; round < 600; round += 1) {
      const text = policy({ Sid: `S${round}`, Effect: 'Allow', Action: '*', Resource: '*' })
      const signer = { ...counted, principal: entry, sessionPolicies: [text] }
      const access = accessRequest('execute-api:Invoke', ARN, request, signer)
      assert.equal(signers.evaluate(signer, access).evaluation.decision, 'allow')
    }
    assert.equal(reads, 1)
  })
})

// What a resource policy can ask of a request, and how its resources are written.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-aws-condition-keys.html
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Sent, testServices, textOf } from '../../support/http-api.ts'
import { askRest, restMethod, type TestRestApi } from '../../support/rest-api.ts'
import {
  ALLOW_ALL,
  OTHER_ACCOUNT,
  policy,
  signedBy,
  testSigners,
  type TestSigner,
} from '../../support/signers.ts'

const INVOKE = { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke' }
const NOTHING = policy({ Effect: 'Allow', Action: 'sts:*', Resource: '*' })
const METHODS = ['GET /', 'GET /pets', 'GET /pets/{id}', 'POST /pets']

const api = (statements: readonly object[], authorizationType = 'NONE'): TestRestApi => ({
  methods: Object.fromEntries(METHODS.map((key) => [key, restMethod({ authorizationType })])),
  api: { policy: policy(...statements) },
})

const statusOf = async (
  statements: readonly object[],
  sent: Sent = { target: '/prod/pets' },
): Promise<number> => {
  const heard = testServices()
  const response = await askRest(api(statements), heard, sent)
  assert.deepEqual(heard.bugs, [])
  return response.statusCode
}

describe('a condition on', () => {
  // The request of the tests comes from 192.0.2.7 by HTTPS, at 19:03:58 on 12 March 2020.
  const rows: readonly (readonly [string, object, number])[] = [
    ['aws:SourceIp', { IpAddress: { 'aws:SourceIp': ['198.51.100.0/24', '192.0.2.0/24'] } }, 200],
    ['aws:SourceIp', { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }, 403],
    ['aws:SourceIp', { IpAddress: { 'aws:SourceIp': '2001:db8::/32' } }, 403],
    ['aws:VpcSourceIp', { IpAddress: { 'aws:VpcSourceIp': '192.0.2.0/24' } }, 403],
    ['aws:SourceVpce', { StringEquals: { 'aws:SourceVpce': 'vpce-0123456789abcdef0' } }, 403],
    ['aws:SecureTransport', { Bool: { 'aws:SecureTransport': 'true' } }, 200],
    ['aws:SecureTransport', { Bool: { 'aws:SecureTransport': false } }, 403],
    ['aws:UserAgent', { StringLike: { 'aws:UserAgent': 'curl/*' } }, 200],
    ['aws:UserAgent', { StringEquals: { 'aws:UserAgent': 'other' } }, 403],
    ['aws:Referer', { StringEquals: { 'aws:Referer': 'https://a.example/' } }, 200],
    ['aws:CurrentTime', { DateGreaterThan: { 'aws:CurrentTime': '2020-03-12T19:00:00Z' } }, 200],
    ['aws:CurrentTime', { DateLessThan: { 'aws:CurrentTime': '2020-03-12T19:00:00Z' } }, 403],
    ['aws:EpochTime', { NumericGreaterThan: { 'aws:EpochTime': 1_584_000_000 } }, 200],
    ['aws:EpochTime', { DateGreaterThan: { 'aws:EpochTime': '2020-03-12T19:10:00Z' } }, 403],
    ['aws:RequestedRegion', { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }, 200],
    ['aws:PrincipalType', { StringEquals: { 'aws:PrincipalType': 'Anonymous' } }, 200],
    ['aws:userid', { StringEquals: { 'aws:userid': 'anonymous' } }, 200],
    ['aws:username', { StringEquals: { 'aws:username': 'ann' } }, 403],
    ['aws:ViaAWSService', { Bool: { 'aws:ViaAWSService': 'false' } }, 200],
  ]
  const sent: Sent = {
    target: '/prod/pets',
    headers: ['User-Agent', 'curl/8.9', 'Referer', 'https://a.example/'],
  }
  for (const [key, condition, status] of rows) {
    it(`${key}: ${JSON.stringify(condition)} is ${status}`, async () => {
      const statement = { ...INVOKE, Resource: 'execute-api:/*', Condition: condition }
      assert.equal(await statusOf([statement], sent), status)
    })
  }
})

describe('of a signed request, a condition on', () => {
  const ANN: TestSigner = { name: 'ann', tags: { Team: 'gate' }, policies: [] }
  const READER: TestSigner = {
    name: 'reader',
    type: 'role',
    identity: {
      contextKeys: {
        'aws:TokenIssueTime': '2020-03-12T19:00:00Z',
        'aws:MultiFactorAuthPresent': 'true',
        'aws:PrincipalTag/Session': 'yes',
      },
    },
  }
  const rows: readonly (readonly [string, object, TestSigner, number])[] = [
    ['aws:username', { StringEquals: { 'aws:username': 'ann' } }, ANN, 200],
    ['aws:userid', { StringEquals: { 'aws:userid': 'AIDAANN' } }, ANN, 200],
    ['aws:PrincipalTag', { StringEquals: { 'aws:PrincipalTag/Team': 'gate' } }, ANN, 200],
    ['aws:PrincipalTag', { StringEquals: { 'aws:PrincipalTag/Team': 'other' } }, ANN, 403],
    ['aws:PrincipalType', { StringEquals: { 'aws:PrincipalType': 'User' } }, ANN, 200],
    [
      'aws:PrincipalAccount',
      { StringEquals: { 'aws:PrincipalAccount': '123456789012' } },
      ANN,
      200,
    ],
    ['aws:PrincipalArn', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/a*' } }, ANN, 200],
    [
      'aws:PrincipalArn of a session, which is the role',
      { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/reader' } },
      READER,
      200,
    ],
    ['aws:PrincipalType', { StringEquals: { 'aws:PrincipalType': 'AssumedRole' } }, READER, 200],
    ['a tag of the session', { StringEquals: { 'aws:PrincipalTag/session': 'yes' } }, READER, 200],
    [
      'aws:TokenIssueTime',
      { DateGreaterThan: { 'aws:TokenIssueTime': '2020-03-12T18:00:00Z' } },
      READER,
      200,
    ],
    ['aws:MultiFactorAuthPresent', { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }, READER, 200],
    ['aws:MultiFactorAuthPresent', { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }, ANN, 403],
  ]
  for (const [what, condition, signer, status] of rows) {
    it(`${what} is ${status} for ${signer.name}`, async () => {
      const heard = testServices({ signers: testSigners(signer) })
      const sent = signedBy(signer.name, { target: '/prod/pets' }, heard.clock.nowMs())
      const statement = { ...INVOKE, Resource: 'execute-api:/*', Condition: condition }
      const response = await askRest(api([statement], 'AWS_IAM'), heard, sent)
      assert.equal(response.statusCode, status, textOf(response.body))
    })
  }
})

describe('a principal of a resource policy', () => {
  const rows: readonly (readonly [string, object, Partial<TestSigner>, number])[] = [
    ['the user', { AWS: 'arn:aws:iam::123456789012:user/ann' }, {}, 200],
    ['another user', { AWS: 'arn:aws:iam::123456789012:user/bob' }, {}, 403],
    // AWS: naming the account leaves it to the account's own policies who of it may.
    ['the own account, and the user has no policy', { AWS: '123456789012' }, {}, 403],
    ['the own account, and the user may', { AWS: '123456789012' }, { policies: [ALLOW_ALL] }, 200],
    [
      'the other account, and its user may',
      { AWS: `arn:aws:iam::${OTHER_ACCOUNT}:root` },
      { accountId: OTHER_ACCOUNT, policies: [ALLOW_ALL] },
      200,
    ],
    [
      'the other account, and its user may not',
      { AWS: OTHER_ACCOUNT },
      { accountId: OTHER_ACCOUNT },
      403,
    ],
    [
      'a role, of a session of it',
      { AWS: 'arn:aws:iam::123456789012:role/ann' },
      { type: 'role' },
      200,
    ],
    [
      'a role, of a session that its own policy does not let',
      { AWS: 'arn:aws:iam::123456789012:role/ann' },
      { type: 'role', identity: { sessionPolicies: [NOTHING] } },
      403,
    ],
    [
      'a role within a boundary that does not let it',
      { AWS: 'arn:aws:iam::123456789012:role/ann' },
      { type: 'role', permissionsBoundary: NOTHING },
      403,
    ],
    [
      'a session by its name, whatever its own policy says',
      { AWS: 'arn:aws:sts::123456789012:assumed-role/ann/session' },
      { type: 'role', identity: { sessionPolicies: [NOTHING] } },
      200,
    ],
    [
      'the user, past a boundary',
      { AWS: 'arn:aws:iam::123456789012:user/ann' },
      { permissionsBoundary: NOTHING },
      200,
    ],
    [
      'a session by its name',
      { AWS: 'arn:aws:sts::123456789012:assumed-role/ann/session' },
      { type: 'role' },
      200,
    ],
  ]
  for (const [what, Principal, more, status] of rows) {
    it(`that is ${what}: ${status}`, async () => {
      const heard = testServices({ signers: testSigners({ name: 'ann', ...more }) })
      const sent = signedBy('ann', { target: '/prod/pets' }, heard.clock.nowMs())
      const statement = { ...INVOKE, Principal, Resource: 'execute-api:/*' }
      const response = await askRest(api([statement], 'AWS_IAM'), heard, sent)
      assert.equal(response.statusCode, status, textOf(response.body))
    })
  }
})

describe('a resource of a resource policy', () => {
  const FULL = 'arn:aws:execute-api:us-east-1:123456789012:abc123'
  const rows: readonly (readonly [string, Sent, number])[] = [
    ['execute-api:/*', {}, 200],
    ['execute-api:/prod/GET/pets', {}, 200],
    ['execute-api:/prod/*/pets', { method: 'POST' }, 200],
    ['execute-api:/test/*', {}, 403],
    ['execute-api:/prod/POST/pets', {}, 403],
    ['execute-api:/prod/GET/pets/*', { target: '/prod/pets/7' }, 200],
    ['execute-api:/prod/GET/', { target: '/prod' }, 200],
    [`${FULL}/prod/GET/pets`, {}, 200],
    ['arn:aws:execute-api:us-east-1:123456789012:other/*', {}, 403],
    ['*', {}, 200],
  ]
  for (const [resource, sent, status] of rows) {
    it(`${resource} is ${status} for ${sent.method ?? 'GET'} ${sent.target ?? '/prod/pets'}`, async () => {
      const statement = { ...INVOKE, Resource: resource }
      assert.equal(await statusOf([statement], { target: '/prod/pets', ...sent }), status)
    })
  }

  it('is the path that was routed: no spelling of a path escapes a deny on it', async () => {
    const statements = [
      { ...INVOKE, Resource: 'execute-api:/*' },
      { ...INVOKE, Effect: 'Deny', Resource: 'execute-api:/prod/GET/pets' },
    ]
    for (const target of ['/prod/pets', '/prod/pets/', '/prod//pets', '/prod///pets/']) {
      assert.equal(await statusOf(statements, { target }), 403, target)
    }
    assert.equal(await statusOf(statements, { target: '/prod/pets/7' }), 200)
  })

  it('names the verb that was routed, where a header overrides it', async () => {
    const statements = [
      { ...INVOKE, Resource: 'execute-api:/*' },
      { ...INVOKE, Effect: 'Deny', Resource: 'execute-api:/prod/POST/*' },
    ]
    const headers = ['X-HTTP-Method-Override', 'POST']
    assert.equal(await statusOf(statements, { target: '/prod/pets', headers }), 403)
  })
})

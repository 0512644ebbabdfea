// Every cell of the flow charts of authorization: no authorizer, AWS_IAM, Lambda and Cognito, around the resource policy,
// through the whole pipeline.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { API_ARN, restAuthorizer } from '../../support/authorizers.ts'
import { answered, headersOf, testServices, textOf } from '../../support/http-api.ts'
import { askRest, restMethod, type TestRestApi } from '../../support/rest-api.ts'
import {
  ALLOW_ALL,
  DENY_ALL,
  OTHER_ACCOUNT,
  policy,
  signedBy,
  testSigners,
} from '../../support/signers.ts'
import { keyServer, NOW, rsaKey, signToken } from '../../support/tokens.ts'

type Says = 'allow' | 'deny' | 'silent' | 'absent'

const RESOURCE_POLICIES: Readonly<Record<Exclude<Says, 'absent'>, string>> = {
  allow: policy({
    Effect: 'Allow',
    Principal: '*',
    Action: 'execute-api:Invoke',
    Resource: 'execute-api:/*',
  }),
  deny: policy({
    Sid: 'NoBody',
    Effect: 'Deny',
    Principal: '*',
    Action: 'execute-api:Invoke',
    Resource: 'execute-api:/*',
  }),
  silent: policy({
    Effect: 'Allow',
    Principal: '*',
    Action: 'execute-api:Invoke',
    Resource: 'execute-api:/prod/GET/other',
  }),
}

const api = (resource: Says, authorizationType = 'NONE'): TestRestApi => ({
  methods: { 'GET /pets': restMethod({ authorizationType }) },
  api: resource === 'absent' ? {} : { policy: RESOURCE_POLICIES[resource] },
})

const DENIED =
  'is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********9012:abc123/prod/GET/pets'

const answer = async (asked: TestRestApi, heard: ReturnType<typeof testServices>, sent = {}) => {
  const response = await askRest(asked, heard, sent)
  assert.deepEqual(heard.bugs, [])
  return {
    status: response.statusCode,
    body: textOf(response.body),
    errorType: headersOf(response.headers)['x-amzn-errortype']?.[0],
    hint: heard.records[0]?.error?.hint ?? '',
    record: heard.records[0],
  }
}

describe('no authorizer: the resource policy decides alone [behaviour.md 8.4]', () => {
  const cells: readonly (readonly [Says, number, string])[] = [
    ['absent', 200, ''],
    ['allow', 200, ''],
    ['silent', 403, `{"Message":"User: anonymous ${DENIED}"}`],
    ['deny', 403, `{"Message":"User: anonymous ${DENIED} with an explicit deny"}`],
  ]
  for (const [resource, status, body] of cells) {
    it(`policy ${resource}: ${status}`, async () => {
      const given = await answer(api(resource), testServices())
      assert.equal(given.status, status)
      if (status === 200) return
      assert.equal(given.body, body)
      assert.equal(given.errorType, 'AccessDeniedException')
      assert.match(given.hint, /resource policy/)
    })
  }
})

describe('AWS_IAM × resource policy [behaviour.md 8.4]', () => {
  const IDENTITY: Readonly<Record<'allow' | 'deny' | 'silent', readonly string[]>> = {
    allow: [ALLOW_ALL],
    deny: [ALLOW_ALL, DENY_ALL],
    silent: [],
  }
  type Cell = readonly [resource: Says, identity: 'allow' | 'deny' | 'silent', status: number]
  const tables: readonly (readonly ['same' | 'cross', readonly Cell[]])[] = [
    [
      'same',
      [
        ['absent', 'allow', 200],
        ['absent', 'silent', 403],
        ['absent', 'deny', 403],
        ['allow', 'allow', 200],
        ['allow', 'silent', 200],
        ['allow', 'deny', 403],
        ['silent', 'allow', 200],
        ['silent', 'silent', 403],
        ['silent', 'deny', 403],
        ['deny', 'allow', 403],
        ['deny', 'silent', 403],
        ['deny', 'deny', 403],
      ],
    ],
    [
      'cross',
      [
        ['absent', 'allow', 403],
        ['absent', 'silent', 403],
        ['absent', 'deny', 403],
        ['allow', 'allow', 200],
        ['allow', 'silent', 403],
        ['allow', 'deny', 403],
        ['silent', 'allow', 403],
        ['silent', 'silent', 403],
        ['silent', 'deny', 403],
        ['deny', 'allow', 403],
        ['deny', 'silent', 403],
        ['deny', 'deny', 403],
      ],
    ],
  ]
  for (const [accounts, cells] of tables) {
    for (const [resource, identity, status] of cells) {
      it(`${accounts} account, resource ${resource}, identity ${identity}: ${status}`, async () => {
        const policies = IDENTITY[identity]
        const accountId = accounts === 'same' ? '123456789012' : OTHER_ACCOUNT
        const heard = testServices({ signers: testSigners({ name: 'ann', accountId, policies }) })
        const sent = signedBy('ann', { target: '/prod/pets' }, heard.services.clock.nowMs())
        const given = await answer(api(resource, 'AWS_IAM'), heard, sent)
        assert.equal(given.status, status, given.body)
        if (status === 200) return
        const explicit = resource === 'deny' || identity === 'deny' ? ' with an explicit deny' : ''
        const user = `arn:aws:iam::${accountId}:user/ann`
        assert.equal(given.body, `{"Message":"User: ${user} ${DENIED}${explicit}"}`)
        assert.equal(given.errorType, 'AccessDeniedException')
        assert.match(given.hint, accounts === 'cross' ? /different accounts/ : /one account/)
        assert.equal(heard.invoked.length, 0)
      })
    }
  }
})

describe('Lambda authorizer × resource policy [behaviour.md 3.1 #11 and #12, 8.4]', () => {
  const RETURNS: Readonly<Record<'allow' | 'deny' | 'silent', object>> = {
    allow: { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: `${API_ARN}/*` },
    deny: { Effect: 'Deny', Action: 'execute-api:Invoke', Resource: `${API_ARN}/*` },
    silent: { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: `${API_ARN}/prod/GET/x` },
  }
  const USER = 'User is not authorized to access this resource'
  type Cell = readonly [Says, 'allow' | 'deny' | 'silent', status: number, message?: string]
  const cells: readonly Cell[] = [
    ['absent', 'allow', 200],
    ['absent', 'silent', 403, USER],
    ['absent', 'deny', 403, `${USER} with an explicit deny`],
    ['allow', 'allow', 200],
    ['allow', 'silent', 200],
    ['allow', 'deny', 403, `${USER} with an explicit deny`],
    ['silent', 'allow', 200],
    ['silent', 'silent', 403, USER],
    ['silent', 'deny', 403, `${USER} with an explicit deny`],
    ['deny', 'allow', 403, `User: anonymous ${DENIED} with an explicit deny`],
    ['deny', 'silent', 403, `User: anonymous ${DENIED} with an explicit deny`],
    ['deny', 'deny', 403, `User: anonymous ${DENIED} with an explicit deny`],
  ]
  // AWS: the function's policy counts as of the API's account, wherever the function is. [guide, table A]
  for (const account of ['123456789012', OTHER_ACCOUNT]) {
    for (const [resource, returned, status, message] of cells) {
      it(`function of ${account}, resource ${resource}, function ${returned}: ${status}`, async () => {
        const authorizer = restAuthorizer()
        const authorizerUri = authorizer.authorizerUri?.replace('123456789012', account) ?? ''
        const invoked: string[] = []
        const services = testServices({
          invokeFunction: async ({ functionArn }) => {
            if (!functionArn.endsWith(':guard')) return answered({ statusCode: 200, body: 'ok' })
            invoked.push(functionArn)
            const policyDocument = { Version: '2012-10-17', Statement: [RETURNS[returned]] }
            return answered({ principalId: 'ann', policyDocument })
          },
        })
        const given = await answer(
          {
            ...api(resource),
            methods: {
              'GET /pets': restMethod({ authorizationType: 'CUSTOM', authorizerId: 'auth1' }),
            },
            document: { authorizers: [{ ...authorizer, authorizerUri }] },
          },
          services,
          { headers: ['Authorization', 'token'] },
        )
        assert.equal(given.status, status, given.body)
        if (message !== undefined) assert.equal(given.body, `{"Message":"${message}"}`)
        // An explicit deny of the resource policy ends it before the function runs.
        assert.equal(invoked.length, resource === 'deny' ? 0 : 1)
        if (invoked[0] !== undefined) assert.ok(invoked[0].includes(account))
      })
    }
  }
})

describe('Cognito × resource policy [behaviour.md 8.4]', () => {
  const KEY = rsaKey()
  const POOL = 'us-east-1_pets'
  const ISSUER = `https://cognito-idp.us-east-1.amazonaws.com/${POOL}`
  const claims = { iss: ISSUER, sub: 'ann', token_use: 'id', aud: 'c', exp: NOW + 300, iat: NOW }
  type Token = 'good' | 'ended' | 'none'
  const anonymous = `User: anonymous ${DENIED}`
  const cells: readonly (readonly [Says, Token, status: number, body?: string])[] = [
    ['absent', 'good', 200],
    ['absent', 'none', 401, '{"message":"Unauthorized"}'],
    ['absent', 'ended', 401, '{"message":"The incoming token has expired"}'],
    ['allow', 'good', 200],
    ['allow', 'none', 401, '{"message":"Unauthorized"}'],
    ['allow', 'ended', 401, '{"message":"The incoming token has expired"}'],
    ['silent', 'good', 403, `{"Message":"${anonymous}"}`],
    ['silent', 'none', 401, '{"message":"Unauthorized"}'],
    ['silent', 'ended', 401, '{"message":"The incoming token has expired"}'],
    ['deny', 'good', 403, `{"Message":"${anonymous} with an explicit deny"}`],
    ['deny', 'none', 401, '{"message":"Unauthorized"}'],
    ['deny', 'ended', 401, '{"message":"The incoming token has expired"}'],
  ]
  for (const account of ['123456789012', OTHER_ACCOUNT]) {
    for (const [resource, token, status, body] of cells) {
      it(`pool of ${account}, resource ${resource}, token ${token}: ${status}`, async () => {
        const server = keyServer({ [`/${POOL}/.well-known/jwks.json`]: { keys: [KEY.jwk] } })
        const heard = testServices({ upstream: server.upstream })
        const signed = signToken(KEY, token === 'ended' ? { ...claims, exp: NOW - 1 } : claims)
        const given = await answer(
          {
            ...api(resource),
            methods: {
              'GET /pets': restMethod({
                authorizationType: 'COGNITO_USER_POOLS',
                authorizerId: 'auth1',
              }),
            },
            document: {
              authorizers: [
                restAuthorizer({
                  type: 'COGNITO_USER_POOLS',
                  providerARNs: [`arn:aws:cognito-idp:us-east-1:${account}:userpool/${POOL}`],
                }),
              ],
            },
          },
          heard,
          { headers: token === 'none' ? [] : ['Authorization', signed] },
        )
        assert.equal(given.status, status, given.body)
        if (body !== undefined) assert.equal(given.body, body)
        if (status !== 200) assert.ok(given.hint !== '')
      })
    }
  }
})

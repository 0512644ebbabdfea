// The flow charts of authorization: no authorizer and AWS_IAM, around the resource policy, through the whole pipeline.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testServices, textOf, headersOf } from '../../support/http-api.ts'
import { askRest, restMethod, type TestRestApi } from '../../support/rest-api.ts'
import {
  ALLOW_ALL,
  DENY_ALL,
  OTHER_ACCOUNT,
  policy,
  signedBy,
  testSigners,
} from '../../support/signers.ts'

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

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { compilePolicy, type PolicyOptions } from '#languages/iam-policy/compile-policy.ts'
import { evaluatePolicies } from '#languages/iam-policy/evaluate.ts'
import {
  type AccessRequest,
  contextOf,
  describeEvaluation,
  MalformedPolicy,
  type Principal,
} from '#languages/iam-policy/policy.ts'

const API = 'arn:aws:execute-api:us-east-1:123456789012:abc123'
const ACCOUNT = '123456789012'
const ann: Principal = { kind: 'aws', accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:user/ann` }
const session: Principal = {
  kind: 'aws',
  accountId: ACCOUNT,
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/app/s1`,
  roleArn: `arn:aws:iam::${ACCOUNT}:role/path/app`,
  uniqueId: 'AROAEXAMPLEEXAMPLE12',
}
const rootUser: Principal = {
  kind: 'aws',
  accountId: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:root`,
}
const anonymous: Principal = { kind: 'anonymous' }
const service: Principal = { kind: 'service', service: 'apigateway.amazonaws.com' }

const invoke: AccessRequest = {
  action: 'execute-api:Invoke',
  resource: `${API}/prod/GET/pets/1`,
  context: contextOf({}),
}

const policyOf = (statement: unknown, options?: PolicyOptions) =>
  compilePolicy({ Version: '2012-10-17', Statement: statement }, options)

const decide = (
  statement: unknown,
  request: Partial<AccessRequest> = {},
  options?: PolicyOptions,
) => evaluatePolicies([policyOf(statement, options)], { ...invoke, ...request })

const allow = { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }

describe('actions and resources', () => {
  const allows = (statement: Record<string, unknown>, request: Partial<AccessRequest> = {}) =>
    decide({ Effect: 'Allow', Action: '*', Resource: '*', ...statement }, request).decision ===
    'allow'

  it('actions match in any case, with wildcards', () => {
    for (const action of [
      'execute-api:Invoke',
      'EXECUTE-API:invoke',
      'execute-api:*',
      'execute-api:In?oke',
      '*',
      ['s3:*', 'execute-api:i*'],
    ]) {
      assert.ok(allows({ Action: action }), String(action))
    }
    for (const action of ['execute-api:Invok', 's3:*', 'execute-api:ManageConnections']) {
      assert.ok(!allows({ Action: action }), action)
    }
  })

  it('resources match in their case, and a wildcard goes over slashes and colons', () => {
    for (const resource of [
      `${API}/*/GET/*`,
      `${API}/prod/GET/pets/?`,
      'arn:aws:execute-api:*',
      `arn:aws:execute-api:us-east-1:${ACCOUNT}`,
      ['arn:aws:s3:::x', '*'],
    ]) {
      assert.ok(allows({ Resource: resource }), String(resource))
    }
    for (const resource of [
      `${API}/PROD/*`,
      `${API}/prod/GET/pets`,
      `${API}/prod/GET/pets/??`,
      'arn:aws:s3',
    ]) {
      assert.ok(!allows({ Resource: resource }), resource)
    }
  })

  it('a policy for one method denies the next, as a cached authorizer policy does', () => {
    const one = { Resource: `${API}/prod/GET/pets/1` }
    assert.ok(allows(one))
    assert.ok(!allows(one, { resource: `${API}/prod/GET/pets/2` }))
  })

  it('NotAction and NotResource mean all the others', () => {
    assert.ok(!allows({ Action: undefined, NotAction: ['execute-api:*', 's3:*'] }))
    assert.ok(allows({ Action: undefined, NotAction: 's3:*' }))
    assert.ok(!allows({ Resource: undefined, NotResource: `${API}/prod/*` }))
    assert.ok(allows({ Resource: undefined, NotResource: [`${API}/dev/*`, 'arn:aws:s3:::*'] }))
  })

  it('a resource may have variables, whose values are no wildcards', () => {
    const own = { Resource: `${API}/prod/GET/\${aws:username}/*` }
    const named = (name: string) => ({
      resource: `${API}/prod/GET/ann/1`,
      context: contextOf({ 'aws:username': name }),
    })
    assert.ok(allows(own, named('ann')))
    assert.ok(!allows(own, named('*')))
    assert.ok(!allows(own, { resource: `${API}/prod/GET/ann/1` }))
  })

  it('a short resource is expanded before it is read', () => {
    const expandResource = (resource: string) => resource.replace(/^execute-api:\//, `${API}/`)
    const statement = { ...allow, Resource: 'execute-api:/prod/GET/*' }
    assert.equal(decide(statement, {}, { expandResource }).decision, 'allow')
    assert.throws(() => policyOf(statement), /must be in ARN format or "\*"\./)
  })
})

describe('principals of resource policies', () => {
  const matches = (element: Record<string, unknown>, principal: Principal, effect = 'Allow') =>
    decide(
      { Effect: effect, Action: '*', Resource: '*', ...element },
      { principal },
      { kind: 'resource' },
    )
  const everyone = [ann, session, rootUser, anonymous, service]
  const who = (element: Record<string, unknown>, effect?: string) =>
    everyone.filter((principal) => matches(element, principal, effect).decision !== 'implicit-deny')

  it('"*" is everyone, and AWS "*" all but services', () => {
    assert.deepEqual(who({ Principal: '*' }), everyone)
    assert.deepEqual(who({ Principal: { AWS: '*' } }), [ann, session, rootUser, anonymous])
  })

  it('users, roles, sessions, services and providers are named whole', () => {
    assert.deepEqual(who({ Principal: { AWS: [ann.arn, `${ann.arn}2`] } }), [ann])
    assert.deepEqual(who({ Principal: { AWS: session.roleArn } }), [session])
    assert.deepEqual(who({ Principal: { AWS: session.arn } }), [session])
    assert.deepEqual(who({ Principal: { AWS: session.uniqueId } }), [session])
    assert.deepEqual(who({ Principal: { Service: service.service } }), [service])
    const provider = 'cognito-identity.amazonaws.com'
    const federated: Principal = { kind: 'federated', provider }
    assert.equal(matches({ Principal: { Federated: provider } }, federated).decision, 'allow')
    assert.equal(matches({ Principal: { Federated: 'x' } }, federated).decision, 'implicit-deny')
  })

  it('an account that is named is all in it: allowed only to be allowed by its own policies', () => {
    for (const account of [ACCOUNT, rootUser.arn]) {
      assert.deepEqual(who({ Principal: { AWS: account } }), [ann, session, rootUser])
      assert.equal(matches({ Principal: { AWS: account } }, ann).delegated, true)
      assert.equal(matches({ Principal: { AWS: account } }, rootUser).delegated, undefined)
      assert.equal(matches({ Principal: { AWS: account } }, ann, 'Deny').decision, 'deny')
    }
    assert.deepEqual(who({ Principal: { AWS: '210987654321' } }), [])
  })

  it('a direct allow comes before one of the account', () => {
    const both = [
      { ...allow, Principal: { AWS: ACCOUNT } },
      { ...allow, Principal: { AWS: ann.arn } },
    ]
    const evaluation = decide(both, { principal: ann }, { kind: 'resource' })
    assert.equal(evaluation.delegated, undefined)
    assert.equal(evaluation.statement?.index, 1)
  })

  it('NotPrincipal denies whoever is not named with all they are', () => {
    const element = { NotPrincipal: { AWS: [ann.arn, rootUser.arn] } }
    assert.deepEqual(who(element, 'Deny'), [session, anonymous, service])
    assert.deepEqual(who({ NotPrincipal: { AWS: ann.arn } }, 'Deny'), everyone)
    const whole = { NotPrincipal: { AWS: [session.arn, session.roleArn, ACCOUNT] } }
    assert.deepEqual(who(whole, 'Deny'), [ann, anonymous, service])
    assert.deepEqual(who({ NotPrincipal: { Service: service.service } }, 'Deny'), [
      ann,
      session,
      rootUser,
      anonymous,
    ])
  })

  it('NotPrincipal allows whoever is not named with anything', () => {
    assert.deepEqual(who({ NotPrincipal: { AWS: session.roleArn } }), [
      ann,
      rootUser,
      anonymous,
      service,
    ])
    assert.deepEqual(who({ NotPrincipal: { AWS: ACCOUNT } }), [anonymous, service])
    assert.deepEqual(who({ NotPrincipal: { AWS: '*' } }), [service])
    assert.deepEqual(who({ NotPrincipal: '*' }), [])
  })

  it('a trust policy has principals and no resource', () => {
    const trust = {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: service.service },
    }
    const assume = { action: 'sts:AssumeRole', principal: service, resource: '' }
    assert.equal(decide(trust, assume, { kind: 'trust' }).decision, 'allow')
    assert.throws(
      () => policyOf({ ...trust, Resource: '*' }, { kind: 'trust' }),
      /prohibited field Resource/,
    )
  })
})

describe('decisions', () => {
  it('says which statement of which policy decided', () => {
    const one = policyOf([allow], { name: 'identity policy' })
    const two = policyOf([allow, { ...allow, Sid: 'NoPets', Effect: 'Deny' }], { name: 'other' })
    const evaluation = evaluatePolicies([one, two], invoke)
    assert.deepEqual(evaluation, {
      decision: 'deny',
      statement: { policy: 'other', index: 1, sid: 'NoPets', effect: 'Deny' },
    })
    assert.equal(describeEvaluation(evaluation), 'deny by statement 1 "NoPets" of other')
    assert.equal(
      describeEvaluation(evaluatePolicies([one], invoke)),
      'allow by statement 0 of identity policy',
    )
    assert.equal(
      describeEvaluation(evaluatePolicies([], invoke)),
      'implicit-deny: no statement applies',
    )
    assert.equal(decide([]).decision, 'implicit-deny')
  })

  const statements = fc.record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Action: fc.constantFrom('*', 'execute-api:*', 'execute-api:Invoke', 's3:GetObject'),
    Resource: fc.constantFrom('*', `${API}/*`, `${API}/prod/GET/pets/1`, 'arn:aws:s3:::b'),
    Condition: fc.constantFrom({}, { StringEquals: { k: 'a' } }, { StringNotEquals: { k: 'a' } }),
  })
  const facts = fc.constantFrom(contextOf({}), contextOf({ k: 'a' }), contextOf({ k: 'b' }))

  it('a deny always wins, in whatever order and policy it stands', () => {
    fc.assert(
      fc.property(fc.array(statements, { maxLength: 6 }), facts, fc.nat(6), (list, context, at) => {
        const request = { ...invoke, context }
        const applying = list.filter(
          (statement) =>
            evaluatePolicies([policyOf(statement)], request).decision !== 'implicit-deny',
        )
        const expected = applying.some(({ Effect }) => Effect === 'Deny')
          ? 'deny'
          : applying.length > 0
            ? 'allow'
            : 'implicit-deny'
        assert.equal(evaluatePolicies([policyOf(list)], request).decision, expected)
        const split = [policyOf(list.slice(at)), policyOf(list.slice(0, at))]
        assert.equal(evaluatePolicies(split, request).decision, expected)
        const denied = [...split, policyOf({ ...allow, Effect: 'Deny', Resource: '*' })]
        assert.equal(evaluatePolicies(denied, request).decision, 'deny')
      }),
      { numRuns: 300 },
    )
  })
})

describe('documents that are no policies', () => {
  const malformed = (document: unknown, message: RegExp, options?: PolicyOptions) =>
    assert.throws(
      () => compilePolicy(document, options),
      (error) => error instanceof MalformedPolicy && message.test(error.message),
      String(message),
    )

  it('are refused with the place and the reason', () => {
    const statement = (more: object) => ({ Statement: [{ ...allow, ...more }] })
    for (const text of ['', '{', '[]', 'null', '"x"', '1', undefined, null, []]) {
      malformed(text, /is no valid JSON|must be a JSON object/)
    }
    malformed({}, /Statement is missing/)
    malformed({ ...statement({}), Version: '2020-01-01' }, /^Version: must be/)
    malformed({ ...statement({}), Extra: 1 }, /unknown element "Extra"/)
    malformed(statement({ action: 'x' }), /^Statement\[0\]: has an unknown element "action"/)
    malformed({ Statement: ['x'] }, /^Statement\[0\]: must be an object/)
    malformed(statement({ Effect: 'allow' }), /^Statement\[0\]\.Effect: must be "Allow" or "Deny"/)
    malformed(statement({ Sid: 1 }), /^Statement\[0\]\.Sid/)
    malformed(statement({ Action: undefined }), /Missing required field Action/)
    malformed(statement({ NotAction: 's3:*' }), /has both Action and NotAction/)
    malformed(statement({ Action: 'Invoke' }), /must be prefaced by a vendor/)
    malformed(statement({ Action: [] }), /Action: must not be empty/)
    malformed(statement({ Action: 1 }), /Action: must be text or a list/)
    malformed(statement({ Resource: undefined }), /Missing required field Resource/)
    malformed(statement({ Resource: 'pets' }), /Resource pets must be in ARN format or "\*"\./)
    malformed(statement({ Resource: `arn:${'a'.repeat(2048)}` }), /is longer than 2048 characters/)
    malformed(statement({ Principal: '*' }), /should not specify a principal/)
    malformed(statement({}), /Missing required field Principal/, { kind: 'resource' })
    for (const principal of [
      1,
      {},
      { AWS: 'ann' },
      { AWS: 'arn:aws:iam::1:user/*' },
      { Other: 'x' },
      { AWS: [''] },
    ]) {
      malformed(statement({ Principal: principal }), /Principal: /, { kind: 'resource' })
    }
  })

  it('are refused where they are too long or have too many statements', () => {
    malformed(
      { Statement: [{ ...allow, Sid: 'a'.repeat(21_000) }] },
      /is longer than 20480 characters/,
    )
    malformed(JSON.stringify({ Statement: [allow] }), /is longer than 20 characters/, {
      lengthMax: 20,
    })
    const many = {
      Statement: Array.from({ length: 501 }, () => ({
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
      })),
    }
    malformed(many, /has more than 500 statements/, { lengthMax: 100_000 })
  })

  it('are refused where they are nested without end', () => {
    const deep = 100_000
    malformed('['.repeat(10_000) + ']'.repeat(10_000), /must be a JSON object/)
    malformed(JSON.parse('['.repeat(deep) + ']'.repeat(deep)), /nested too deeply|longer than/)
  })

  it('never throw anything else, whatever they are', () => {
    const odd = fc.object({
      key: fc.constantFrom(
        'Version',
        'Statement',
        'Effect',
        'Action',
        'Resource',
        'Condition',
        'Bool',
        '__proto__',
        'constructor',
      ),
      values: [fc.constantFrom('*', 'Allow', 'Deny', '2012-10-17', 's3:*', null, 1, true, '${')],
      withNullPrototype: false,
    })
    fc.assert(
      fc.property(fc.oneof(odd, fc.jsonValue()), (document) => {
        try {
          evaluatePolicies([compilePolicy(document)], invoke)
        } catch (error) {
          assert.ok(error instanceof MalformedPolicy, String(error))
        }
      }),
      { numRuns: 500 },
    )
  })
})

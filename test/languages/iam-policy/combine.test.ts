// Every cell of the tables of apigateway-authorization-flow (behaviour.md 8.4).
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  admitToLambdaAuthorizer,
  combineAlone,
  combineWithIdentity,
  combineWithin,
  combineWithLambdaAuthorizer,
} from '#languages/iam-policy/combine.ts'
import type { Decision, Evaluation } from '#languages/iam-policy/policy.ts'

const says = (policy: string, decision: Decision | 'none'): Evaluation | undefined => {
  if (decision === 'none') return undefined
  if (decision === 'implicit-deny') return { decision }
  const effect = decision === 'allow' ? 'Allow' : 'Deny'
  return { decision, statement: { policy, index: 0, effect } }
}
const callerSays = (decision: Decision): Evaluation => says('caller', decision) ?? { decision }

interface Row {
  readonly resource: Decision | 'none'
  readonly caller: Decision
  readonly same: Decision
  readonly cross: Decision
  /** Whose statement is named in the same account. */
  readonly by?: 'resource' | 'caller'
}

const ROWS: readonly Row[] = [
  { resource: 'allow', caller: 'allow', same: 'allow', cross: 'allow', by: 'resource' },
  {
    resource: 'allow',
    caller: 'implicit-deny',
    same: 'allow',
    cross: 'implicit-deny',
    by: 'resource',
  },
  { resource: 'allow', caller: 'deny', same: 'deny', cross: 'deny', by: 'caller' },
  {
    resource: 'implicit-deny',
    caller: 'allow',
    same: 'allow',
    cross: 'implicit-deny',
    by: 'caller',
  },
  {
    resource: 'implicit-deny',
    caller: 'implicit-deny',
    same: 'implicit-deny',
    cross: 'implicit-deny',
  },
  { resource: 'implicit-deny', caller: 'deny', same: 'deny', cross: 'deny', by: 'caller' },
  { resource: 'deny', caller: 'allow', same: 'deny', cross: 'deny', by: 'resource' },
  { resource: 'deny', caller: 'implicit-deny', same: 'deny', cross: 'deny', by: 'resource' },
  { resource: 'deny', caller: 'deny', same: 'deny', cross: 'deny', by: 'resource' },
  { resource: 'none', caller: 'allow', same: 'allow', cross: 'implicit-deny', by: 'caller' },
  { resource: 'none', caller: 'implicit-deny', same: 'implicit-deny', cross: 'implicit-deny' },
  { resource: 'none', caller: 'deny', same: 'deny', cross: 'deny', by: 'caller' },
]

for (const { resource, caller, same, cross, by } of ROWS) {
  describe(`resource policy ${resource}, caller ${caller}`, () => {
    const policy = says('resource', resource)
    const identity = callerSays(caller)

    it(`IAM in the same account: ${same}${by === undefined ? '' : `, by the ${by}'s statement`}`, () => {
      const combined = combineWithIdentity(policy, identity, 'same')
      assert.equal(combined.decision, same)
      assert.equal(combined.statement?.policy, by)
    })

    it(`IAM across accounts: ${cross}`, () => {
      assert.equal(combineWithIdentity(policy, identity, 'cross').decision, cross)
    })

    it(`Lambda authorizer: ${same}, and the function runs unless the policy denies`, () => {
      const early = admitToLambdaAuthorizer(policy)
      assert.equal(early?.decision, resource === 'deny' ? 'deny' : undefined)
      assert.equal(combineWithLambdaAuthorizer(policy, identity).decision, same)
    })
  })
}

describe('the resource policy alone (no authorization, Cognito)', () => {
  for (const [resource, expected] of [
    ['none', 'allow'],
    ['allow', 'allow'],
    ['implicit-deny', 'implicit-deny'],
    ['deny', 'deny'],
  ] as const) {
    it(`${resource}: ${expected}`, () => {
      assert.equal(combineAlone(says('resource', resource)).decision, expected)
    })
  }
})

describe('an allow that names the account only', () => {
  const delegated: Evaluation = { ...callerSays('allow'), delegated: true }

  it('gives nothing by itself, in the same account or across', () => {
    for (const accounts of ['same', 'cross'] as const) {
      const silent = combineWithIdentity(delegated, callerSays('implicit-deny'), accounts)
      assert.equal(silent.decision, 'implicit-deny')
      assert.equal(combineWithIdentity(delegated, callerSays('allow'), accounts).decision, 'allow')
      assert.equal(combineWithIdentity(delegated, callerSays('deny'), accounts).decision, 'deny')
    }
  })
})

describe('a permissions boundary', () => {
  for (const [identity, boundary, expected] of [
    ['allow', 'allow', 'allow'],
    ['allow', 'implicit-deny', 'implicit-deny'],
    ['allow', 'deny', 'deny'],
    ['implicit-deny', 'allow', 'implicit-deny'],
    ['implicit-deny', 'implicit-deny', 'implicit-deny'],
    ['implicit-deny', 'deny', 'deny'],
    ['deny', 'allow', 'deny'],
    ['deny', 'implicit-deny', 'deny'],
    ['deny', 'deny', 'deny'],
  ] as const) {
    it(`identity ${identity} within boundary ${boundary}: ${expected}`, () => {
      assert.equal(combineWithin(callerSays(identity), callerSays(boundary)).decision, expected)
    })
  }
})

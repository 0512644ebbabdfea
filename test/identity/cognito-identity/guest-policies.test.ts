// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/iam-roles.html, "Access policies"
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GUEST_POLICIES } from '#identity/cognito-identity/guest-policies.ts'
import { compilePolicy } from '#languages/iam-policy/compile-policy.ts'
import { evaluatePolicies } from '#languages/iam-policy/evaluate.ts'
import { contextOf } from '#languages/iam-policy/policy.ts'

test('a guest may what the inline or the managed policy allows, and no more', () => {
  const policies = GUEST_POLICIES.map((text) => compilePolicy(text))
  const may = (action: string) =>
    evaluatePolicies(policies, { action, resource: '*', context: contextOf({}) }).decision
  for (const action of ['execute-api:Invoke', 's3:GetObject', 'kms:Decrypt', 'geo:GetPlace'])
    assert.equal(may(action), 'allow', action)
  for (const action of ['iam:ListUsers', 'sts:AssumeRole', 'ec2:RunInstances'])
    assert.equal(may(action), 'implicit-deny', action)
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { renderPolicyTemplates } from '../../../scripts/generate-sam-policies.ts'
import { memberOf } from '#deploy/template/source.ts'
import { DATA, hasData } from './oracle.ts'
import { functionText, transformText } from './template.ts'

const withPolicies = (policies: string) =>
  transformText(`Resources:${functionText('Hello', `      Policies: ${policies}\n`)}`)

test('a policy template is written out with the names that are given for it', () => {
  const { errors, properties } = withPolicies('[{SQSPollerPolicy: {QueueName: jobs}}]')
  assert.deepEqual(errors, [])
  const policies = JSON.stringify(memberOf(properties('HelloRole'), 'Policies'))
  assert.match(policies, /sqs:ReceiveMessage/)
  assert.match(policies, /"queueName":"jobs"/)
})

test('a policy template without its names, and one that does not exist, are refused', () => {
  const policies = ['{SQSPollerPolicy: {}}', '{SQSPollerPolicy: x}', '{NoSuchPolicy: {}}']
  for (const policy of [...policies, '{constructor: {}}']) {
    const { errors } = withPolicies(`[${policy}]`)
    assert.deepEqual(
      errors.map(({ logicalId }) => logicalId),
      ['Hello'],
      policy,
    )
  }
})

test('the generated policy templates are those that AWS publishes', {
  skip: !hasData() && 'shared/data/sam is not on this machine',
}, () => {
  const published = readFileSync(new URL('policy_templates.json', DATA), 'utf8')
  const generated = new URL('../../../src/deploy/sam/policy-templates.gen.json', import.meta.url)
  assert.equal(readFileSync(generated, 'utf8'), renderPolicyTemplates(published))
})

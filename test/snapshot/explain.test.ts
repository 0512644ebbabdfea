import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explain } from '#snapshot/explain.ts'
import { askRest, restIntegration, restMethod, restPlan } from '../support/rest-api.ts'
import { testServices, testStage } from '../support/http-api.ts'

const LEX = restIntegration({
  type: 'AWS',
  uri: 'arn:aws:apigateway:us-east-1:runtime.lex:path/bot',
})
const API = {
  methods: { 'GET /pets/{id}': restMethod(), 'GET /bot': restMethod({ methodIntegration: LEX }) },
  stage: { clientCertificateId: 'cert1' },
}

test('a REST request is explained by the very steps that it would run', async () => {
  const steps = explain(restPlan(API), 'GET', '/pets/7') ?? assert.fail('no match')
  const heard = testServices()
  await askRest(API, heard, { target: '/prod/pets/7' })
  const ran = heard.records[0]?.steps.map(({ name }) => name)
  assert.deepEqual(
    steps.slice(0, ran?.length).map(({ name }) => name),
    ran,
  )
  assert.equal(steps[1]?.what, 'GET /pets/{id} (resource respetsid), id=7')
  assert.deepEqual(steps.at(-1), { name: 'ignored', what: 'client certificates (stage prod)' })
})

test('what is refused is said', () => {
  const steps = explain(restPlan(API), 'GET', '/bot')
  assert.ok(steps?.some(({ name, what }) => name === 'refused' && what.includes('runtime.lex')))
})

test('a path that no method has is not explained, an HTTP API’s route is', () => {
  assert.equal(explain(restPlan(API), 'POST', '/pets/7'), undefined)
  assert.equal(explain(testStage(), 'GET', '/any')?.[1]?.what.startsWith('$default'), true)
})

// A stage that is older than its draft is named where a request finds nothing in it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDraftHints } from '#processes/draft-hints.ts'
import { resources, routesV2 } from '#store/collections.ts'
import { createMemoryStore } from '#store/memory.ts'
import { requestRecord } from '../support/records.ts'
import { restMethod, SCOPE } from '../support/rest-api.ts'
import { httpRoute } from '../support/http-api.ts'

const { route: _, ...unrouted } = requestRecord({
  status: 403,
  error: { responseType: 'MISSING_AUTHENTICATION_TOKEN', message: '', hint: 'no method' },
})
const hintOf = async (more: Parameters<typeof requestRecord>[0] = {}) => {
  const store = createMemoryStore()
  await store.write(async (tx) => {
    const resourceMethods = { GET: { ...restMethod(), httpMethod: 'GET' } }
    const resource = { id: 'r', path: '/pets/{id}', resourceMethods }
    await tx.put(resources, SCOPE, 'abc123/r', resource)
    await tx.put(routesV2, SCOPE, 'h1/r', httpRoute('POST /orders'))
  })
  const record = await createDraftHints(store)({ ...unrouted, ...more })
  return record.error?.hint
}

test('where the draft has what the stage has not, the record says to deploy it', async () => {
  assert.equal(
    await hintOf(),
    'the draft has GET /pets/7, and stage prod is older than the draft: deploy it',
  )
  const error = { responseType: 'RESOURCE_NOT_FOUND', message: '', hint: 'no route' }
  const http = { protocol: 'HTTP', apiId: 'h1', stage: '$default', error } as const
  assert.match(
    (await hintOf({ ...http, httpMethod: 'POST', path: '/orders' })) ?? '',
    /^the draft has POST \/orders, and stage \$default is older/,
  )
})

test('where the draft has none either, or something else failed, the record stays as it is', async () => {
  assert.equal(await hintOf({ httpMethod: 'PUT' }), 'no method')
  assert.equal(await hintOf({ path: '/prod/none' }), 'no method')
  const error = { responseType: 'THROTTLED', message: '', hint: 'too many' }
  assert.equal(await hintOf({ error }), 'too many')
})

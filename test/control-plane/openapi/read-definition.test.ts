import assert from 'node:assert/strict'
import { it } from 'node:test'
import { readDefinition } from '#control-plane/openapi/read-definition.ts'

const SCOPE = { accountId: '123456789012', region: 'us-east-1' }

it('one server where a list belongs is taken as the only one, and said', () => {
  const text = JSON.stringify({
    openapi: '3.0.1',
    info: { title: 'pets', version: '1' },
    servers: { url: 'https://example.com/base' },
    paths: {},
  })
  const { basePath, errors, notes } = readDefinition(text, 'REST', SCOPE)
  assert.equal(basePath, '/base')
  assert.deepEqual(errors, [])
  assert.match(notes.join('\n'), /servers.*one server and no list/)
})

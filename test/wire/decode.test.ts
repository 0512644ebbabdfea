import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { loadServiceTable } from '#wire/table.ts'
import { serverOf } from './served.ts'

const STRINGS = join(import.meta.dirname, '../../../shared/data/vectors/naughty-strings.json')
const base = { host: 'localhost', headers: [], remoteAddress: '127.0.0.1' }
const NOTHING = new Uint8Array()

describe('decoding', () => {
  it('brings every naughty string unchanged through label, query and body', async (test) => {
    if (!existsSync(STRINGS)) {
      test.skip('the naughty strings are not beside the repository')
      return
    }
    const names = ['CreateRestApi', 'GetTags', 'GetApiKeys']
    const { server, inputs } = await serverOf(
      'apigateway',
      Object.fromEntries(names.map((name) => [name, () => ({})])),
    )
    const strings: unknown = JSON.parse(readFileSync(STRINGS, 'utf8'))
    assert.ok(Array.isArray(strings))
    for (const text of strings.map(String).filter((string) => string.isWellFormed())) {
      const encoded = encodeURIComponent(text)
      await server({ ...base, method: 'GET', target: `/apikeys?name=${encoded}`, body: NOTHING })
      assert.deepEqual(inputs.pop(), { nameQuery: text })
      const body = new TextEncoder().encode(JSON.stringify({ name: text, tags: { [text]: text } }))
      await server({ ...base, method: 'POST', target: '/restapis', body })
      assert.deepEqual(inputs.pop(), { name: text, tags: { [text]: text } })
      if (text === '') continue
      await server({ ...base, method: 'GET', target: `/tags/${encoded}`, body: NOTHING })
      assert.deepEqual(inputs.pop(), { resourceArn: text })
    }
  })

  it('finds a bug in no request, whatever its path, query, headers and body', async () => {
    const { document } = await loadServiceTable('apigateway')
    const all = Object.entries(document.operations)
    const answers = Object.fromEntries(all.map(([name]) => [name, () => ({})]))
    const { server, bugs } = await serverOf('apigateway', answers)
    const text = fc.string({ maxLength: 12 })
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.json().map((json) => new TextEncoder().encode(json)),
      fc
        .dictionary(
          fc.constantFrom('name', 'type', 'tags', 'patchOperations', 'limit'),
          fc.jsonValue(),
        )
        .map((value) => new TextEncoder().encode(JSON.stringify(value))),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...all),
        text,
        text,
        body,
        async (picked, label, query, body) => {
          const [, { method, uri }] = picked
          const path = uri.replaceAll(/\{\w+\}/g, () => label)
          const target = `${path}${path.includes('?') ? '&' : '?'}${query}`
          const answer = await server({
            ...base,
            method,
            target,
            headers: [query, label, 'x'],
            body,
          })
          assert.notEqual(answer.statusCode, 500)
        },
      ),
      { numRuns: 500 },
    )
    assert.deepEqual(bugs, [])
  })

  it('refuses a parameter that is not what its member is', async () => {
    const { server } = await serverOf('apigateway', {
      GetRestApis: () => ({}),
      GetApiKeys: () => ({}),
    })
    for (const target of ['/restapis?limit=many', '/restapis?limit=', '/apikeys?includeValues=x']) {
      const answer = await server({ ...base, method: 'GET', target, body: NOTHING })
      assert.equal(answer.statusCode, 400, target)
      assert.match(String(answer.body), /java\.lang\.String can not be converted/)
    }
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { LookUp } from '#languages/parameter-mapping/mapping-value.ts'
import { compileRequestMapping } from '#languages/parameter-mapping/request-mapping.ts'

const request = {
  headers: ['X-A', '1', 'Host', 'api', 'x-a', '2'],
  rawQuery: 'a=1&b=2&a=3',
  path: undefined,
}

const lookUp: LookUp = (reference) =>
  reference.kind === 'header' && reference.name === 'x-a' ? '1,2' : undefined

const map = (parameters: Readonly<Record<string, string>>, look: LookUp = lookUp) => {
  const { mapping, problems } = compileRequestMapping(parameters)
  assert.deepEqual(problems, [])
  assert.ok(mapping)
  return mapping(request, look)
}

test('without parameters there is no mapping at all', () => {
  assert.deepEqual(compileRequestMapping(), { mapping: undefined, problems: [] })
  assert.deepEqual(compileRequestMapping({}), { mapping: undefined, problems: [] })
})

test('headers are appended, overwritten and removed whatever their case', () => {
  assert.deepEqual(map({ 'append:header.X-B': 'v' }).headers, [...request.headers, 'x-b', 'v'])
  assert.deepEqual(map({ 'overwrite:header.x-A': 'v' }).headers, ['Host', 'api', 'x-a', 'v'])
  assert.deepEqual(map({ 'remove:header.X-A': '' }).headers, ['Host', 'api'])
})

test('a header can be renamed by an append and a remove, as in the guide', () => {
  const mapped = map({
    'append:header.header2': '$request.header.x-a',
    'remove:header.x-a': "''",
  })
  assert.deepEqual(mapped.headers, ['Host', 'api', 'header2', '1,2'])
})

test('an overwrite with a value that is missing removes what the client sent', () => {
  assert.deepEqual(map({ 'overwrite:header.x-a': '$context.authorizer.sub' }).headers, [
    'Host',
    'api',
  ])
  assert.equal(map({ 'overwrite:querystring.a': '$context.authorizer.sub' }).rawQuery, 'b=2')
})

test('query parameters are appended, overwritten and removed by their decoded, case-sensitive name', () => {
  assert.equal(map({ 'append:querystring.c': 'x y&z' }).rawQuery, 'a=1&b=2&a=3&c=x%20y%26z')
  assert.equal(map({ 'overwrite:querystring.a': '9' }).rawQuery, 'b=2&a=9')
  assert.equal(map({ 'remove:querystring.a': '' }).rawQuery, 'b=2')
  assert.equal(map({ 'remove:querystring.A': '' }).rawQuery, request.rawQuery)
})

test('an overwritten path stays a path', () => {
  for (const [value, path] of [
    ['/static', '/static'],
    ['static', '/static'],
    ['/a%20b', '/a%20b'],
    ['/a b?c#d', '/a%20b%3Fc%23d'],
    ['/100%', '/100%25'],
    ['/é', '/%C3%A9'],
  ] as const) {
    assert.equal(map({ 'overwrite:path': value }).path, path)
  }
})

test('reserved headers and unknown keys are named, not obeyed', () => {
  for (const key of [
    'overwrite:header.Authorization',
    'append:header.x-amzn-trace-id',
    'append:header.access-control-allow-origin',
    'append:header.X-Forwarded-For',
    'append:header.a b',
    'append:path',
    'overwrite:statuscode',
    'rename:header.x',
    'Detail',
  ]) {
    const { mapping, problems } = compileRequestMapping({ [key]: 'v' })
    assert.equal(mapping, undefined, key)
    assert.deepEqual(problems, [`the parameter mapping ${key}`])
  }
})

test('no value can put a line break into a header, a query string or a path', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const look: LookUp = () => text
      const mapped = map(
        {
          'append:header.x-b': '$request.querystring.v',
          'append:querystring.v': '$request.querystring.v',
          'overwrite:path': '${request.querystring.v}',
        },
        look,
      )
      assert.equal(mapped.headers.length, request.headers.length + 2)
      assert.match(mapped.headers.at(-1) ?? '', /^[\t -~\u0080-\u00ff]*$/)
      assert.match(mapped.rawQuery, /^[!-~]*$/)
      assert.equal(mapped.rawQuery.split('&').length, 4)
      assert.match(mapped.path ?? '', /^\/[!-~]*$/)
      assert.doesNotMatch(mapped.path ?? '', /[?#]/)
    }),
    { numRuns: 300 },
  )
})

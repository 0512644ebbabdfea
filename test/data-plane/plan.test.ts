// Failures say why, to their developer alone.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fails, guarded, guardedServices } from '../support/authorizers.ts'
import {
  answered,
  ask,
  type Heard,
  testServices,
  testStage,
  textOf,
  httpRoute,
} from '../support/http-api.ts'
import { askRest, restIntegration, restMethod, type TestRestApi } from '../support/rest-api.ts'

const SOURCE = join(import.meta.dirname, '../../src/data-plane')

test('every failure that the data plane makes has a hint with it', () => {
  const without: string[] = []
  for (const name of readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue
    const source = readFileSync(join(SOURCE, name), 'utf8')
    for (const found of source.matchAll(/new GatewayFailure\(/g)) {
      if (!/\bhint\b/.test(callAt(source, found.index + found[0].length))) {
        without.push(`${name}:${source.slice(0, found.index).split('\n').length}`)
      }
    }
  }
  assert.deepEqual(without, [])
})

/** What stands between the parenthesis that ends before `start` and the one that closes it. */
const callAt = (source: string, start: number): string => {
  let depth = 1
  let at = start
  for (; at < source.length && depth > 0; at++) {
    if (source[at] === '(') depth++
    else if (source[at] === ')') depth--
  }
  return source.slice(start, at)
}

const recording = { requests: true, messages: false }
const PETS: TestRestApi = {
  methods: {
    'POST /orders': restMethod(),
    'GET /orders': restMethod({ apiKeyRequired: true }),
    'GET /broken': restMethod({
      methodIntegration: restIntegration({ uri: 'arn:aws:apigateway:us-east-1:lambda:path/none' }),
    }),
    'GET /mapped/{id}': restMethod({
      methodIntegration: restIntegration({
        type: 'MOCK',
        requestTemplates: { 'application/json': '#if(' },
      }),
    }),
  },
}

const hintOf = ({ records }: Heard): string => records.at(-1)?.error?.hint ?? assert.fail('no hint')

test('a mistyped path or verb is told its neighbour, in the record of a developer’s gateway', async () => {
  const heard = testServices({ recording })
  await askRest(PETS, heard, { target: '/prod/order' })
  assert.equal(
    hintOf(heard),
    'no method GET on /order in stage prod of pets; did you mean GET /orders',
  )
  await askRest(PETS, heard, { target: '/prod/orders', method: 'PUT' })
  assert.equal(
    hintOf(heard),
    'no method PUT on /orders in stage prod of pets; there is POST, GET on it',
  )
  await askRest(PETS, heard, { target: '/prod/maped/7' })
  assert.match(hintOf(heard), /did you mean GET \/mapped\/\{id\}$/)
  await askRest(PETS, heard, { target: `/prod/${'x'.repeat(5_000)}` }).catch(() => undefined)
  assert.doesNotMatch(hintOf(heard), /did you mean/)
  const routes = [httpRoute('GET /orders')]
  await ask(testStage({ routes }), heard, { target: '/ordres' })
  assert.match(hintOf(heard), /; did you mean GET \/orders$/)
})

test('no caller ever reads a hint', async () => {
  const all: [Heard, string][] = []
  for (const [method, target] of [
    ['GET', '/prod/order'],
    ['GET', '/prod/orders'],
    ['GET', '/prod/broken'],
    ['GET', '/prod/mapped/7'],
  ]) {
    const heard = testServices({ recording })
    const response = await askRest(PETS, heard, {
      ...(method && { method }),
      ...(target && { target }),
    })
    all.push([heard, textOf(response.body) + response.headers.join('\n')])
  }
  const failing = testServices({
    invokeFunction: async () => ({
      ...answered({}),
      functionError: 'Unhandled',
      kind: 'answered',
      statusCode: 200,
      requestId: 'r',
      payload: Buffer.from('{"errorMessage":"reason of the function"}'),
    }),
  })
  const response = await askRest(PETS, failing, { method: 'POST', target: '/prod/orders' })
  all.push([failing, textOf(response.body) + response.headers.join('\n')])
  const { heard } = guardedServices(() => fails('oops'))
  const refused = await askRest(guarded(), heard, {
    headers: ['Authorization', 'token-of-a-caller'],
  })
  all.push([heard, textOf(refused.body) + refused.headers.join('\n')])
  for (const [one, answer] of all) {
    const hint = hintOf(one)
    assert.ok(!answer.includes(hint), answer)
  }
})

import assert from 'node:assert/strict'
import test from 'node:test'
import { createKeySets, KeysUnavailable } from '#data-plane/admit/authorizers/key-sets.ts'
import { testServices } from '../../../support/http-api.ts'
import { ISSUER, issuerServer, keyServer, rsaKey } from '../../../support/tokens.ts'

const KEY = rsaKey()
const SOURCE = { issuer: ISSUER }
const HOUR_MS = 3_600_000

const start = (server = issuerServer(KEY)) => {
  const { clock } = testServices()
  const keySets = createKeySets()
  const services = { clock, upstream: server.upstream }
  const find = async (kid: string) => keySets.find(SOURCE, kid, services)
  return { server, clock, keySets, services, find }
}

test('keys are discovered once, and then found without waiting', async () => {
  const { server, keySets, services, find } = start()
  assert.ok(await find(KEY.kid))
  const again = keySets.find(SOURCE, KEY.kid, services)
  assert.ok(!(again instanceof Promise) && again !== undefined)
  assert.deepEqual(server.asked, [`${ISSUER}/.well-known/openid-configuration`, `${ISSUER}/keys`])
})

test('many who ask at once cause one fetch', async () => {
  const { server, find } = start()
  const found = await Promise.all(Array.from({ length: 100 }, () => find(KEY.kid)))
  assert.equal(new Set(found).size, 1)
  assert.equal(server.asked.length, 2)
})

test('an unknown key id asks anew, but not more often than every 10 seconds', async () => {
  const { server, clock, find } = start()
  await find(KEY.kid)
  for (let at = 0; at < 50; at += 1) assert.equal(await find(`guess-${at}`), undefined)
  assert.equal(server.asked.length, 2)
  clock.advance(10_000)
  assert.equal(await find('guess'), undefined)
  assert.equal(server.asked.length, 4)
  assert.equal(await find('guess-again'), undefined)
  assert.equal(server.asked.length, 4)
})

test('a rotated key is found as soon as it is asked for', async () => {
  const { server, clock, find } = start()
  const old = await find(KEY.kid)
  const fresh = rsaKey('key-2')
  server.answers['/keys'] = { keys: [KEY.jwk, fresh.jwk] }
  clock.advance(10_000)
  assert.ok(await find('key-2'))
  assert.equal(await find(KEY.kid), old, 'the old key is the same object')
})

test('while the issuer is down its keys serve for two hours, and then nobody passes', async () => {
  const { server, clock, find } = start()
  assert.ok(await find(KEY.kid))
  for (const path of Object.keys(server.answers)) delete server.answers[path]
  clock.advance(HOUR_MS)
  assert.ok(await find(KEY.kid), 'they serve while they are asked for anew')
  clock.advance(HOUR_MS - 1)
  assert.ok(await find(KEY.kid))
  clock.advance(1)
  await assert.rejects(find(KEY.kid), KeysUnavailable)
})

test('an issuer that does not answer is asked less and less often', async () => {
  const { server, clock, find } = start(keyServer({}))
  await assert.rejects(find(KEY.kid), KeysUnavailable)
  for (let at = 0; at < 20; at += 1) await assert.rejects(find(KEY.kid), KeysUnavailable)
  assert.equal(server.asked.length, 1)
  clock.advance(1000)
  await assert.rejects(find(KEY.kid), KeysUnavailable)
  assert.equal(server.asked.length, 2)
  clock.advance(1000)
  await assert.rejects(find(KEY.kid), KeysUnavailable)
  assert.equal(server.asked.length, 2, 'two seconds now')
  for (let at = 0; at < 600; at += 1) {
    clock.advance(1000)
    await assert.rejects(find(KEY.kid), KeysUnavailable)
  }
  assert.ok(server.asked.length < 20, `${server.asked.length}`)
})

const discovery = (jwks_uri: unknown) => ({ '/.well-known/openid-configuration': { jwks_uri } })

const BAD: readonly [name: string, answers: Record<string, unknown>][] = [
  ['a discovery document that is no JSON', { '/.well-known/openid-configuration': '<html>' }],
  ['a discovery document without jwks_uri', discovery(undefined)],
  ['a jwks_uri of another kind', discovery('file:///etc/passwd')],
  ['a jwks_uri without TLS', { ...discovery('http://issuer.example/keys'), '/keys': { keys: [] } }],
  ['keys that are no JSON', { ...discovery(`${ISSUER}/keys`), '/keys': 'x' }],
  ['keys that are no key set', { ...discovery(`${ISSUER}/keys`), '/keys': [KEY.jwk] }],
  [
    'a key set of more than 150 KB',
    { ...discovery(`${ISSUER}/keys`), '/keys': { keys: [KEY.jwk], pad: 'x'.repeat(150 * 1024) } },
  ],
]

for (const [name, answers] of BAD) {
  test(`${name} gives no keys`, async () => {
    const { find } = start(keyServer(answers))
    await assert.rejects(find(KEY.kid), KeysUnavailable)
  })
}

test('many issuers take bounded memory: the least recently used is asked anew', async () => {
  const { server, keySets, services } = start()
  const jwksUri = `${ISSUER}/keys`
  for (let at = 0; at < 300; at += 1) {
    await keySets.find({ issuer: `https://${at}.example`, jwksUri }, KEY.kid, services)
  }
  assert.equal(server.asked.length, 300)
  await keySets.find({ issuer: 'https://0.example', jwksUri }, KEY.kid, services)
  assert.equal(server.asked.length, 301)
  await keySets.find({ issuer: 'https://299.example', jwksUri }, KEY.kid, services)
  assert.equal(server.asked.length, 301)
})

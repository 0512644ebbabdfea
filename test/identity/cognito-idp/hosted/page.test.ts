// Nothing that a request brings becomes markup of a page, a header, or an address that nobody registered: every
// parameter of every page, with every naughty string.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { CALLBACK, queryFor, type Seen, startHosted } from '../../../support/hosted.ts'

const CORPUS = join(import.meta.dirname, '../../../../../shared/data/vectors/naughty-strings.json')
const OWN = [
  '"><script>alert(1)</script>',
  "' onfocus='alert(1)' autofocus='",
  '</form><form action="https://evil.example">',
  'javascript:alert(1)',
  'https://evil.example',
  '//evil.example',
  '\r\nset-cookie: a=b',
  '\r\n\r\n<script>',
  '`${7*7}`',
  '%3Cscript%3E',
  '\u0000',
  '\u2028',
  '&#60;script&#62;',
  'x'.repeat(8_000),
]
const isLong = process.env['DAEMUN_TEST_LONG'] !== undefined

const strings = (): readonly string[] => {
  if (!existsSync(CORPUS)) return OWN
  const all = JSON.parse(readFileSync(CORPUS, 'utf8')) as readonly string[]
  // A third of them is enough for every run, and all of them for a long one.
  return [...OWN, ...all.filter((_, index) => isLong || index % 3 === 0)]
}

/** A page's elements and attributes, without their values. */
const skeletonOf = (text: string): string =>
  [...text.matchAll(/<[^>]*>/g)]
    .map(([tag]) => tag.replaceAll(/="[^"]*"/g, ''))
    .filter((tag) => !tag.startsWith('<p'))
    .join('')

/** Elements that may be there or not. */
const KNOWN =
  /^<(?:!doctype html|html lang|\/html|head|\/head|meta charset|meta name content|title|\/title|link rel href|body|\/body|main|\/main|h1|\/h1|\/p|p role|p|label for|\/label|form method action|\/form|button type|\/button|nav|\/nav|ul|\/ul|li|\/li|a href|\/a|input type name(?: value)?|input id type name(?: value)?(?: autocomplete)?(?: inputmode)? required)>$/

const check = (seen: Seen, given: string, at: string): void => {
  for (const part of seen.headers) assert.doesNotMatch(part, /[\r\n]/, at)
  if (seen.location !== '')
    assert.ok(
      seen.location.startsWith('/login?') || seen.location.startsWith(`${CALLBACK}?`),
      `${at} ${JSON.stringify(given)} leads to ${seen.location.slice(0, 100)}`,
    )
  if (!/html/.test(seen.header('content-type') ?? '')) return
  const tags = [...seen.text.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replaceAll(/="[^"]*"/g, ''))
  for (const tag of tags) assert.match(tag, KNOWN, `${at} ${JSON.stringify(given)}`)
  for (const [, address = ''] of seen.text.matchAll(/(?:href|action)="([^"]*)"/g))
    assert.match(address, /^\/(?:style\.css|[a-zA-Z0-9/]+\?)/, at)
  assert.match(
    seen.header('content-security-policy') ?? '',
    /^default-src 'none'; style-src 'self'; form-action 'self'(?: https:\/\/app\.example)?; /,
    at,
  )
}

const PARAMETERS = [
  'client_id',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'identity_provider',
  'login_hint',
  'prompt',
  'logout_uri',
  'lang',
]

it('no parameter of an address becomes markup, a header or a way out', async () => {
  const shop = await startHosted()
  const { ClientId } = shop.client
  const { send } = shop.browser()
  const paths = ['/oauth2/authorize', '/login', '/signup', '/confirm', '/forgotPassword', '/logout']
  for (const path of [...paths, '/confirmForgotPassword', '/oauth2/idpresponse'])
    for (const name of PARAMETERS)
      for (const text of strings())
        check(
          await send(`${path}?${queryFor(ClientId, { [name]: text })}`),
          text,
          `${path} ${name}`,
        )
})

it('no field of a form does', async () => {
  const shop = await startHosted({ pool: { AutoVerifiedAttributes: ['email'] } })
  const { ClientId } = shop.client
  const { send, submit } = shop.browser()
  const query = queryFor(ClientId)
  const fields = ['username', 'code', 'attribute.email', '_csrf', 'x"><b>']
  for (const path of ['/signup', '/confirm', '/login']) {
    const page = await send(`${path}?${query}`)
    assert.ok(skeletonOf(page.text).includes('<form'))
    for (const name of fields)
      for (const text of strings()) {
        // Too short to be hashed: what is tested is what is shown.
        const values = { username: 'ada', code: '1', [name]: text }
        check(
          await submit(page, path === '/login' ? { ...values, _csrf: text } : values),
          text,
          `${path} ${name}`,
        )
      }
  }
  const page = await send(`/login?${query}`)
  for (const text of strings().slice(0, 60))
    for (const name of ['challenge', 'session', 'answer', 'username']) {
      const values = { username: 'ada', challenge: 'SMS_MFA', session: 'x', [name]: text }
      check(await submit(page, values), text, `challenge ${name}`)
    }
})

it('the token endpoint answers JSON to every naughty string', async () => {
  const shop = await startHosted()
  const { send } = shop.browser()
  for (const name of ['grant_type', 'client_id', 'code', 'refresh_token', 'code_verifier', 'scope'])
    for (const text of strings()) {
      const form = {
        client_id: shop.client.ClientId,
        grant_type: 'authorization_code',
        [name]: text,
      }
      const { status, text: body, header } = await send('/oauth2/token', { form })
      assert.equal(status, 400, `${name} ${text}`)
      assert.match(header('content-type') ?? '', /^application\/json/)
      assert.match(JSON.parse(body).error, /^(?:invalid|un)/)
    }
})

// A clock that jumps an hour either way, for an HTTP API: the expiry of tokens goes along, throttles of routes fill to
// their burst at most. In both shapes, by real calls. [issue 8; behaviour.md 9]
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { call, SHAPES, startGateway } from '../support/gateway.ts'
import { rsaKey, signToken } from '../support/tokens.ts'
import { startUpstream } from '../support/upstream.ts'

const HOUR_MS = 3_600_000
const NOON = Date.parse('2026-11-21T12:00:00Z')
const KEY = rsaKey()

/** A route with a token, one with a limit of its own, and a third with the stage's. */
const template = (backend: string) =>
  JSON.stringify({
    Transform: 'AWS::Serverless-2016-10-31',
    Resources: {
      Http: {
        Type: 'AWS::Serverless::HttpApi',
        Properties: {
          Name: 'http',
          DefaultRouteSettings: { ThrottlingBurstLimit: 5, ThrottlingRateLimit: 1 },
          RouteSettings: {
            'GET /few': { ThrottlingBurstLimit: 2, ThrottlingRateLimit: 1 },
            'GET /token': { ThrottlingBurstLimit: 1_000, ThrottlingRateLimit: 1_000 },
          },
          DefinitionBody: {
            openapi: '3.0.1',
            info: { title: 'http', version: '1' },
            paths: {
              '/token': { get: { ...proxy(backend), security: [{ tokens: [] }] } },
              '/few': { get: proxy(backend) },
              '/more': { get: proxy(backend) },
            },
            components: {
              securitySchemes: {
                tokens: {
                  type: 'oauth2',
                  'x-amazon-apigateway-authorizer': {
                    type: 'jwt',
                    identitySource: '$request.header.Authorization',
                    jwtConfiguration: { issuer: backend, audience: ['web'] },
                  },
                },
              },
            },
          },
        },
      },
    },
  })

const proxy = (backend: string) => ({
  'x-amazon-apigateway-integration': {
    type: 'http_proxy',
    httpMethod: 'GET',
    payloadFormatVersion: '1.0',
    uri: `${backend}/backend`,
  },
})

for (const shape of SHAPES) {
  it(`daemun ${shape} keeps tokens and the throttles of an HTTP API right when its clock jumps`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'daemun-clock-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const upstream = await startUpstream(({ url }) => {
      if (url.endsWith('/openid-configuration')) {
        return { body: JSON.stringify({ jwks_uri: `${upstream.url}/keys` }) }
      }
      return { body: url === '/keys' ? JSON.stringify({ keys: [KEY.jwk] }) : 'hello' }
    })
    t.after(() => upstream.close())
    const file = join(folder, 'template.json')
    await writeFile(file, template(upstream.url))
    const args = ['--clock', `fixed:${new Date(NOON).toISOString()}`]
    const gateway = await startGateway({ shape, file, args })
    t.after(() => gateway.stop())
    const turn = async (ms: number) => {
      const body = JSON.stringify({ set: new Date(ms).toISOString() })
      await call(gateway.endpoint, '/_daemun/clock', { method: 'POST', body })
    }
    const statuses = async (path: string, count: number, headers = {}) => {
      const found: number[] = []
      while (found.length < count) {
        const { status, text } = await gateway.call(gateway.api('http'), path, { headers })
        if (status === 429) assert.equal(text, '{"message":"Too Many Requests"}')
        found.push(status)
      }
      return found
    }
    const token = (from: number, to: number) => ({
      authorization: `Bearer ${signToken(KEY, {
        iss: upstream.url,
        aud: 'web',
        sub: 'ann',
        nbf: from / 1_000,
        exp: to / 1_000,
      })}`,
    })

    await t.test('a token holds from its first second to its last', async () => {
      const half = token(NOON - HOUR_MS / 2, NOON + HOUR_MS / 2)
      const long = token(NOON - 2 * HOUR_MS, NOON + HOUR_MS + 1_000)
      for (const [at, ofHalf, ofLong] of [
        [NOON, 200, 200],
        [NOON + HOUR_MS / 2 - 1_000, 200, 200],
        [NOON + HOUR_MS / 2 + 1_000, 401, 200],
        [NOON + HOUR_MS, 401, 200],
        [NOON + HOUR_MS + 2_000, 401, 401],
        [NOON, 200, 200],
        [NOON - HOUR_MS, 401, 200],
        [NOON, 200, 200],
      ] as const) {
        await turn(at)
        const when = new Date(at).toISOString()
        for (let asked = 0; asked < 2; asked++) {
          const found = [
            ...(await statuses('/token', 1, half)),
            ...(await statuses('/token', 1, long)),
          ]
          assert.deepEqual(found, [ofHalf, ofLong], when)
        }
      }
    })

    await t.test(
      'a route passes its own burst, and the others the stage’s, each for itself',
      async () => {
        await turn(NOON + 3 * HOUR_MS)
        assert.deepEqual(await statuses('/few', 4), [200, 200, 429, 429])
        assert.deepEqual(await statuses('/more', 6), [200, 200, 200, 200, 200, 429])
        await turn(NOON + 2 * HOUR_MS)
        assert.deepEqual(await statuses('/few', 2), [429, 429])
        await turn(NOON + 2 * HOUR_MS + 1_000)
        assert.deepEqual(await statuses('/few', 2), [200, 429])
        await turn(NOON + 3 * HOUR_MS)
        assert.deepEqual(await statuses('/few', 4), [200, 200, 429, 429])
        assert.deepEqual(await statuses('/more', 6), [200, 200, 200, 200, 200, 429])
      },
    )
  })
}

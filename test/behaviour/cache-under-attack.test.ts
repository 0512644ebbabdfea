// The cache of a stage where callers are hostile or hurried: whose answer it gives, what it asks the backend, who may
// make it forget. Real clients and a real backend, in both shapes. [behaviour.md 10]
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { APIGatewayClient, UpdateStageCommand } from '@aws-sdk/client-api-gateway'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { signRequest } from '#languages/sigv4/sign.ts'
import {
  call,
  type Gateway,
  type GatewayCredentials,
  SHAPES,
  startGateway,
} from '../support/gateway.ts'
import { type SeenRequest, startUpstream, type Upstream } from '../support/upstream.ts'

/** A method whose answers are kept by these parameters; the first is the path's. */
const cached = (uri: string, keys: readonly string[], more: object = {}) => ({
  get: {
    ...more,
    parameters: keys.map((key) => {
      const [kind, name] = key.split('.')
      return {
        name,
        in: kind === 'querystring' ? 'query' : kind,
        required: kind === 'path',
        schema: { type: 'string' },
      }
    }),
    'x-amazon-apigateway-integration': {
      type: 'http_proxy',
      httpMethod: 'GET',
      uri,
      requestParameters: { [`integration.request.${keys[0]}`]: `method.request.${keys[0]}` },
      cacheKeyParameters: keys.map((key) => `method.request.${key}`),
    },
  },
})

const template = (backend: string) =>
  JSON.stringify({
    Resources: {
      Api: {
        Type: 'AWS::ApiGateway::RestApi',
        Properties: {
          Body: {
            openapi: '3.0.1',
            info: { title: 'cached', version: '1' },
            paths: {
              '/pets/{id}': cached(`${backend}/pets/{id}`, [
                'path.id',
                'querystring.q',
                'header.X-User',
              ]),
              '/signed/{id}': cached(`${backend}/signed/{id}`, ['path.id'], {
                'x-amazon-apigateway-auth': { type: 'AWS_IAM' },
              }),
              '/{proxy+}': cached(`${backend}/{proxy}`, ['path.proxy', 'header.Cookie']),
            },
          },
        },
      },
      Deployment: {
        Type: 'AWS::ApiGateway::Deployment',
        Properties: { RestApiId: { Ref: 'Api' } },
      },
      Stage: {
        Type: 'AWS::ApiGateway::Stage',
        Properties: {
          RestApiId: { Ref: 'Api' },
          DeploymentId: { Ref: 'Deployment' },
          StageName: 'prod',
          CacheClusterEnabled: true,
          CacheClusterSize: '0.5',
          MethodSettings: [
            { ResourcePath: '/*', HttpMethod: '*', CachingEnabled: true, CacheTtlInSeconds: 3600 },
          ],
        },
      },
    },
  })

for (const shape of SHAPES) {
  describe(`the cache of daemun ${shape} under attack`, () => {
    const workers = shape === 'serve' ? 2 : 1
    let folder: string
    let gateway: Gateway
    let upstream: Upstream
    /** Answers of paths below `/pets/held` wait for this. */
    let gate = Promise.withResolvers<void>()
    const calls = (path: string) => upstream.seen.filter(({ url }) => url === path).length
    const ask = (path: string, headers: Readonly<Record<string, string>> = {}) =>
      gateway.call(gateway.api('cached'), `/prod${path}`, { headers })

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'daemun-cache-'))
      let count = 0
      const answer = async ({ url, headers }: SeenRequest) => {
        count++
        if (url.startsWith('/pets/held')) await gate.promise
        if (url.startsWith('/pets/held-bad')) return { status: 500, body: `bad ${count}` }
        const body = JSON.stringify([url, headers.cookie, headers['x-user']])
        return { headers: { 'x-count': String(count) }, body }
      }
      upstream = await startUpstream(answer)
      await writeFile(join(folder, 'template.json'), template(upstream.url))
      gateway = await startGateway({ shape, file: join(folder, 'template.json') })
    })
    after(async () => {
      await gateway?.stop()
      await upstream?.close()
      await rm(folder, { recursive: true, force: true })
    })

    it('gives nobody the answer of another path or caller, whatever they look like [web cache deception]', async () => {
      const paths = [
        'account',
        'account/x.css',
        'account%2Fx.css',
        'account;x.css',
        'account%3Bx.css',
      ]
      paths.push('account%00.css', 'account%0a.css', 'account%23.css', 'account%3Fx.css', 'ACCOUNT')
      paths.push('account/', 'static/..%2faccount', 'account//x', 'account%25')
      const cookies = ['victim', 'thief', 'victim; thief', 'victim 6:thief', '7:victim']
      const first = new Map<string, string>()
      for (let round = 0; round < 3; round++) {
        for (const path of paths) {
          for (const cookie of cookies) {
            const { status, text } = await ask(`/${path}`, { cookie })
            assert.equal(status, 200, path)
            assert.equal(JSON.parse(text)[1], cookie)
            const known = first.get(`${path} ${cookie}`) ?? text
            first.set(`${path} ${cookie}`, text)
            assert.equal(text, known)
          }
        }
      }
      for (const path of ['./account', 'static/../account', 'account/.', 'account/%2e%2e/x']) {
        assert.equal((await ask(`/${path}`, { cookie: 'thief' })).status, 400, path)
      }
      const most = paths.length * cookies.length * workers
      assert.ok(upstream.seen.length <= most, `${upstream.seen.length} calls`)
    })

    it('keys of hostile headers and queries are told apart, and are bounded', async () => {
      const values = ['a', 'a, b', 'a,b', 'a b', '1:a', '-', '', '%61', 'a'.repeat(7_000), 'é']
      for (const value of values) {
        for (let round = 0; round < 3; round++) {
          const { text, status } = await ask('/pets/headers', { 'x-user': value })
          assert.equal(status, 200)
          assert.equal(JSON.parse(text)[2] ?? '', value, value.slice(0, 10))
        }
      }
      const queries = [
        'q=1',
        'q=1&q=2',
        'q=1%26q%3D2',
        'q=1;q=2',
        'Q=1',
        'q=%00',
        'q',
        'q=',
        '%71=1',
      ]
      const texts: string[] = []
      for (const query of [...queries, ...queries]) texts.push((await ask(`/pets/q?${query}`)).text)
      // Where a name is spelled otherwise it is another parameter, which is no part of the key.
      assert.ok(calls('/pets/q?Q=1') <= workers)
      assert.equal(new Set(texts).size >= queries.length - 1, true)
    })

    it('many who miss the same answer make one call of the backend, though the first one hangs up', async () => {
      gate = Promise.withResolvers<void>()
      const { hostname, port } = new URL(gateway.dataOrigin)
      const host = `${gateway.api('cached').id}.execute-api.localhost`
      const first = request({ hostname, port, path: '/prod/pets/held', headers: { host } })
      first.on('error', () => undefined).end()
      const heard = async (count: number, path = '/pets/held') => {
        while (calls(path) < count) await ask('/pets/other')
      }
      await heard(1)
      first.destroy()
      const asked = Array.from({ length: 40 }, () => ask('/pets/held'))
      await heard(workers)
      gate.resolve()
      const texts = (await Promise.all(asked)).map(({ text }) => text)
      assert.deepEqual([...new Set(texts)], ['["/pets/held",null,null]'])
      assert.equal(calls('/pets/held'), workers)
    })

    it('an error that the backend answers with is one call too', async () => {
      gate = Promise.withResolvers<void>()
      const asked = Array.from({ length: 30 }, () => ask('/pets/held-bad'))
      while (calls('/pets/held-bad') < workers) await ask('/pets/other')
      gate.resolve()
      const answers = await Promise.all(asked)
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [500])
      assert.equal(calls('/pets/held-bad'), workers)
    })

    it('may be told to forget by whom the setting lets, and says what it is set to say to others', async () => {
      const client = new APIGatewayClient({
        endpoint: gateway.endpoint,
        region: 'us-east-1',
        credentials: gateway.credentials,
      })
      const set = (name: string, value: string) =>
        client.send(
          new UpdateStageCommand({
            restApiId: gateway.api('cached').id,
            stageName: 'prod',
            patchOperations: [{ op: 'replace', path: `/*/*/caching/${name}`, value }],
          }),
        )
      const fresh = { 'cache-control': 'max-age=0' }
      let id = 0
      /** Until so many answers in a row, of a fresh pet each, are as they should be: all workers know. */
      const until = async (accepts: (pet: string) => Promise<boolean>) => {
        for (let inARow = 0; inARow < 8; ) {
          assert.ok(++id < 2_000, 'the setting does not arrive')
          inARow = (await accepts(`/pets/fresh-${id}`)) ? inARow + 1 : 0
        }
      }
      await set('unauthorizedCacheControlHeaderStrategy', 'FAIL_WITH_403')
      await until(async (pet) => (await ask(pet, fresh)).status === 403)
      await set('unauthorizedCacheControlHeaderStrategy', 'SUCCEED_WITHOUT_RESPONSE_HEADER')
      await until(async (pet) => {
        const { status, headers } = await ask(pet, fresh)
        return status === 200 && headers['warning'] === undefined
      })
      await set('unauthorizedCacheControlHeaderStrategy', 'SUCCEED_WITH_RESPONSE_HEADER')
      await until(async (pet) =>
        String((await ask(pet, fresh)).headers['warning']).startsWith('199 '),
      )
      await set('requireAuthorizationForCacheControl', 'false')
      await until(async (pet) => {
        const [one, two] = [await ask(pet, fresh), await ask(pet, fresh)]
        return (
          one.headers['x-count'] !== two.headers['x-count'] && two.headers['warning'] === undefined
        )
      })
      client.destroy()
    })

    it('forgets for a signer whose policy allows execute-api:InvalidateCache, and for no other', async () => {
      const client = new APIGatewayClient({
        endpoint: gateway.endpoint,
        region: 'us-east-1',
        credentials: gateway.credentials,
      })
      const path = '/*/*/caching/requireAuthorizationForCacheControl'
      await client.send(
        new UpdateStageCommand({
          restApiId: gateway.api('cached').id,
          stageName: 'prod',
          patchOperations: [{ op: 'replace', path, value: 'true' }],
        }),
      )
      client.destroy()
      const reader = await createUser('reader', ['execute-api:Invoke'])
      const owner = await createUser('owner', ['execute-api:Invoke', 'execute-api:InvalidateCache'])
      for (let inARow = 0, asked = 0; inARow < 8; ) {
        assert.ok(++asked < 2_000, 'the setting does not arrive')
        const { status, headers } = await signed(reader, `/signed/${asked}`)
        inARow = status === 200 && headers['warning'] !== undefined ? inARow + 1 : 0
      }
      for (let round = 0; round < 8; round++) {
        const before = upstream.seen.length
        assert.equal((await signed(owner, '/signed/mine')).headers['warning'], undefined)
        assert.equal(upstream.seen.length, before + 1)
      }
      // One call each at most, for workers that have no answer yet.
      const before = upstream.seen.length
      for (let round = 0; round < 8; round++) {
        assert.match(String((await signed(reader, '/signed/mine')).headers['warning']), /^199 /)
      }
      assert.ok(upstream.seen.length < before + workers)
    })

    const createUser = async (name: string, actions: readonly string[]) => {
      const iam = new IAMClient({
        endpoint: gateway.endpoint,
        region: 'us-east-1',
        credentials: gateway.credentials,
      })
      await iam.send(new CreateUserCommand({ UserName: name }))
      const Statement = [{ Effect: 'Allow', Action: actions, Resource: '*' }]
      await iam.send(
        new PutUserPolicyCommand({
          UserName: name,
          PolicyName: 'calls',
          PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
        }),
      )
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }))
      iam.destroy()
      return {
        accessKeyId: AccessKey?.AccessKeyId ?? '',
        secretAccessKey: AccessKey?.SecretAccessKey ?? '',
      }
    }

    /** Signed, and asking for a fresh answer. */
    const signed = (credentials: GatewayCredentials, path: string) => {
      const host = `${gateway.api('cached').id}.execute-api.localhost`
      const target = `/prod${path}`
      const all = signRequest(
        { method: 'GET', target, headers: ['Host', host], body: Buffer.alloc(0) },
        credentials,
        { region: 'us-east-1', service: 'execute-api', nowMs: Date.now() },
      )
      const headers = Object.fromEntries(
        all.flatMap((name, at) => (at % 2 === 0 ? [[name, all[at + 1] ?? '']] : [])),
      )
      const sent = { headers: { ...headers, 'cache-control': 'max-age=0' } }
      return call(gateway.dataOrigin, target, sent)
    }
  })
}

// The examples, started unmodified in both shapes, answer as their templates say: the same tests for `daemun start`
// (one process) and `daemun serve` (host, functions, workers).
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  EXAMPLES,
  type Gateway,
  type GatewayOptions,
  SHAPES,
  startGateway,
} from '../support/gateway.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

for (const shape of SHAPES) {
  const example = (
    name: string,
    tests: (gateway: () => Gateway) => void,
    options: Partial<GatewayOptions> = {},
  ) => {
    describe(`daemun ${shape} examples/${name}`, () => {
      let gateway: Gateway
      before(async () => {
        gateway = await startGateway({ shape, file: join(EXAMPLES, name), ...options })
      })
      after(() => gateway?.stop())
      tests(() => gateway)
    })
  }

  example('quickstart/template.yaml', (gateway) => {
    const rest = () =>
      gateway().apis.find((api) => api.protocol === 'REST') ?? assert.fail('no REST')
    const http = () =>
      gateway().apis.find((api) => api.protocol === 'HTTP') ?? assert.fail('no HTTP')

    it('answers at every printed URL', async () => {
      for (const api of [rest(), http()]) {
        const [path, host] = api.urls
        assert.ok(path && host)
        const byPath = await fetch(`${path}hello/world`)
        assert.equal(byPath.status, 200)
        assert.equal(((await byPath.json()) as { message: string }).message, 'Hello, world!')
        const { pathname } = new URL(host)
        const byHost = await gateway().call(api, `${pathname}hello/world`)
        assert.equal(byHost.status, 200, byHost.text)
      }
    })

    it('gives the Node function event 1.0 behind the REST API and 2.0 behind the HTTP API', async () => {
      const one = await gateway().call(rest(), '/Prod/hello/Ann%20B')
      assert.deepEqual(JSON.parse(one.text), { message: 'Hello, Ann B!', version: '1.0' })
      const two = await gateway().call(http(), '/hello/Ann%20B')
      assert.deepEqual(JSON.parse(two.text), { message: 'Hello, Ann B!', version: '2.0' })
    })

    it('runs the Python function', async () => {
      for (const [api, path] of [
        [rest(), '/Prod/greet'],
        [http(), '/greet'],
      ] as const) {
        const answer = await gateway().call(api, path, { method: 'POST', body: '{"name":"Bo"}' })
        assert.equal(answer.status, 200, answer.text)
        assert.equal(JSON.parse(answer.text).message, 'Hello, Bo!')
      }
    })

    it('answers an unknown path as AWS does: 403 for REST, 404 for HTTP', async () => {
      const one = await gateway().call(rest(), '/Prod/nope')
      assert.equal(one.status, 403)
      assert.equal(one.text, '{"message":"Missing Authentication Token"}')
      assert.equal(one.headers['x-amzn-errortype'], 'MissingAuthenticationTokenException')
      assert.match(String(one.headers['x-amzn-requestid']), /^[0-9a-f-]{36}$/)
      const two = await gateway().call(http(), '/nope')
      assert.equal(two.status, 404)
      assert.equal(two.text, '{"message":"Not Found"}')
      assert.ok(two.headers['apigw-requestid'])
    })

    it('takes any Host {apiId}.execute-api.{region}.amazonaws.com', async () => {
      const headers = { host: `${http().id}.execute-api.us-east-1.amazonaws.com` }
      const answer = await gateway().call(http(), '/hello/x', { headers })
      assert.equal(answer.status, 200, answer.text)
    })

    it('refuses a body over 10 MB with 413', async () => {
      const body = 'x'.repeat(10 * 1024 * 1024 + 1)
      const one = await gateway().call(rest(), '/Prod/greet', { method: 'POST', body })
      assert.equal(one.status, 413)
      assert.equal(one.text, 'HTTP content length exceeded 10485760 bytes.')
      const two = await gateway().call(http(), '/greet', { method: 'POST', body })
      assert.equal(two.status, 413)
    })
  })

  example('rest-mock/template.yaml', (gateway) => {
    it('answers by itself, with an empty body, a template and a header', async () => {
      const root = await gateway().call(gateway().api('mock'), '/Prod')
      assert.deepEqual([root.status, root.text], [200, ''])
      const status = await gateway().call(gateway().api('mock'), '/Prod/status')
      assert.deepEqual([status.status, status.text], [200, '{"status": "up"}'])
      assert.equal(status.headers['cache-control'], 'no-store')
    })
  })

  example('http-api-default-route/template.yaml', (gateway) => {
    it('sends every path and method to the one function', async () => {
      const [api] = gateway().apis
      assert.ok(api)
      const answer = await gateway().call(api, '/any/where', { method: 'PUT' })
      assert.deepEqual([answer.status, answer.text], [200, 'Hello from /any/where'])
    })
  })

  example('http-api-logging/template.yaml', (gateway) => {
    it('makes a 200 of a string, and answers CORS only for the allowed origin', async () => {
      const [api] = gateway().apis
      assert.ok(api)
      const answer = await gateway().call(api, '/', {
        headers: { origin: 'http://localhost:8080' },
      })
      assert.equal(answer.status, 200)
      assert.equal(JSON.parse(answer.text).version, '2.0')
      assert.equal(answer.headers['access-control-allow-origin'], 'http://localhost:8080')
      const other = await gateway().call(api, '/', { headers: { origin: 'http://evil.example' } })
      assert.equal(other.headers['access-control-allow-origin'], undefined)
    })
  })

  example('http-api-cors/template.yaml', (gateway) => {
    it('answers a preflight with 204 and the function behind it', async () => {
      const api = gateway().api('cors')
      const preflight = await gateway().call(api, '/', {
        method: 'OPTIONS',
        headers: { origin: 'https://www.example.com', 'access-control-request-method': 'GET' },
      })
      assert.equal(preflight.status, 204)
      assert.equal(preflight.headers['access-control-allow-origin'], 'https://www.example.com')
      assert.equal(preflight.headers['access-control-allow-credentials'], 'true')
      const answer = await gateway().call(api, '/')
      assert.equal(answer.text, '"Hello from Lambda!"')
    })
  })

  example('openapi/openapi.yaml', (gateway) => {
    it('serves an OpenAPI document as a REST API', async () => {
      const answer = await gateway().call(gateway().api('pet-status'), '/prod/status')
      assert.deepEqual([answer.status, answer.text], [200, '{"status": "up"}'])
    })
  })

  describe(`daemun ${shape} in front of an HTTP backend`, () => {
    let upstream: Upstream
    let gateway: Gateway
    before(async () => {
      upstream = await startUpstream()
    })
    after(() => upstream.close())

    const withBackend = async (name: string) => {
      const file = join(EXAMPLES, name)
      gateway = await startGateway({
        shape,
        file,
        args: ['--parameter', `BackendUrl=${upstream.url}`],
      })
      return gateway
    }

    it('proxies a REST API', async () => {
      await withBackend('rest-http-proxy/template.yaml')
      try {
        const api = gateway.api('http-proxy')
        const root = await gateway.call(api, '/Prod?a=1')
        assert.equal(root.status, 200, root.text)
        assert.equal(JSON.parse(root.text).url, '/?a=1')
        const put = await gateway.call(api, '/Prod/pets/7', { method: 'PUT', body: 'x' })
        const { method, url, body } = JSON.parse(put.text)
        assert.deepEqual([method, url, body], ['PUT', '/pets/7', 'x'])
      } finally {
        await gateway.stop()
      }
    })

    it('proxies a quick-created HTTP API', async () => {
      await withBackend('http-api-quick-create/template.yaml')
      try {
        const answer = await gateway.call(gateway.api('quick'), '/')
        assert.equal(answer.status, 200, answer.text)
      } finally {
        await gateway.stop()
      }
    })

    it('tells two stages of one deployment apart by their variables', async () => {
      await withBackend('rest-stages/template.yaml')
      try {
        const api = gateway.api('stages')
        const urls = []
        for (const stage of ['test', 'live']) {
          urls.push(JSON.parse((await gateway.call(api, `/${stage}/pets`)).text).url)
        }
        assert.deepEqual(urls, ['/pets-under-test', '/pets'])
      } finally {
        await gateway.stop()
      }
    })
  })
}

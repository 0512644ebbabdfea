// What is behind the routes of a WebSocket API beside a Lambda proxy, and what a message goes through before it.
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { UpstreamRequest, UpstreamResponse } from '#transport/contract.ts'
import { answered, testServices } from '../support/http-api.ts'
import { frame, rawSocket } from '../support/raw-web-socket.ts'
import { serveSocketApi, type TestSocketApi } from '../support/websocket-api.ts'

const upstreamOf = (statusCode: number, body: string) => {
  const asked: UpstreamRequest[] = []
  const answer: UpstreamResponse = {
    statusCode,
    headers: ['Content-Type', 'application/json'],
    body: Buffer.from(body),
  }
  const upstream = {
    call: async (request: UpstreamRequest) => {
      asked.push(request)
      return answer
    },
    stream: () => Promise.reject(new Error('not streamed')),
    close: () => Promise.resolve(),
  }
  return { asked, upstream }
}

const start = async (
  context: TestContext,
  api: TestSocketApi,
  overrides: Parameters<typeof testServices>[0] = {},
) => {
  const heard = testServices(overrides)
  const served = await serveSocketApi(api, heard.services)
  context.after(() => served.close())
  const open = async (query = '', headers: Readonly<Record<string, string>> = {}) => {
    const socket = await rawSocket(served.port, `${served.target}${query}`, headers)
    const ask = async (message: string): Promise<string> => {
      socket.write(frame(message))
      return Buffer.from((await socket.next())?.payload ?? []).toString('utf8')
    }
    return { ...socket, ask }
  }
  return { heard, open }
}

const headerOf = (request: UpstreamRequest | undefined, name: string): string | undefined => {
  const at =
    request?.headers.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === name) ??
    -1
  return at === -1 ? undefined : request?.headers[at + 1]
}

describe('integrations of a WebSocket API [behaviour.md 14: Integration types]', () => {
  it('HTTP_PROXY: the message is the body, mapped parameters are headers, the answer goes back whole', async (context) => {
    const { asked, upstream } = upstreamOf(200, '{"from":"backend"}')
    const integration = {
      integrationType: 'HTTP_PROXY',
      integrationUri: 'http://backend.example/${stageVariables.path}',
      integrationMethod: 'POST',
      requestParameters: {
        'integration.request.header.connection': 'context.connectionId',
        'integration.request.header.X-Id': 'context.connectionId',
        'integration.request.header.X-Kind': "'static'",
      },
    } as const
    const stage = { stageVariables: { path: 'hook' } }
    const { open } = await start(
      context,
      { routes: { $default: { integration } }, stage },
      { upstream },
    )
    const socket = await open()
    assert.equal(await socket.ask('{"hello":1}'), '{"from":"backend"}')
    const [request] = asked
    assert.equal(
      `${request?.method} ${request?.origin}${request?.path}`,
      'POST http://backend.example/hook',
    )
    assert.equal(Buffer.from(request?.body ?? []).toString(), '{"hello":1}')
    assert.match(headerOf(request, 'x-id') ?? '', /^[\w-]{15}=$/)
    assert.equal(headerOf(request, 'x-kind'), 'static')
  })

  it('HTTP: the template that the selection names makes the body, the response by its status the answer', async (context) => {
    const { asked, upstream } = upstreamOf(404, '{"why":"gone"}')
    const integration = {
      integrationType: 'HTTP',
      integrationUri: 'http://backend.example/',
      integrationMethod: 'PUT',
      templateSelectionExpression: '${request.body.kind}',
      requestTemplates: {
        big: '{"big":$input.json("$.n"),"id":"$context.connectionId"}',
        $default: '{"other":true}',
      },
    } as const
    const response = (key: string, template: string) => ({
      integrationResponseId: key,
      integrationResponseKey: key,
      responseTemplates: { $default: template },
    })
    const integrationResponses = {
      $default: [
        response('$default', 'fine'),
        response('/4\\d\\d/', 'not fine: $input.path("$.why")'),
      ],
    }
    const { open } = await start(
      context,
      { routes: { $default: { integration } }, document: { integrationResponses } },
      { upstream },
    )
    const socket = await open()
    assert.equal(await socket.ask('{"kind":"big","n":7}'), 'not fine: gone')
    assert.match(Buffer.from(asked[0]?.body ?? []).toString(), /^\{"big":7,"id":"[\w-]{15}="\}$/)
    assert.equal(await socket.ask('{"kind":"small"}'), 'not fine: gone')
    assert.equal(Buffer.from(asked[1]?.body ?? []).toString(), '{"other":true}')
    assert.equal(asked[0]?.method, 'PUT')
  })

  it('AWS: the call of a service is signed and sent where its calls lead', async (context) => {
    const { asked, upstream } = upstreamOf(200, '{}')
    const integration = {
      integrationType: 'AWS',
      integrationUri: 'arn:aws:apigateway:us-east-1:dynamodb:action/PutItem',
      integrationMethod: 'POST',
      templateSelectionExpression: '\\$default',
      requestTemplates: { $default: '{"TableName":"t","id":"$context.connectionId"}' },
    } as const
    const aws = {
      endpoint: () => 'http://dynamodb.example:8000',
      credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' },
    }
    const { open } = await start(
      context,
      { routes: { $connect: { integration }, $default: {} } },
      { upstream, aws },
    )
    const socket = await open()
    assert.match(socket.status, / 101 /)
    const [request] = asked
    assert.equal(request?.origin, 'http://dynamodb.example:8000')
    assert.equal(headerOf(request, 'x-amz-target'), 'DynamoDB_20120810.PutItem')
    assert.match(headerOf(request, 'authorization') ?? '', /^AWS4-HMAC-SHA256 Credential=AKIA\//)
  })

  it('AWS with a function that is not a proxy: its error refuses a handshake', async (context) => {
    const integration = { integrationType: 'AWS' } as const
    const { open } = await start(
      context,
      { routes: { $connect: { integration } } },
      {
        invokeFunction: async () => ({
          ...answered({ errorMessage: 'no', errorType: 'Error' }),
          functionError: 'Unhandled',
        }),
      },
    )
    assert.match((await open()).status, / 502 /)
  })

  it('a backend that refuses $connect refuses the handshake with its kind of status', async (context) => {
    for (const [statusCode, status] of [
      [200, 101],
      [401, 401],
      [503, 503],
    ] as const) {
      const { upstream } = upstreamOf(statusCode, '{}')
      const integration = {
        integrationType: 'HTTP_PROXY',
        integrationUri: 'http://backend.example/',
        integrationMethod: 'POST',
      } as const
      const { open } = await start(context, { routes: { $connect: { integration } } }, { upstream })
      assert.match((await open()).status, new RegExp(` ${status} `))
    }
  })
})

describe('the model that a route selects [behaviour.md 7: W validation]', () => {
  it('a message that does not fit is answered with a frame, and never integrated', async (context) => {
    const models = [
      {
        modelId: 'm',
        name: 'Order',
        schema: '{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}}',
      },
    ]
    const route = {
      modelSelectionExpression: '$request.body.kind',
      requestModels: { order: 'Order' },
    }
    const { heard, open } = await start(context, {
      routes: { $default: route },
      document: { models },
    })
    const socket = await open()
    assert.match(
      await socket.ask('{"kind":"order","n":"x"}'),
      /^\{"message": "Invalid request body", "connectionId":/,
    )
    assert.equal(heard.invoked.length, 0)
    assert.equal(await socket.ask('{"kind":"order","n":1}'), 'ok')
    assert.equal(await socket.ask('{"kind":"note"}'), 'ok')
  })
})

describe('routes [behaviour.md 14: Routes]', () => {
  const routeOf = (heard: ReturnType<typeof testServices>) =>
    (heard.event()['requestContext'] as { routeKey: string }).routeKey

  it('are selected by an exact match of the expression, else $default', async (context) => {
    const { heard, open } = await start(context, { routes: { $default: {}, send: {} } })
    const socket = await open()
    for (const [message, routeKey] of [
      ['{"action":"send"}', 'send'],
      ['{"action":"Send"}', '$default'],
      ['{"action":{"a":1}}', '$default'],
      ['not json', '$default'],
      ['["send"]', '$default'],
      ['{"__proto__":{"action":"send"}}', '$default'],
      [`${'['.repeat(10_000)}`, '$default'],
    ] as const) {
      await socket.ask(message)
      assert.equal(routeOf(heard), routeKey, message.slice(0, 40))
    }
  })
})

describe('the handshake [behaviour.md 14: $connect, permessage-deflate, URL]', () => {
  it('shows its headers and query to $connect alone, and negotiates no compression', async (context) => {
    const { heard, open } = await start(context, { routes: { $connect: {}, $default: {} } })
    const socket = await open('?room=a&room=b', {
      'Sec-WebSocket-Extensions': 'permessage-deflate',
      'X-Mine': 'yes',
    })
    const event = heard.event()
    assert.deepEqual(event['multiValueQueryStringParameters'], { room: ['a', 'b'] })
    const headers = event['headers'] as Record<string, string>
    assert.equal(headers['X-Mine'], 'yes')
    assert.equal(headers['Sec-WebSocket-Extensions'], 'permessage-deflate')
    // A compressed frame would set the first reserved bit: ours never do.
    socket.write(frame('hello'))
    assert.equal((await socket.next())?.opcode, 1)
    assert.equal(heard.event()['headers'], undefined)
    assert.equal(heard.event()['queryStringParameters'], undefined)
  })
})

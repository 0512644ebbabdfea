// Execution logs of deployed stages: what the steps tell, as their stage keeps it. source: behaviour.md 12.2
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MethodSetting } from '#model/apigateway/stage.ts'
import { allows, fails, guarded, guardedServices } from '../support/authorizers.ts'
import { answered, testServices } from '../support/http-api.ts'
import { askRest, restIntegration, restMethod, type TestRestApi } from '../support/rest-api.ts'
import { frame, rawSocket } from '../support/raw-web-socket.ts'
import { serveSocketApi } from '../support/websocket-api.ts'
import { keepingTold, logTexts } from '../support/told.ts'

const PETS: TestRestApi = { methods: { 'GET /pets': restMethod(), 'POST /pets': restMethod() } }
const logged = (setting: MethodSetting, api = PETS): TestRestApi => ({
  ...api,
  stage: { methodSettings: { '*/*': setting } },
})
const INFO = { loggingLevel: 'INFO', dataTraceEnabled: true }

const logOf = async (api: TestRestApi, sent = {}, invoke?: () => Promise<never>) => {
  const { kept, services } = keepingTold()
  const heard = testServices({ ...services, ...(invoke && { invokeFunction: invoke }) })
  await askRest(api, heard, sent)
  assert.deepEqual(heard.bugs, [])
  return kept[0]
}

test('the lines of a request in AWS’s order, each after the request id [behaviour.md 12.2]', async () => {
  const record = await logOf(logged(INFO))
  assert.equal(record?.executionLog?.logGroupName, 'API-Gateway-Execution-Logs_abc123/prod')
  const lines = logTexts(record)
  assert.deepEqual(
    lines.map((line) => line.replace(/: [{[].*$/, ': …').replace(/(: | to )https.*/, '$1…')),
    [
      'Extended Request Id: BwcHBwcHBwcHBwc=',
      'Verifying Usage Plan for request: uuid. API Key:  API Stage: abc123/prod',
      "API Key  authorized because method 'GET /pets' does not require API Key. Request will not contribute to throttle or quota limits",
      'Usage Plan check succeeded for API Key  and API Stage abc123/prod',
      'Starting execution for request: uuid',
      'HTTP Method: GET, Resource Path: /pets',
      'Method request path: …',
      'Method request query string: …',
      'Method request headers: …',
      'Method request body before transformations: ',
      'Endpoint request URI: …',
      'Endpoint request headers: …',
      'Endpoint request body after transformations: …',
      'Sending request to …',
      'Received response. Status: 200, Integration latency: 0 ms',
      'Endpoint response headers: …',
      'Endpoint response body before transformations: …',
      'Method response body after transformations: ok',
      'Method response headers: …',
      'Successfully completed execution',
      'Method completed with status: 200',
    ],
  )
  assert.ok(record?.executionLog?.lines.every(({ text }) => text.startsWith('(uuid) ')))
})

test('without a data trace no header, parameter or body is in the log [behaviour.md 12.2]', async () => {
  const sent = {
    method: 'POST',
    headers: ['X-Word', 'secret'],
    body: 'secret',
    target: '/prod/pets?q=secret',
  }
  const lines = logTexts(await logOf(logged({ loggingLevel: 'INFO' }), sent))
  assert.ok(lines.includes('HTTP Method: POST, Resource Path: /pets'))
  assert.doesNotMatch(lines.join('\n'), /secret/)
})

test('level ERROR keeps what failed alone, OFF nothing; a method’s own setting comes first', async () => {
  const failing = logged(
    { loggingLevel: 'ERROR' },
    {
      methods: {
        'GET /pets': restMethod({
          methodIntegration: restIntegration({
            uri: 'arn:aws:apigateway:us-east-1:lambda:path/none',
          }),
        }),
      },
    },
  )
  assert.deepEqual(logTexts(await logOf(logged({ loggingLevel: 'ERROR' }))), [])
  const [line, ...more] = logTexts(await logOf(failing))
  assert.match(line ?? '', /^Execution failed due to configuration error: /)
  assert.deepEqual(more, [])
  const own = {
    ...PETS,
    stage: { methodSettings: { '*/*': INFO, 'pets/GET': { loggingLevel: 'OFF' } } },
  }
  assert.equal((await logOf(own))?.executionLog, undefined)
  assert.notEqual((await logOf(own, { method: 'POST' }))?.executionLog, undefined)
})

test('nothing is told where no stage and no process wants to know', async () => {
  const { kept, services } = keepingTold()
  const heard = testServices({
    ...services,
    observe: (_record, _stage, told) => assert.equal(told, undefined),
  })
  await askRest(PETS, heard)
  assert.deepEqual(kept, [])
})

test('an authorizer’s lines stand before the usage plan’s, its identity masked [behaviour.md 12.2]', async () => {
  const { kept, services } = keepingTold()
  const { heard } = guardedServices(() => allows())
  const told = { ...heard, services: { ...heard.services, ...services } }
  const api = guarded({}, { stage: { methodSettings: { '*/*': INFO } } })
  await askRest(api, told, { headers: ['Authorization', 'Bearer-0123456789-abcdef'] })
  const lines = logTexts(kept[0])
  const starts = lines.map((line) => line.split(':')[0])
  assert.deepEqual(starts.slice(0, 9), [
    'Extended Request Id',
    'Starting authorizer',
    'Incoming identity',
    'Endpoint request URI',
    'Endpoint request headers',
    'Endpoint request body after transformations',
    'Sending request to https',
    'Authorizer result body before parsing',
    'Using valid authorizer policy for principal',
  ])
  assert.equal(lines[2], `Incoming identity: ${'*'.repeat(18)}abcdef`)
  assert.equal(lines[9], 'Successfully completed authorizer execution')
  assert.match(lines[10] ?? '', /^Verifying Usage Plan for request/)
  assert.doesNotMatch(lines.join('\n'), /Bearer-0123456789/)
})

test('an unauthorized request and a broken authorizer end as AWS’s log ends, with the gateway response', async () => {
  const ask = async (message: string) => {
    const { kept, services } = keepingTold()
    const { heard } = guardedServices(() => fails(message))
    const told = { ...heard, services: { ...heard.services, ...services } }
    const api = guarded({}, { stage: { methodSettings: { '*/*': INFO } } })
    await askRest(api, told, { headers: ['Authorization', 'Bearer-0123456789-abcdef'] })
    return logTexts(kept[0])
  }
  const unauthorized = await ask('Unauthorized')
  assert.ok(unauthorized.includes('Unauthorized request: uuid'))
  assert.ok(unauthorized.includes('Gateway response type: UNAUTHORIZED with status code: 401'))
  assert.ok(unauthorized.includes('Gateway response body: {"message":"Unauthorized"}'))
  const broken = await ask('oops')
  assert.ok(broken.includes('AuthorizerConfigurationException'))
})

test('a function’s failure is the log’s error line [behaviour.md 12.2]', async () => {
  const { kept, services } = keepingTold()
  const heard = testServices({
    ...services,
    invokeFunction: async () => ({
      ...answered({ errorMessage: 'out of stock' }),
      functionError: 'Unhandled' as const,
      kind: 'answered',
      statusCode: 200,
      requestId: 'i-1',
      payload: Buffer.from('{"errorMessage":"out of stock"}'),
    }),
  })
  await askRest(logged({ loggingLevel: 'ERROR' }), heard)
  assert.deepEqual(logTexts(kept[0]), [
    'Lambda execution failed with status 200 due to customer function error: out of stock. Lambda request id: i-1',
  ])
})

test('a message of a WebSocket leaves a log of its route, in the group of its API [behaviour.md 12.2]', async (context) => {
  const { kept, services } = keepingTold()
  const heard = testServices(services)
  const served = await serveSocketApi(
    {
      routes: { $connect: {}, $default: {} },
      stage: {
        defaultRouteSettings: { loggingLevel: 'OFF' },
        routeSettings: { $default: { loggingLevel: 'INFO', dataTraceEnabled: true } },
      },
    },
    heard.services,
  )
  context.after(() => served.close())
  const socket = await rawSocket(served.port, served.target)
  socket.write(frame('{"action":"hello"}'))
  await socket.next()
  const [connect, message] = kept
  assert.equal(connect?.socket?.eventType, 'CONNECT')
  assert.equal(connect?.executionLog, undefined)
  assert.equal(message?.executionLog?.logGroupName, '/aws/apigateway/ws1/prod')
  const lines = logTexts(message)
  assert.match(lines[0] ?? '', /^Extended Request Id: /)
  assert.ok(lines.includes('Method request body before transformations: {"action":"hello"}'))
  assert.equal(lines.at(-1), 'Method completed with status: 200')
})

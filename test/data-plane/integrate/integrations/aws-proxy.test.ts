import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import type { InvokeAnswer } from '#model/ports.ts'
import type { Services } from '#data-plane/plan.ts'
import {
  answered,
  FUNCTION_ARN,
  headersOf,
  testServices,
  textOf,
} from '../../../support/http-api.ts'
import { compileRestStage } from '#data-plane/rest-stage.ts'
import {
  askRest,
  FUNCTION_URI,
  restDocument,
  restEntry,
  restIntegration,
  restMethod,
} from '../../../support/rest-api.ts'

const api = (more: Parameters<typeof restIntegration>[0] = {}, variables = {}) => ({
  methods: { 'GET /pets': restMethod({ methodIntegration: restIntegration(more) }) },
  stage: { variables },
})

const says = (answer: InvokeAnswer) =>
  testServices({ invokeFunction: () => Promise.resolve(answer) })

test('the function of the URI is asked, with the trace id, and stage variables are put in [F173]', async () => {
  const heard = testServices()
  const uri = FUNCTION_URI.replace('hello', '${stageVariables.name}:${stageVariables.alias}')
  await askRest(api({ uri }, { name: 'hello', alias: 'live' }), heard, {
    headers: ['X-Amzn-Trace-Id', 'Root=1-5e6a879e-111111111111111111111111;Sampled=1'],
  })
  const [asked] = heard.invoked
  assert.equal(asked?.functionArn, `${FUNCTION_ARN}:live`)
  assert.equal(asked?.invocationType, 'RequestResponse')
  assert.equal(asked?.traceId, 'Root=1-5e6a879e-111111111111111111111111;Sampled=1')
})

describe('a failure of the function', () => {
  const rows: readonly (readonly [string, InvokeAnswer, number])[] = [
    [
      'an error is 502',
      {
        ...answered({ errorMessage: 'boom' }),
        kind: 'answered',
        functionError: 'Unhandled',
      } as InvokeAnswer,
      502,
    ],
    ['a malformed answer is 502', answered({}), 502],
    [
      'a function that does not exist is 500',
      {
        kind: 'refused',
        statusCode: 404,
        errorType: 'ResourceNotFoundException',
        message: 'Function not found',
      },
      500,
    ],
    [
      'a throttled function is 500',
      { kind: 'refused', statusCode: 429, errorType: 'TooManyRequestsException', message: 'Rate' },
      500,
    ],
  ]
  for (const [name, answer, status] of rows) {
    it(name, async () => {
      const heard = says(answer)
      const response = await askRest(api(), heard)
      assert.equal(response.statusCode, status)
      assert.equal(textOf(response.body), '{"message": "Internal server error"}')
      const { 'x-amzn-errortype': type, 'x-amzn-trace-id': trace } = headersOf(response.headers)
      assert.deepEqual(type, ['InternalServerErrorException'])
      assert.equal(trace, undefined)
      assert.ok(heard.records[0]?.error?.hint)
    })
  }
})

test('a function that is later than the integration’s timeout is 504, and only the waiting ends', async () => {
  const asked = Promise.withResolvers<void>()
  const invokeFunction: Services['invokeFunction'] = () => {
    asked.resolve()
    return new Promise(() => undefined)
  }
  const heard = testServices({ invokeFunction })
  const answering = askRest(api({ timeoutInMillis: 3000 }), heard)
  await asked.promise
  heard.clock.advance(3000)
  const response = await answering
  assert.equal(response.statusCode, 504)
  assert.equal(textOf(response.body), '{"message": "Endpoint request timed out"}')
  assert.equal(heard.invoked[0]?.signal?.aborted, true)
  assert.equal(heard.records[0]?.integration?.error, 'timeout')
})

test('an integration method other than POST, or a URI that names no function, is a 500', async () => {
  for (const more of [
    { httpMethod: 'GET' },
    { uri: 'arn:aws:apigateway:us-east-1:lambda:path/x' },
  ]) {
    const response = await askRest(api(more), testServices())
    assert.equal(response.statusCode, 500)
    assert.equal(textOf(response.body), '{"message": "Internal server error"}')
  }
})

test('parameter mappings do not change the event, and are reported', () => {
  const mapped = api({ requestParameters: { 'integration.request.header.a': "'b'" } })
  assert.deepEqual(compileRestStage(restEntry(), restDocument(mapped)).limitations, [
    {
      effect: 'ignored',
      where: 'GET /pets',
      feature: 'request parameter mappings of a Lambda proxy integration',
    },
  ])
})

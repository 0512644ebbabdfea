import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StageV2 } from '#model/apigatewayv2/api.ts'
import {
  ask,
  type Heard,
  httpRoute,
  testServices,
  testStage,
  textOf,
} from '../../support/http-api.ts'

const throttled = (stage: Partial<StageV2>) =>
  testStage({ stage, routes: [httpRoute('GET /a'), httpRoute('GET /b')] })

const statuses = async (
  stage: ReturnType<typeof testStage>,
  heard: Heard,
  target: string,
  count: number,
) => {
  const found: number[] = []
  for (let at = 0; at < count; at++) found.push((await ask(stage, heard, { target })).statusCode)
  return found
}

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html */
test('past its burst a route answers 429 until the rate has made a new token', async () => {
  const stage = throttled({
    defaultRouteSettings: { throttlingRateLimit: 2, throttlingBurstLimit: 3 },
  })
  const heard = testServices()
  assert.deepEqual(await statuses(stage, heard, '/a', 4), [200, 200, 200, 429])
  const { body } = await ask(stage, heard, { target: '/a' })
  assert.equal(textOf(body), '{"message":"Too Many Requests"}')
  heard.clock.advance(500)
  assert.deepEqual(await statuses(stage, heard, '/a', 2), [200, 429])
})

test('each route counts for itself, and its own settings come before the defaults', async () => {
  const stage = throttled({
    defaultRouteSettings: { throttlingRateLimit: 1, throttlingBurstLimit: 1 },
    routeSettings: { 'GET /b': { throttlingBurstLimit: 2 } },
  })
  const heard = testServices()
  assert.deepEqual(await statuses(stage, heard, '/a', 2), [200, 429])
  assert.deepEqual(await statuses(stage, heard, '/b', 3), [200, 200, 429])
})

test('a limit of zero lets nobody pass', async () => {
  const stage = throttled({
    defaultRouteSettings: { throttlingRateLimit: 0, throttlingBurstLimit: 0 },
  })
  assert.deepEqual(await statuses(stage, testServices(), '/a', 1), [429])
})

test('without settings nothing is counted', async () => {
  assert.deepEqual(await statuses(throttled({}), testServices(), '/a', 3), [200, 200, 200])
})

test('a refused request reaches neither authorizer nor integration', async () => {
  const heard = testServices()
  const stage = testStage({
    routes: [httpRoute('$default', { authorizationType: 'JWT' })],
    stage: { defaultRouteSettings: { throttlingRateLimit: 0, throttlingBurstLimit: 0 } },
  })
  assert.equal((await ask(stage, heard)).statusCode, 429)
})

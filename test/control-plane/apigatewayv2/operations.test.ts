// Every operation of apigatewayv2 under inputs that fit its shape and nothing else: half of the names are of things
// that are there, everything else is nonsense, null or huge. No answer is a fault of ours.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { apigatewayOperations } from '#control-plane/apigateway/operations.ts'
import { randomIds } from '#shared/ids.ts'
import { systemRandom } from '#shared/random.ts'
import { createMemoryStore } from '#store/memory.ts'
import { loadServiceTable, type Member, type Type } from '#wire/table.ts'
import { serverOf } from '../../wire/served.ts'
import { FUNCTION, NOW_MS, operations } from './setting.ts'

const RUNS_PER_OPERATION = 25
const SEED = 20_261_121
const DEPTH_MAX = 5

const startServer = async () => {
  const call = {
    accountId: '111111111111',
    region: 'us-east-1',
    requestId: 'request',
    nowMs: NOW_MS,
    ids: randomIds(systemRandom),
    store: createMemoryStore(),
  }
  const answers = Object.entries(operations).map(
    ([name, operation]) => [name, (input: never) => operation(input, call)] as const,
  )
  const served = await serverOf('apigatewayv2', Object.fromEntries(answers))
  return { ...served, call }
}

type Call = Awaited<ReturnType<typeof startServer>>['call']

/** One of each thing; their names are tried wherever a text is wanted. */
const createThings = async (call: Call): Promise<readonly string[]> => {
  const { CreateApi, CreateStage, CreateIntegration, CreateRoute, CreateModel } = operations
  const { apiId } = await CreateApi({ name: 'a', protocolType: 'HTTP', target: FUNCTION }, call)
  const routeSelectionExpression = '$request.body.action'
  const webSocket = await CreateApi(
    { name: 'w', protocolType: 'WEBSOCKET', routeSelectionExpression },
    call,
  )
  const owner = { apiId: webSocket.apiId }
  await CreateStage({ ...owner, stageName: 'v1' }, call)
  const { integrationId } = await CreateIntegration({ ...owner, integrationType: 'MOCK' }, call)
  const { routeId } = await CreateRoute({ ...owner, routeKey: 'a' }, call)
  const { modelId } = await CreateModel({ ...owner, name: 'A', schema: '{}' }, call)
  const rest = await apigatewayOperations.CreateRestApi({ name: 'r' }, call)
  const certificateArn = 'arn:aws:acm:us-east-1:111111111111:certificate/a'
  const { domainName } = await operations.CreateDomainName(
    {
      domainName: `${rest.id}.example.com`,
      domainNameConfigurations: [{ certificateArn }],
    } as never,
    call,
  )
  const product = await operations.CreatePortalProduct({ displayName: 'p' } as never, call)
  const { portalProductId, portalProductArn } = product
  const displayContent = { body: 'b', title: 't' }
  const page = await operations.CreateProductPage({ portalProductId, displayContent }, call)
  const link = await operations.CreateVpcLink({ name: 'l', subnetIds: ['s'] } as never, call)
  const { productPageId } = page
  const apis = [apiId, webSocket.apiId, integrationId, routeId, modelId, rest.id, domainName]
  const products = [portalProductId, portalProductArn, productPageId, link.vpcLinkId]
  const texts = ['v1', '$default', 'GET /a', `integrations/${integrationId}`, certificateArn]
  const names = [...apis, ...products, ...texts, 'OAS30', 'JSON', '{"Statement":[]}']
  return names.map(String)
}

const HOSTILE = [
  '',
  ' ',
  '/',
  '..',
  '%',
  '{',
  '__proto__',
  'constructor',
  '*',
  '\u0000',
  '😀',
  '[]',
]

const textOf = (names: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { arbitrary: fc.constantFrom(...names), weight: 6 },
    { arbitrary: fc.constantFrom(...HOSTILE), weight: 2 },
    { arbitrary: fc.string(), weight: 1 },
    { arbitrary: fc.constant('x'.repeat(5000)), weight: 1 },
  )

const valueOf = (type: Type, text: fc.Arbitrary<string>, depth: number): fc.Arbitrary<unknown> => {
  if (depth > DEPTH_MAX) return fc.constant(null)
  const inner = (each: Type) => valueOf(each, text, depth + 1)
  switch (type.kind) {
    case 'string':
      return type.values === undefined ? text : fc.oneof(fc.constantFrom(...type.values), text)
    case 'number':
      return fc.constantFrom(0, 1, -1, 1.5, 100, 1_000_000, Number.MAX_SAFE_INTEGER)
    case 'boolean':
      return fc.boolean()
    case 'list':
      return fc.array(fc.oneof(inner(type.member), fc.constant(null)), { maxLength: 3 })
    case 'map':
      return fc.dictionary(text, fc.oneof(inner(type.value), fc.constant(null)), { maxKeys: 3 })
    case 'structure':
      return structureOf(type.members, text, depth)
    default:
      return fc.constant('2026-11-21T00:00:00Z')
  }
}

const structureOf = (
  members: readonly Member[],
  text: fc.Arbitrary<string>,
  depth: number,
): fc.Arbitrary<unknown> => {
  const shape = members.map((member) => {
    const value = valueOf(member.type, text, depth + 1)
    const other = fc.constantFrom(null, undefined, {}, [], 7)
    const weights = member.required ? [12, 1] : [3, 2]
    const [weight = 1, rare = 1] = weights
    const arbitrary = fc.oneof({ arbitrary: value, weight }, { arbitrary: other, weight: rare })
    return [member.wire, arbitrary] as const
  })
  return fc.record(Object.fromEntries(shape))
}

test('no operation answers a hostile input with a fault of its own', async () => {
  const { server, bugs, call } = await startServer()
  const table = await loadServiceTable('apigatewayv2')
  const statuses = new Set<number>()
  for (const name of Object.keys(table.document.operations)) {
    // What one operation deleted is there again for the next.
    const text = textOf(await createThings(call))
    const operation = table.operation(name)
    assert.ok(operation)
    const { members } = operation.input
    const inputs = fc.record({
      labels: fc.array(text, { minLength: 4, maxLength: 4 }),
      query: structureOf(
        members.filter((each) => each.in === 'query'),
        text,
        0,
      ),
      body: structureOf(
        members.filter((each) => each.in === 'body'),
        text,
        0,
      ),
    })
    const samples = fc.sample(inputs, { numRuns: RUNS_PER_OPERATION, seed: SEED })
    for (const { labels, query, body } of samples) {
      let index = 0
      const path: string = operation.uri.replaceAll(/\{\w+\}/g, () =>
        encodeURIComponent(labels[index++] || 'none'),
      )
      const parameters = new URLSearchParams(
        Object.entries(query as object).map(([key, value]) => [key, String(value)]),
      )
      const answer = await server({
        method: operation.method,
        target: `${path}?${parameters}`,
        headers: ['Content-Type', 'application/json'],
        host: 'localhost',
        body: operation.method === 'GET' ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body)),
        remoteAddress: '127.0.0.1',
      })
      statuses.add(answer.statusCode)
      const sent = `${name} ${path} ${JSON.stringify(body)}`.slice(0, 500)
      assert.deepEqual(bugs, [], sent)
      assert.ok(answer.statusCode < 500, sent)
    }
  }
  // The inputs reach the operations: not all of them are refused at the door.
  for (const status of [200, 201, 204, 400, 404]) assert.ok(statuses.has(status), String(status))
})

import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { createDataPlane } from '#data-plane/accept/listener.ts'
import { compileRestStage } from '#data-plane/rest-stage.ts'
import type { Stage } from '#model/apigateway/stage.ts'
import type { LogBatch } from '#model/ports.ts'
import { gatherLogs } from '#observability/log-gathering.ts'
import { collectMetrics } from '#observability/metrics/collect-metrics.ts'
import type { MetricDelta } from '#observability/metrics/delta.ts'
import { openRecorder } from '#processes/recording.ts'
import type { Random } from '#shared/random.ts'
import { answered, sentRequest, testServices, textOf } from '../../support/http-api.ts'
import { handClock } from '../../support/limits.ts'
import {
  restDocument,
  restEntry,
  restIntegration,
  restMethod,
  type TestRestApi,
} from '../../support/rest-api.ts'

/** Draws these shares of the whole, one after the other, and then again. */
const drawing = (...shares: readonly number[]): Random => {
  let at = 0
  return {
    uuid: () => 'uuid',
    bytes: (length) => {
      const bytes = Buffer.alloc(length)
      // Ids draw other lengths.
      if (length === 4)
        bytes.writeUInt32BE(Math.floor((shares[at++ % shares.length] ?? 0) * 2 ** 32))
      return bytes
    },
  }
}

const release = (text: string): TestRestApi => ({
  methods: {
    'GET /pets': restMethod({
      methodIntegration: restIntegration({
        type: 'MOCK',
        requestTemplates: { 'application/json': '{"statusCode": 200}' },
        integrationResponses: {
          200: {
            statusCode: '200',
            responseTemplates: {
              'application/json': `${text} $context.isCanaryRequest $stageVariables.color $stageVariables.size $context.deploymentId`,
            },
          },
        },
      }),
      methodResponses: { 200: { statusCode: '200' } },
    }),
  },
})

const start = (stage: Partial<Stage>, random: Random, canaryDeployment = 'dep2') => {
  const heard = testServices({
    random,
    invokeFunction: async () => answered({ body: 'never' }),
  })
  const serve = (settings: Partial<Stage> = {}) => {
    const plan = compileRestStage(
      restEntry({ ...stage, ...settings }),
      restDocument(release('base')),
      restDocument({ ...release('canary'), document: { deploymentId: canaryDeployment } }),
    )
    const directory = {
      revision: 1,
      find: () => undefined,
      findApi: () => ({
        apiId: 'abc123',
        protocol: 'REST' as const,
        scope: plan.scope,
        disableExecuteApiEndpoint: false,
        stage: () => plan,
      }),
    }
    return createDataPlane(() => directory, heard.services)
  }
  const ask = async (settings: Partial<Stage> = {}) =>
    textOf((await serve(settings)(sentRequest({ target: '/prod/pets' }))).body)
  return { heard, ask }
}

test('F091: at 100 percent all requests run the canary’s deployment, with its stage variables', async () => {
  const stage: Partial<Stage> = {
    variables: { color: 'red', size: 'L' },
    canarySettings: {
      percentTraffic: 100,
      deploymentId: 'dep2',
      stageVariableOverrides: { color: 'blue' },
    },
  }
  const { heard, ask } = start(stage, drawing(0.999_999_999))
  assert.equal(await ask(), 'canary true blue L dep2')
  assert.equal(
    await ask({ canarySettings: { percentTraffic: 0, deploymentId: 'dep2' } }),
    'base false red L dep123',
  )
  assert.deepEqual(
    heard.records.map(({ isCanary, deploymentId }) => [isCanary, deploymentId]),
    [
      [true, 'dep2'],
      [undefined, 'dep123'],
    ],
  )
})

test('each request draws for itself: so many of a hundred are the canary’s [behaviour.md 11 "Canary"]', async () => {
  const stage = { canarySettings: { percentTraffic: 12.5, deploymentId: 'dep2' } }
  const { heard, ask } = start(stage, drawing(0, 0.1249, 0.125, 0.5, 0.99))
  for (let count = 0; count < 10; count++) await ask()
  assert.deepEqual(
    heard.records.map(({ isCanary }) => isCanary === true),
    [true, true, false, false, false, true, true, false, false, false],
  )
})

test('a canary’s requests are logged and counted with its stage’s, and apart [behaviour.md 11 "Canary"]', async () => {
  const canarySettings = { percentTraffic: 50, deploymentId: 'dep2' }
  const accessLogSettings = {
    destinationArn: 'arn:aws:logs:us-east-1:123456789012:log-group:calls',
    format: '$context.requestId $context.isCanaryRequest',
  }
  const batches: LogBatch[] = []
  const deltas: MetricDelta[] = []
  const executionLogs: string[] = []
  const { heard, ask } = start({ canarySettings, accessLogSettings }, drawing(0.1, 0.9, 0.9))
  const logs = gatherLogs({ clock: handClock(), write: (batch) => void batches.push(batch) })
  const metrics = collectMetrics({ clock: handClock(), send: (some) => void deltas.push(...some) })
  for (let count = 0; count < 3; count++) await ask()
  const { accessLog } =
    compileRestStage(restEntry({ accessLogSettings }), restDocument(release('base'))).observation ??
    {}
  assert.ok(accessLog)
  for (const record of heard.records) {
    logs.addAccess(record, accessLog)
    metrics.add(record, undefined)
  }
  logs.flush()
  metrics.flush()
  const recorder = openRecorder({
    settings: {
      recordBytes: 1e6,
      xrayDaemon: undefined,
      otlpEndpoint: undefined,
      otlpQueueBytes: 1,
    },
    writeLogs: (batch) => void executionLogs.push(batch.logGroupName),
  })
  const executionLog = { logGroupName: 'group/prod', lines: [{ atMs: 1, text: 'line' }] }
  for (const record of heard.records) recorder.add({ ...record, executionLog })
  await recorder.close()
  assert.deepEqual(executionLogs, ['group/prod', 'group/prod/Canary', 'group/prod', 'group/prod'])
  assert.deepEqual(
    batches.map(({ logGroupName, events }) => [logGroupName, events.map(({ message }) => message)]),
    [
      ['calls', ['uuid true', 'uuid false', 'uuid false']],
      ['calls/Canary', ['uuid true']],
    ],
  )
  assert.deepEqual(
    deltas.map(({ dimensionSets }) => dimensionSets.map(({ Stage }) => Stage)),
    [[undefined, 'prod'], ['prod/Canary']],
  )
})

describe('the cache of a canary [behaviour.md 10 "Canary"]', () => {
  const cachedStage = (useStageCache: boolean, deploymentId: string): Partial<Stage> => ({
    cacheClusterEnabled: true,
    methodSettings: { '*/*': { cachingEnabled: true } },
    canarySettings: { percentTraffic: 50, deploymentId, useStageCache },
  })
  for (const [name, useStageCache, deployment, expected] of [
    ['has entries of its own', false, 'dep2', 'MISS MISS HIT HIT'],
    ['has them too where it runs the stage’s deployment', false, 'dep123', 'MISS MISS HIT HIT'],
    ['has them in the stage’s cache for another deployment', true, 'dep2', 'MISS MISS HIT HIT'],
    [
      'is the stage’s for the stage’s deployment, where it uses it',
      true,
      'dep123',
      'MISS HIT HIT HIT',
    ],
  ] as const) {
    it(name, async () => {
      const { heard, ask } = start(
        cachedStage(useStageCache, deployment),
        drawing(0.9, 0.1),
        deployment,
      )
      for (let count = 0; count < 4; count++) await ask()
      assert.equal(heard.records.map(({ cache }) => cache).join(' '), expected)
    })
  }
})

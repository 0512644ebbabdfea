// What survives kill -9: of the whole node in the middle of deployments, and of one worker under load.
// `npm test -- --long` kills 50 times; by default a few times, to keep the suite fast.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  CreateRestApiCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
} from '@aws-sdk/client-api-gateway'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { startUpstream } from '../support/upstream.ts'

const KILLS = process.env.DAEMUN_TEST_LONG === '1' ? 50 : 4

const clientOf = (gateway: Gateway): APIGatewayClient =>
  new APIGatewayClient({
    endpoint: gateway.endpoint,
    region: 'us-east-1',
    credentials: gateway.credentials,
    maxAttempts: 1,
  })

/** A MOCK method on `/` that answers with its version; its draft is changed by `version`. */
const createApi = async (client: APIGatewayClient) => {
  const { id: restApiId = '', rootResourceId: resourceId = '' } = await client.send(
    new CreateRestApiCommand({ name: 'versions' }),
  )
  const method = { restApiId, resourceId, httpMethod: 'GET' }
  await client.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }))
  await client.send(new PutMethodResponseCommand({ ...method, statusCode: '200' }))
  const requestTemplates = { 'application/json': '{"statusCode": 200}' }
  await client.send(new PutIntegrationCommand({ ...method, type: 'MOCK', requestTemplates }))
  return { restApiId, method }
}

const deployVersion = async (
  client: APIGatewayClient,
  api: Awaited<ReturnType<typeof createApi>>,
  version: number,
): Promise<void> => {
  await client.send(
    new PutIntegrationResponseCommand({
      ...api.method,
      statusCode: '200',
      responseTemplates: { 'application/json': `{"version": ${version}}` },
    }),
  )
  await client.send(new CreateDeploymentCommand({ restApiId: api.restApiId, stageName: 'prod' }))
}

const servedVersion = async (gateway: Gateway, restApiId: string): Promise<number> => {
  const host = `${restApiId}.execute-api.localhost`
  const api = { id: restApiId, name: '', protocol: 'REST', stages: [], urls: [] }
  const answer = await gateway.call(api, '/prod', { headers: { host } })
  assert.equal(answer.status, 200, answer.text)
  return JSON.parse(answer.text).version
}

describe('kill -9', () => {
  it(`of daemun serve during deployments, ${KILLS} times: every restart serves the last committed one`, async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'daemun-kill-'))
    let gateway = await startGateway({ shape: 'serve', dataDir })
    try {
      let client = clientOf(gateway)
      const api = await createApi(client)
      let version = 1
      await deployVersion(client, api, version)
      let committed = version
      for (let kill = 0; kill < KILLS; kill++) {
        // Deployments follow each other until the node dies under one of them: after a different number each time.
        const target = committed + 1 + (kill % 3)
        const enough = Promise.withResolvers<void>()
        const deploying = (async () => {
          for (;;) {
            await deployVersion(client, api, version + 1)
            committed = ++version
            if (committed === target) enough.resolve()
          }
        })().catch(() => undefined) // The kill ends it.
        await enough.promise
        await gateway.kill('SIGKILL')
        await deploying
        gateway = await startGateway({ shape: 'serve', dataDir })
        const served = await servedVersion(gateway, api.restApiId)
        // A deployment whose answer was lost may have been committed; one that was answered must have been.
        assert.ok(
          served === committed || served === committed + 1,
          `served ${served}, the last answered deployment was ${committed}`,
        )
        version = served
        committed = served
        client = clientOf(gateway)
      }
    } finally {
      await gateway.stop()
      await rm(dataDir, { recursive: true, force: true })
    }
  })

  it('of one worker of two under load loses only the requests it was serving', async () => {
    const upstream = await startUpstream()
    const gateway = await startGateway({
      shape: 'serve',
      file: join(import.meta.dirname, '../../examples/http-api-quick-create/template.yaml'),
      args: ['--parameter', `BackendUrl=${upstream.url}`],
    })
    try {
      const api = gateway.api('quick')
      const ready = gateway.events.find((event) => event.event === 'ready')
      const [victim] = (ready?.workers ?? []) as readonly number[]
      assert.ok(victim)
      const clients = 8
      const lost: unknown[] = []
      let answered = 0
      let afterKill = 0
      let killed = false
      const replaced = gateway.event((event) => event.event === 'process-died')
      const client = async (): Promise<void> => {
        while (afterKill < 400) {
          try {
            const { status } = await gateway.call(api, '/')
            assert.equal(status, 200)
            answered++
            if (killed) afterKill++
          } catch (error) {
            lost.push(error)
          }
          if (answered > 200 && !killed) {
            killed = true
            process.kill(victim, 'SIGKILL')
          }
        }
      }
      await Promise.all(Array.from({ length: clients }, client))
      const died = await replaced
      assert.equal(died.role, 'worker')
      assert.ok(lost.length <= clients, `${lost.length} requests lost: ${lost[0]}`)
    } finally {
      await gateway.stop()
      await upstream.close()
    }
  })
})

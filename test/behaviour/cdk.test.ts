import assert from 'node:assert/strict'
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { App, Stack } from 'aws-cdk-lib'
import * as rest from 'aws-cdk-lib/aws-apigateway'
import * as http from 'aws-cdk-lib/aws-apigatewayv2'
import {
  HttpLambdaIntegration,
  WebSocketLambdaIntegration,
} from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import { WebSocket } from 'ws'
import { type Answer, type Gateway, startGateway } from '../support/gateway.ts'

const CODE = `
exports.handler = async (event) => ({ statusCode: 200, body: 'hello ' + (event.path ?? event.rawPath ?? event.requestContext.routeKey) })
exports.authorize = async (event) => ({
  principalId: 'me',
  policyDocument: { Version: '2012-10-17', Statement: [{
    Action: 'execute-api:Invoke', Resource: '*',
    Effect: event.authorizationToken === 'allow' ? 'Allow' : 'Deny' }] },
})
`

/** Synthesises an app whose functions are an asset, starts the gateway from its cdk.out and tries it. */
const withCdkApp = async (
  build: (stack: Stack, handler: (name: string) => lambda.Function) => unknown,
  work: (gateway: Gateway) => Promise<void>,
): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-cdk-'))
  const asset = join(folder, 'code')
  await mkdir(asset)
  await writeFile(join(asset, 'index.js'), CODE)
  const outdir = join(folder, 'cdk.out')
  try {
    const app = new App({ outdir, analyticsReporting: false })
    const stack = new Stack(app, 'Shop')
    build(
      stack,
      (name) =>
        new lambda.Function(stack, name, {
          runtime: lambda.Runtime.NODEJS_22_X,
          handler: `index.${name === 'Guard' ? 'authorize' : 'handler'}`,
          code: lambda.Code.fromAsset(asset),
        }),
    )
    app.synth()
    const gateway = await startGateway({ shape: 'start', file: outdir, args: ['--no-watch'] })
    await work(gateway).finally(() => gateway.stop())
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The answer, or, where a step is not there yet, that it was named: by the answer and when the gateway started. */
const answers = (gateway: Gateway, answer: Answer, status: number): boolean => {
  if (answer.status !== 501) {
    assert.equal(answer.status, status, answer.text)
    return true
  }
  const ready = JSON.stringify(gateway.events.find(({ event }) => event === 'ready'))
  assert.match(ready, /"effect":"refused"/)
  assert.match(answer.text, /not (?:supported|provided|implemented|enforced)|does not/i)
  return false
}

test('LambdaRestApi of CDK starts from cdk.out, its asset included, and answers', () =>
  withCdkApp(
    (stack, handler) => {
      return new rest.LambdaRestApi(stack, 'Api', { handler: handler('Hello') })
    },
    async (gateway) => {
      const answer = await gateway.call(gateway.api('Api'), '/prod/some/path')
      assert.equal(answers(gateway, answer, 200), true)
      assert.equal(answer.text, 'hello /some/path')
    },
  ))

test('HttpApi of CDK with a HttpLambdaIntegration starts and answers', () =>
  withCdkApp(
    (stack, handler) => {
      const api = new http.HttpApi(stack, 'Api', { apiName: 'pets' })
      api.addRoutes({
        path: '/pets/{id}',
        methods: [http.HttpMethod.GET],
        integration: new HttpLambdaIntegration('Integration', handler('Hello')),
      })
    },
    async (gateway) => {
      const answer = await gateway.call(gateway.api('pets'), '/pets/7')
      assert.equal(answers(gateway, answer, 200), true)
      assert.equal(answer.text, 'hello /pets/7')
    },
  ))

test('WebSocketApi of CDK starts and answers messages', () =>
  withCdkApp(
    (stack, handler) => {
      const api = new http.WebSocketApi(stack, 'Api', { apiName: 'chat' })
      api.addRoute('say', {
        integration: new WebSocketLambdaIntegration('Say', handler('Hello')),
        returnResponse: true,
      })
      return new http.WebSocketStage(stack, 'Stage', {
        webSocketApi: api,
        stageName: 'dev',
        autoDeploy: true,
      })
    },
    async (gateway) => {
      const api = gateway.api('chat')
      assert.equal(api.protocol, 'WEBSOCKET')
      const socket = new WebSocket(`${gateway.dataOrigin.replace('http', 'ws')}/dev`, {
        headers: { host: `${api.id}.execute-api.localhost` },
      })
      const said = await new Promise<string>((resolve, reject) => {
        socket.on('open', () => socket.send('{"action":"say"}'))
        socket.on('message', (data: Buffer) => resolve(data.toString()))
        socket.on('error', reject)
      }).finally(() => socket.terminate())
      assert.equal(said, 'hello say')
    },
  ))

test('a usage plan and an authorizer of CDK start, and decide who may pass', () =>
  withCdkApp(
    (stack, handler) => {
      const authorizer = new rest.TokenAuthorizer(stack, 'Guarding', { handler: handler('Guard') })
      const api = new rest.RestApi(stack, 'Api', { restApiName: 'guarded' })
      api.root.addMethod('GET', new rest.LambdaIntegration(handler('Hello')), {
        authorizer,
        apiKeyRequired: true,
      })
      const plan = api.addUsagePlan('Plan', { throttle: { rateLimit: 100, burstLimit: 100 } })
      plan.addApiStage({ stage: api.deploymentStage })
      plan.addApiKey(api.addApiKey('Key', { value: 'a-key-of-twenty-chars' }))
    },
    async (gateway) => {
      const api = gateway.api('guarded')
      const ask = (headers: Readonly<Record<string, string>>) =>
        gateway.call(api, '/prod/', { headers })
      const key = { 'x-api-key': 'a-key-of-twenty-chars' }
      if (!answers(gateway, await ask({ authorization: 'allow', ...key }), 200)) return
      assert.equal((await ask(key)).status, 401)
      assert.equal((await ask({ authorization: 'deny', ...key })).status, 403)
      assert.equal((await ask({ authorization: 'allow' })).status, 403)
    },
  ))

// A gateway whose integration names a function of another gateway.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiGatewayV2Client, CreateApiCommand } from '@aws-sdk/client-apigatewayv2'
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { call, startGateway } from '../support/gateway.ts'
import { ROLE, zipOf } from './api/support.ts'

test('an integration reaches a function that lives where --endpoint lambda=URL leads', async (t) => {
  const far = await startGateway({ shape: 'start' })
  t.after(() => far.stop())
  const near = await startGateway({
    shape: 'start',
    args: ['--endpoint', `lambda=${far.endpoint}`],
  })
  t.after(() => near.stop())
  const region = 'us-east-1'
  const { credentials } = far
  const lambda = new LambdaClient({ endpoint: far.endpoint, region, credentials })
  const apis = new ApiGatewayV2Client({ endpoint: near.endpoint, region, credentials })
  t.after(() => {
    lambda.destroy()
    apis.destroy()
  })
  const { FunctionArn = '' } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'far',
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: ROLE,
      Code: { ZipFile: zipOf({ 'index.js': 'exports.handler = async (e) => "far" + e.rawPath' }) },
    }),
  )
  const made = await apis.send(
    new CreateApiCommand({ Name: 'near', ProtocolType: 'HTTP', Target: FunctionArn }),
  )
  const headers = { host: `${made.ApiId}.execute-api.localhost` }
  const answer = await call(near.dataOrigin, '/here', { headers })
  assert.deepEqual([answer.status, answer.text], [200, 'far/here'])
  const missing = await apis.send(
    new CreateApiCommand({ Name: 'no', ProtocolType: 'HTTP', Target: `${FunctionArn}-none` }),
  )
  const none = await call(near.dataOrigin, '/', {
    headers: { host: `${missing.ApiId}.execute-api.localhost` },
  })
  assert.equal(none.status, 500)
})

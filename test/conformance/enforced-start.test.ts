// `daemun start --enforce-iam`: the development pair is the root, everybody else needs a key and a policy.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { CreateRestApiCommand, APIGatewayClient } from '@aws-sdk/client-api-gateway'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { startGateway } from '../support/gateway.ts'

it('verifies management calls and invocations of functions on loopback when it is told to', async (t) => {
  const gateway = await startGateway({ shape: 'start', args: ['--enforce-iam'] })
  t.after(() => gateway.stop())
  const options = { endpoint: gateway.endpoint, region: 'us-east-1', maxAttempts: 1 }
  const { credentials } = gateway
  const stranger = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'any' }
  await new APIGatewayClient({ ...options, credentials }).send(
    new CreateRestApiCommand({ name: 'a' }),
  )
  await assert.rejects(
    new APIGatewayClient({ ...options, credentials: stranger }).send(
      new CreateRestApiCommand({ name: 'a' }),
    ),
    { name: 'UnrecognizedClientException' },
  )
  const invoke = new InvokeCommand({ FunctionName: 'nothing', Payload: Buffer.from('{}') })
  await assert.rejects(new LambdaClient({ ...options, credentials: stranger }).send(invoke), {
    name: 'UnrecognizedClientException',
  })
  // Let in, and only then is there no such function.
  await assert.rejects(new LambdaClient({ ...options, credentials }).send(invoke), {
    name: 'ResourceNotFoundException',
  })
})

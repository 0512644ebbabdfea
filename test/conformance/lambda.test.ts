// The real Lambda client against a running gateway: functions are made, changed, versioned, invoked, streamed, deleted.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionCommand,
  GetAccountSettingsCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetPolicyCommand,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ListFunctionsCommand,
  ListLayersCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda'
import { ROLE, zipOf } from '../lambda/api/support.ts'
import { call, type Gateway, SHAPES, startGateway } from '../support/gateway.ts'

const code = (text: string) => ({ 'index.js': `exports.handler = ${text}` })
const made = (FunctionName: string, text: string) => ({
  FunctionName,
  Runtime: 'nodejs22.x' as const,
  Handler: 'index.handler',
  Role: ROLE,
  Code: { ZipFile: zipOf(code(text)) },
})

for (const shape of SHAPES) {
  describe(`the Lambda client on daemun ${shape}`, () => {
    let gateway: Gateway
    let lambda: LambdaClient
    before(async () => {
      gateway = await startGateway({ shape })
      lambda = new LambdaClient({
        endpoint: gateway.endpoint,
        region: 'us-east-1',
        credentials: gateway.credentials,
        maxAttempts: 1,
      })
    })
    after(async () => {
      lambda?.destroy()
      await gateway?.stop()
    })
    const invoke = async (FunctionName: string, input: object = {}) => {
      const answer = await lambda.send(new InvokeCommand({ FunctionName, ...input }))
      const text = answer.Payload?.transformToString() ?? ''
      return { ...answer, body: text === '' ? undefined : JSON.parse(text) }
    }

    it('creates, updates, versions, invokes and deletes a function', async () => {
      const FunctionName = 'life'
      const version = `async () => process.env.AWS_LAMBDA_FUNCTION_VERSION + ' red'`
      await lambda.send(new CreateFunctionCommand(made(FunctionName, version)))
      await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 10 }, { FunctionName })
      const first = await invoke(FunctionName, { LogType: 'Tail' })
      assert.deepEqual([first.body, first.ExecutedVersion], ['$LATEST red', '$LATEST'])
      assert.match(Buffer.from(first.LogResult ?? '', 'base64').toString(), /REPORT RequestId/)

      await lambda.send(new PublishVersionCommand({ FunctionName }))
      const ZipFile = zipOf(code(version.replace('red', 'blue')))
      await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }))
      await waitUntilFunctionUpdatedV2({ client: lambda, maxWaitTime: 10 }, { FunctionName })
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 9 }))
      await lambda.send(new PublishVersionCommand({ FunctionName }))
      const alias = { FunctionName, Name: 'live' }
      await lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: '1' }))
      assert.equal((await invoke(FunctionName)).body, '$LATEST blue')
      assert.equal((await invoke(`${FunctionName}:1`)).body, '1 red')
      const live = await invoke(FunctionName, { Qualifier: 'live' })
      assert.deepEqual([live.body, live.ExecutedVersion], ['1 red', '1'])
      const AdditionalVersionWeights = { 2: 1 }
      const RoutingConfig = { AdditionalVersionWeights }
      await lambda.send(new UpdateAliasCommand({ ...alias, RoutingConfig }))
      assert.equal((await invoke(FunctionName, { Qualifier: 'live' })).body, '2 blue')
      const { Versions } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName }))
      assert.deepEqual(
        Versions?.map(({ Version, Timeout }) => [Version, Timeout]),
        [
          ['$LATEST', 9],
          ['1', 3],
          ['2', 9],
        ],
      )
      await lambda.send(new DeleteFunctionCommand({ FunctionName }))
      await assert.rejects(invoke(FunctionName), { name: 'ResourceNotFoundException' })
      await assert.rejects(lambda.send(new GetFunctionCommand({ FunctionName })), {
        name: 'ResourceNotFoundException',
        message: 'Function not found: arn:aws:lambda:us-east-1:123456789012:function:life',
      })
    })

    it('streams, refuses what is reserved away, and takes events and dry runs', async () => {
      const FunctionName = 'streams'
      const text = `awslambda.streamifyResponse(async (event, out) => { out.write('a'); out.write('b'); out.end() })`
      await lambda.send(new CreateFunctionCommand(made(FunctionName, text)))
      const { EventStream = [] } = await lambda.send(
        new InvokeWithResponseStreamCommand({ FunctionName }),
      )
      let streamed = ''
      for await (const { PayloadChunk } of EventStream) {
        streamed += Buffer.from(PayloadChunk?.Payload ?? []).toString()
      }
      assert.equal(streamed, 'ab')
      assert.equal((await invoke(FunctionName, { InvocationType: 'DryRun' })).StatusCode, 204)
      assert.equal((await invoke(FunctionName, { InvocationType: 'Event' })).StatusCode, 202)
      const off = { FunctionName, ReservedConcurrentExecutions: 0 }
      await lambda.send(new PutFunctionConcurrencyCommand(off))
      await assert.rejects(invoke(FunctionName), { name: 'TooManyRequestsException' })
      const told = await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }))
      assert.equal(told.ReservedConcurrentExecutions, 0)
    })

    it('puts layers under the function, in Node', async () => {
      const { LayerVersionArn = '' } = await lambda.send(
        new PublishLayerVersionCommand({
          LayerName: 'tools',
          Content: {
            ZipFile: zipOf({ 'nodejs/node_modules/tool/index.js': 'module.exports = "sharp"' }),
          },
          CompatibleRuntimes: ['nodejs22.x'],
        }),
      )
      const text = `async () => require('tool')`
      await lambda.send(
        new CreateFunctionCommand({ ...made('layered', text), Layers: [LayerVersionArn] }),
      )
      assert.equal((await invoke('layered')).body, 'sharp')
      const { Layers } = await lambda.send(new ListLayersCommand({}))
      assert.equal(Layers?.[0]?.LatestMatchingVersion?.LayerVersionArn, LayerVersionArn)
    })

    it('keeps policies, tags, URLs, event settings and event source mappings', async () => {
      const FunctionName = 'around'
      const { FunctionArn = '' } = await lambda.send(
        new CreateFunctionCommand(made(FunctionName, 'async () => 1')),
      )
      const statement = {
        FunctionName,
        StatementId: 'api',
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
        SourceArn: 'arn:aws:execute-api:us-east-1:123456789012:abc/*/GET/pets',
      }
      await lambda.send(new AddPermissionCommand(statement))
      await assert.rejects(lambda.send(new AddPermissionCommand(statement)), {
        name: 'ResourceConflictException',
      })
      const { Policy = '', RevisionId } = await lambda.send(new GetPolicyCommand({ FunctionName }))
      assert.deepEqual(JSON.parse(Policy).Statement[0].Condition, {
        ArnLike: { 'AWS:SourceArn': statement.SourceArn },
      })
      const stale = { FunctionName, StatementId: 'api', RevisionId: 'no' }
      await assert.rejects(lambda.send(new RemovePermissionCommand(stale)), {
        name: 'PreconditionFailedException',
      })
      await lambda.send(new RemovePermissionCommand({ ...stale, RevisionId }))
      await lambda.send(new TagResourceCommand({ Resource: FunctionArn, Tags: { a: 'b' } }))
      const { Tags } = await lambda.send(new ListTagsCommand({ Resource: FunctionArn }))
      assert.deepEqual(Tags, { a: 'b' })
      const url = await lambda.send(
        new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE' }),
      )
      assert.match(url.FunctionUrl ?? '', /^https:\/\/\w{32}\.lambda-url\.us-east-1\.on\.aws\/$/)
      const config = await lambda.send(
        new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 1 }),
      )
      assert.equal(config.MaximumRetryAttempts, 1)
      const EventSourceArn = 'arn:aws:sqs:us-east-1:123456789012:orders'
      const mapping = await lambda.send(
        new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn }),
      )
      assert.deepEqual([mapping.State, mapping.BatchSize], ['Enabled', 10])
      const listed = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }))
      assert.equal(listed.EventSourceMappings?.[0]?.UUID, mapping.UUID)
      const { AccountUsage } = await lambda.send(new GetAccountSettingsCommand({}))
      assert.ok((AccountUsage?.FunctionCount ?? 0) >= 1)
    })

    it('serves a function URL to everybody whom the policy lets in, with CORS', async () => {
      const FunctionName = 'page'
      const text = `async (event) => ({ statusCode: 201, body: event.requestContext.http.method + event.rawPath })`
      await lambda.send(new CreateFunctionCommand(made(FunctionName, text)))
      const url = await lambda.send(
        new CreateFunctionUrlConfigCommand({
          FunctionName,
          AuthType: 'NONE',
          Cors: { AllowOrigins: ['https://a.example'] },
        }),
      )
      const host = new URL(url.FunctionUrl ?? '').host
      const headers = { host, origin: 'https://a.example' }
      const closed = await call(gateway.dataOrigin, '/a/b', { headers })
      assert.deepEqual([closed.status, closed.text], [403, '{"Message":"Forbidden"}'])
      await lambda.send(
        new AddPermissionCommand({
          FunctionName,
          StatementId: 'all',
          Action: 'lambda:InvokeFunctionUrl',
          Principal: '*',
          FunctionUrlAuthType: 'NONE',
        }),
      )
      const open = await call(gateway.dataOrigin, '/a/b', { headers })
      assert.deepEqual([open.status, open.text], [201, 'GET/a/b'])
      assert.equal(open.headers['access-control-allow-origin'], 'https://a.example')
      const local = `/_aws/lambda-url/${host.split('.')[0]}/c`
      assert.equal((await call(gateway.dataOrigin, local)).text, 'GET/c')
    })

    it('answers others while 50 MB are uploaded, and refuses what is larger', async () => {
      const large = {
        'index.js': 'exports.handler = async () => 1',
        blob: Buffer.alloc(49_000_000),
      }
      const uploading = lambda.send(
        new CreateFunctionCommand({ ...made('large', ''), Code: { ZipFile: zipOf(large) } }),
      )
      const state = { done: false }
      const uploaded = uploading.then(() => (state.done = true))
      let answered = 0
      while (!state.done) {
        await lambda.send(new GetAccountSettingsCommand({}))
        answered += 1
      }
      await uploaded
      assert.ok(answered > 1, `${answered} requests were answered meanwhile`)
      assert.equal((await invoke('large')).body, 1)
      const tooLarge = { blob: Buffer.alloc(54_000_000) }
      await assert.rejects(
        lambda.send(
          new CreateFunctionCommand({ ...made('larger', ''), Code: { ZipFile: zipOf(tooLarge) } }),
        ),
        (error: Error) => /RequestEntityTooLarge|EPIPE|ECONNRESET/.test(`${error.name} ${error}`),
      )
    })

    it('refuses a payload of more than 6 MB as AWS does', async () => {
      await lambda.send(new CreateFunctionCommand(made('small', 'async () => 1')))
      const Payload = Buffer.from(`"${'a'.repeat(6 * 1024 * 1024)}"`)
      await assert.rejects(lambda.send(new InvokeCommand({ FunctionName: 'small', Payload })), {
        name: 'RequestTooLargeException',
        message: 'Request must be smaller than 6291456 bytes for the Invoke operation',
      })
      assert.equal((await invoke('small')).body, 1)
    })

    it('lists functions page by page', async () => {
      for (const name of ['page-1', 'page-2', 'page-3']) {
        await lambda.send(new CreateFunctionCommand(made(name, 'async () => 1')))
      }
      const first = await lambda.send(new ListFunctionsCommand({ MaxItems: 2 }))
      assert.equal(first.Functions?.length, 2)
      const rest = await lambda.send(new ListFunctionsCommand({ Marker: first.NextMarker }))
      assert.ok((rest.Functions?.length ?? 0) >= 1)
    })
  })
}

// Function URLs through the clients that call them: signed with aws4fetch, streamed over a real socket.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { after, before, describe, it } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteUserPolicyCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  type FunctionUrlAuthType,
  type InvokeMode,
  LambdaClient,
} from '@aws-sdk/client-lambda'
import { AwsV4Signer } from 'aws4fetch'
import { ROLE, zipOf } from '../lambda/api/support.ts'
import {
  type Answer,
  call,
  type Gateway,
  type GatewayCredentials,
  SHAPES,
  startGateway,
} from '../support/gateway.ts'

for (const shape of SHAPES) {
  describe(`function URLs on daemun ${shape}`, () => {
    let gateway: Gateway
    let lambda: LambdaClient
    let iam: IAMClient
    let ann: GatewayCredentials
    before(async () => {
      gateway = await startGateway({ shape })
      const { endpoint, credentials } = gateway
      const client = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
      lambda = new LambdaClient(client)
      iam = new IAMClient(client)
      await iam.send(new CreateUserCommand({ UserName: 'ann' }))
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }))
      ann = {
        accessKeyId: AccessKey?.AccessKeyId ?? '',
        secretAccessKey: AccessKey?.SecretAccessKey ?? '',
      }
    })
    after(async () => {
      lambda?.destroy()
      iam?.destroy()
      await gateway?.stop()
    })

    /** The URL's host. */
    const makeUrl = async (
      FunctionName: string,
      text: string,
      AuthType: FunctionUrlAuthType,
      InvokeMode: InvokeMode = 'BUFFERED',
    ): Promise<{ readonly host: string; readonly arn: string }> => {
      const { FunctionArn = '' } = await lambda.send(
        new CreateFunctionCommand({
          FunctionName,
          Runtime: 'nodejs22.x',
          Handler: 'index.handler',
          Role: ROLE,
          Code: { ZipFile: zipOf({ 'index.js': `exports.handler = ${text}` }) },
        }),
      )
      const { FunctionUrl = '' } = await lambda.send(
        new CreateFunctionUrlConfigCommand({ FunctionName, AuthType, InvokeMode }),
      )
      if (AuthType === 'NONE') await permit(FunctionName, '*', AuthType)
      return { host: new URL(FunctionUrl).host, arn: FunctionArn }
    }
    const permit = (
      FunctionName: string,
      Principal: string,
      FunctionUrlAuthType: FunctionUrlAuthType,
      StatementId = 'url',
    ) =>
      lambda.send(
        new AddPermissionCommand({
          FunctionName,
          StatementId,
          Action: 'lambda:InvokeFunctionUrl',
          Principal,
          FunctionUrlAuthType,
        }),
      )
    const signed = async (
      host: string,
      path: string,
      credentials: GatewayCredentials,
      { body, service = 'lambda' }: { readonly body?: string; readonly service?: string } = {},
    ): Promise<Answer> => {
      const method = body === undefined ? 'GET' : 'POST'
      const signer = new AwsV4Signer({
        ...credentials,
        url: `https://${host}${path}`,
        method,
        service,
        region: 'us-east-1',
        ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
      })
      const { headers } = await signer.sign()
      return call(gateway.dataOrigin, path, {
        method,
        headers: { ...Object.fromEntries(headers), host },
        ...(body !== undefined && { body }),
      })
    }
    /** What a call has changed is served when it is answered, by every worker of `serve`. */
    const answered = async (status: number, ask: () => Promise<Answer>): Promise<Answer> => {
      const answer = await ask()
      assert.equal(answer.status, status, answer.text)
      return answer
    }
    const allow = (Resource: string, Condition?: object) =>
      iam.send(
        new PutUserPolicyCommand({
          UserName: 'ann',
          PolicyName: 'urls',
          PolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: {
              Effect: 'Allow',
              Action: 'lambda:InvokeFunctionUrl',
              Resource,
              ...(Condition && { Condition }),
            },
          }),
        }),
      )

    it('let in who signed and may lambda:InvokeFunctionUrl, and tell the function who it is', async () => {
      const text = `async ({ requestContext, body }) => ({ arn: requestContext.authorizer.iam.userArn, body })`
      const { host, arn } = await makeUrl('mine', text, 'AWS_IAM')
      const unsigned = await answered(403, () =>
        call(gateway.dataOrigin, '/', { headers: { host } }),
      )
      assert.equal(unsigned.text, '{"Message":"Forbidden"}')
      assert.equal(unsigned.headers['x-amzn-errortype'], 'AccessDeniedException')
      const denied = await signed(host, '/', ann)
      assert.deepEqual([denied.status, denied.text], [403, '{"Message":"Forbidden"}'])

      await allow(arn, { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } })
      const answer = await answered(200, () => signed(host, '/a?b=c', ann, { body: '{"x":1}' }))
      assert.deepEqual(JSON.parse(answer.text), {
        arn: 'arn:aws:iam::123456789012:user/ann',
        body: '{"x":1}',
      })

      const wrong = await signed(host, '/', { ...ann, secretAccessKey: 'no' })
      assert.equal(wrong.status, 403)
      assert.match(wrong.text, /^\{"message":"The request signature we calculated does not match/)
      assert.equal((await signed(host, '/', ann, { service: 'execute-api' })).status, 403)
      const nobody = await signed(host, '/', { ...ann, accessKeyId: 'AKIANOBODY' })
      assert.match(nobody.text, /The security token included in the request is invalid/)
    })

    it('let in whom the function’s own policy names, for this kind of URL alone', async () => {
      await iam
        .send(new DeleteUserPolicyCommand({ UserName: 'ann', PolicyName: 'urls' }))
        .catch(() => undefined)
      const { host } = await makeUrl('given', 'async () => "in"', 'AWS_IAM')
      await answered(403, () => signed(host, '/', ann))
      const principal = 'arn:aws:iam::123456789012:user/ann'
      await permit('given', principal, 'NONE', 'other-type')
      assert.equal((await signed(host, '/', ann)).status, 403)
      await permit('given', principal, 'AWS_IAM')
      assert.equal((await answered(200, () => signed(host, '/', ann))).text, 'in')
    })

    const open = async (host: string): Promise<IncomingMessage> => {
      const { hostname, port } = new URL(gateway.dataOrigin)
      const sent = request({ hostname, port, headers: { host }, agent: false })
      sent.end()
      const [response] = (await once(sent, 'response')) as [IncomingMessage]
      return response
    }

    it('pass a streamed answer on as it is written, with the head of HttpResponseStream', async () => {
      const text = `awslambda.streamifyResponse(async (event, stream) => {
        const out = awslambda.HttpResponseStream.from(stream, {
          statusCode: 201, headers: { 'Content-Type': 'text/plain', 'x-a': 'b' }, cookies: ['c=d'],
        })
        const alive = setInterval(() => {}, 1000)
        const told = new Promise((resolve) => process.once('SIGUSR2', resolve))
        out.write('first ' + process.pid + '\\n')
        await told
        clearInterval(alive)
        out.end('second')
      })`
      const { host } = await makeUrl('streams', text, 'NONE', 'RESPONSE_STREAM')
      let response = await open(host)
      for (let tries = 0; response.statusCode === 403 && tries < 300; tries += 1) {
        response.resume()
        response = await open(host)
      }
      assert.equal(response.statusCode, 201)
      assert.equal(response.headers['content-type'], 'text/plain')
      assert.equal(response.headers['x-a'], 'b')
      assert.deepEqual(response.headers['set-cookie'], ['c=d'])
      assert.equal(response.headers['transfer-encoding'], 'chunked')
      let received = ''
      for await (const chunk of response) {
        received += String(chunk)
        const [, pid] = /^first (\d+)\n$/.exec(received) ?? []
        if (pid !== undefined) process.kill(Number(pid), 'SIGUSR2')
      }
      assert.match(received, /^first \d+\nsecond$/)
    })

    it('pass a stream without a head on as bytes, and an answer that is none as it is', async () => {
      const bytes = await makeUrl(
        'bytes',
        `awslambda.streamifyResponse(async (event, out) => { out.write('raw'); out.end() })`,
        'NONE',
        'RESPONSE_STREAM',
      )
      const ask = (host: string) => () => call(gateway.dataOrigin, '/', { headers: { host } })
      const raw = await answered(200, ask(bytes.host))
      assert.deepEqual([raw.text, raw.headers['content-type']], ['raw', 'application/octet-stream'])
      const plain = await makeUrl('plain', 'async () => ({ a: 1 })', 'NONE', 'RESPONSE_STREAM')
      assert.equal((await answered(200, ask(plain.host))).text, '{"a":1}')
      const fails = await makeUrl(
        'fails',
        'async () => { throw new Error("no") }',
        'NONE',
        'RESPONSE_STREAM',
      )
      await answered(502, ask(fails.host))
    })
  })
}

// One port for everything, and who may come through it: malformed requests, web pages of other origins, foreign Hosts.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  APIGatewayClient,
  CreateRestApiCommand,
  GetRestApisCommand,
} from '@aws-sdk/client-api-gateway'
import { ApiGatewayV2Client, CreateApiCommand, GetApisCommand } from '@aws-sdk/client-apigatewayv2'
import { call, EXAMPLES, type Gateway, SHAPES, startGateway } from '../support/gateway.ts'

const AWS_SHAPE = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/apigateway/aws4_request, SignedHeaders=host, Signature=0',
}

/** Sends raw bytes and gives all that comes back before the other side closes. */
const raw = async (origin: string, bytes: string): Promise<string> => {
  const { hostname, port } = new URL(origin)
  const socket = connect(Number(port), hostname)
  let text = ''
  socket.setEncoding('latin1').on('data', (part: string) => (text += part))
  socket.on('error', () => undefined) // A reset is a close, too.
  socket.write(bytes)
  await once(socket, 'close')
  return text
}

for (const shape of SHAPES) {
  describe(`the front door of daemun ${shape}`, () => {
    let gateway: Gateway
    before(async () => {
      gateway = await startGateway({ shape, file: join(EXAMPLES, 'rest-mock/template.yaml') })
    })
    after(() => gateway?.stop())

    it('lets the AWS SDK in, in any region', async () => {
      const options = {
        endpoint: gateway.endpoint,
        region: 'eu-west-1',
        credentials: gateway.credentials,
      }
      const rest = new APIGatewayClient(options)
      const made = await rest.send(new CreateRestApiCommand({ name: 'by-sdk' }))
      const listed = await rest.send(new GetRestApisCommand({}))
      assert.deepEqual(
        listed.items?.map((api) => api.id),
        [made.id],
      )
      const http = new ApiGatewayV2Client(options)
      await http.send(new CreateApiCommand({ Name: 'by-sdk', ProtocolType: 'HTTP' }))
      assert.equal((await http.send(new GetApisCommand({}))).Items?.length, 1)
    })

    it('answers 400 to a malformed request and closes the connection', async () => {
      for (const bytes of ['NONSENSE\r\n\r\n', 'GET /x\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n']) {
        for (const origin of new Set([gateway.endpoint, gateway.dataOrigin])) {
          assert.match(await raw(origin, bytes), /^HTTP\/1\.1 400 /, bytes)
        }
      }
    })

    it('lets no web page of another origin create or change anything', async () => {
      const forms = [
        { 'content-type': 'text/plain', origin: 'https://evil.example' },
        { ...AWS_SHAPE, origin: 'https://evil.example' },
        { ...AWS_SHAPE, origin: 'null' },
        { 'content-type': 'application/x-www-form-urlencoded' },
      ]
      for (const headers of forms) {
        const answer = await call(gateway.endpoint, '/restapis', {
          method: 'POST',
          headers: { ...headers } as Record<string, string>,
          body: '{"name":"evil"}',
        })
        assert.equal(answer.status, 403, JSON.stringify(headers))
        assert.equal(answer.headers['access-control-allow-origin'], undefined)
      }
    })

    it('refuses a Host that is not its own (DNS rebinding)', async () => {
      const answer = await call(gateway.endpoint, '/restapis', {
        headers: { ...AWS_SHAPE, host: 'evil.example' },
      })
      assert.equal(answer.status, 403)
      assert.match(answer.text, /--allowed-host/)
    })

    it('goes back to what it was after the start when a test asks for it', async () => {
      const [api] = gateway.apis
      assert.ok(api)
      const deleted = await call(gateway.endpoint, `/restapis/${api.id}`, {
        method: 'DELETE',
        headers: AWS_SHAPE,
      })
      // A node in production verifies who calls: a shape is no signature.
      assert.equal(deleted.status, shape === 'start' ? 202 : 403)
      const reset = await call(gateway.endpoint, '/_daemun/reset', { method: 'POST' })
      // A node in production has no such page.
      assert.equal(reset.status, shape === 'start' ? 200 : 404)
      if (shape === 'start') assert.equal((await gateway.call(api, '/Prod')).status, 200)
      const foreign = { origin: 'https://evil.example' }
      const refused = await call(gateway.endpoint, '/_daemun/reset', {
        method: 'POST',
        headers: foreign,
      })
      assert.equal(refused.status, 403)
    })

    it('says that it is healthy, by its own and by the familiar path', async () => {
      for (const path of ['/_daemun/health', '/_daemun/ready', '/_localstack/health']) {
        assert.equal((await call(gateway.endpoint, path)).status, 200, path)
      }
      assert.equal((await call(gateway.dataOrigin, '/_daemun/ready')).status, 200)
    })
  })
}

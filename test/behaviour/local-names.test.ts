// An HTTP API whose default endpoint is switched off is for its custom domain name alone; on a developer's machine the
// local name stands for that.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { call, SHAPES, startGateway } from '../support/gateway.ts'

const TEMPLATE = `Transform: AWS::Serverless-2016-10-31
Resources:
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: "exports.handler = async ({rawPath, requestContext}) => rawPath + ' ' + requestContext.stage"
      Events:
        Http: {Type: HttpApi, Properties: {Path: '/{any+}', Method: get, ApiId: {Ref: Http}}}
  Http:
    Type: AWS::Serverless::HttpApi
    Properties: {StageName: dev, DisableExecuteApiEndpoint: true, Name: closed}
`

for (const shape of SHAPES) {
  it(`a switched off endpoint answers at its local name with start alone: ${shape}`, async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'daemun-local-'))
    context.after(() => rm(folder, { recursive: true, force: true }))
    await writeFile(join(folder, 'template.yaml'), TEMPLATE)
    const gateway = await startGateway({ shape, file: join(folder, 'template.yaml') })
    context.after(() => gateway.stop())
    const { id = '' } = gateway.apis[0] ?? {}
    const ask = (host: string, path = '/pets/7') =>
      call(gateway.dataOrigin, path, { headers: { host } })
    const local = await ask(`${id}.execute-api.localhost`)
    assert.equal(local.status, shape === 'start' ? 200 : 404)
    if (shape === 'start') assert.equal(local.text, '/pets/7 dev')
    assert.equal((await ask(`${id}.execute-api.us-east-1.amazonaws.com`)).status, 404)
    const byPath = await ask('localhost', `/_aws/execute-api/${id}/dev/pets/7`)
    assert.equal(byPath.status, 404)
  })
}

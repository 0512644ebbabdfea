// Integrations that call AWS services, from the template to the wire: templates, signature and `--endpoint`.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { SHAPES, startGateway } from '../support/gateway.ts'
import { startUpstream } from '../support/upstream.ts'

const TEMPLATE = `Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      DefinitionBody:
        openapi: 3.0.1
        info: {title: queue, version: '1'}
        paths:
          /send/{kind}:
            post: {x-amazon-apigateway-integration: {
              type: aws, httpMethod: POST, uri: 'arn:aws:apigateway:us-east-1:sqs:path/1/orders',
              passthroughBehavior: never,
              requestParameters: {
                integration.request.header.Content-Type: "'application/x-www-form-urlencoded'"},
              requestTemplates: {
                application/json: "Action=SendMessage&MessageBody=$util.urlEncode($input.json('$.item'))-$input.params('kind')"},
              responses: {
                default: {statusCode: '202', responseTemplates: {
                  application/json: '{"id":$input.json(''$.id'')}'}}}}}
          /publish:
            post: {x-amazon-apigateway-integration: {
              type: aws, httpMethod: POST, uri: 'arn:aws:apigateway:us-east-1:kinesis:action/PutRecord',
              responses: {default: {statusCode: '200'}}}}
`

for (const shape of SHAPES) {
  it(`daemun ${shape} leads the calls of a service where --endpoint says`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'daemun-endpoint-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const upstream = await startUpstream(() => ({ body: '{"id":"m-1"}' }))
    t.after(() => upstream.close())
    const file = join(folder, 'template.yaml')
    await writeFile(file, TEMPLATE)
    const args = ['--endpoint', `sqs=${upstream.url}`]
    const gateway = await startGateway({ shape, file, args })
    t.after(() => gateway.stop())
    const [api] = gateway.apis
    assert.ok(api)

    const sent = await gateway.call(api, '/prod/send/fast', { method: 'POST', body: '{"item":1}' })
    assert.deepEqual([sent.status, sent.text], [202, '{"id":"m-1"}'])
    const [seen] = upstream.seen
    assert.equal(seen?.url, '/1/orders')
    assert.equal(seen?.body, 'Action=SendMessage&MessageBody=1-fast')
    assert.match(seen?.headers.authorization ?? '', /\/us-east-1\/sqs\/aws4_request/)

    const nowhere = await gateway.call(api, '/prod/publish', { method: 'POST', body: '{}' })
    assert.equal(nowhere.status, 501)
    assert.match(nowhere.text, /no address for the service kinesis/)
  })
}

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { call, runDaemun, SHAPES, startGateway } from '../support/gateway.ts'

/** A function as the guide writes one: TLS on port 443, whatever the URL says. */
const template = (status: string) => `
Resources:
  Maker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/any
      Code:
        ZipFile: |
          const https = require('node:https')
          exports.handler = (event, context, done) => {
            const { StackId, RequestId, LogicalResourceId, ResponseURL } = event
            const body = JSON.stringify({ Status: '${status}', Reason: 'so it is', PhysicalResourceId: 'made',
              StackId, RequestId, LogicalResourceId, Data: { Name: 'from-' + event.ResourceProperties.Size } })
            const { hostname, pathname } = new URL(ResponseURL)
            const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) }
            https.request({ hostname, port: 443, path: pathname, method: 'PUT', headers }, () => done(null)).end(body)
          }
  Thing:
    Type: Custom::Thing
    Properties: {ServiceToken: !GetAtt Maker.Arn, Size: 3}
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: !GetAtt Thing.Name}
`

const withTemplate = async (text: string, work: (file: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-custom-'))
  const file = join(folder, 'template.yaml')
  await writeFile(file, text)
  await work(file).finally(() => rm(folder, { recursive: true, force: true }))
}

for (const shape of SHAPES) {
  test(`a custom resource is made by its function while the gateway starts (${shape})`, () =>
    withTemplate(template('SUCCESS'), async (file) => {
      const gateway = await startGateway({ shape, file, args: ['--no-request-log'] })
      try {
        assert.equal(gateway.api('from-3').protocol, 'REST')
        const unasked = await call(
          gateway.endpoint,
          `/_daemun/custom-resource-responses/${'0'.repeat(64)}`,
          { method: 'PUT', body: '{}' },
        )
        assert.equal(unasked.status, 403)
      } finally {
        await gateway.stop()
      }
    }))

  test(`a custom resource that FAILED is one clear message, and nothing starts (${shape})`, () =>
    withTemplate(template('FAILED'), async (file) => {
      const { status, stderr } = await runDaemun([
        shape,
        file,
        '--port',
        '0',
        ...(shape === 'serve' ? ['--data-port', '0', '--workers', '1'] : []),
      ])
      assert.equal(status, 1)
      assert.match(stderr, /template\.yaml:\d+: Resources\.Thing: Custom::Thing: .*so it is/)
    }))
}

/** Inline code with the modules that AWS lays beside it. */
const MODULES = `
Resources:
  Node:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/any
      Code:
        ZipFile: |
          const response = require('cfn-response')
          exports.handler = (event, context) => response.send(event, context, response.SUCCESS, { Name: 'node' })
  Python:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/any
      Code:
        ZipFile: |
          import cfnresponse
          def handler(event, context):
              cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Name": "python"}, "py-1")
  OfNode:
    Type: Custom::Node
    Properties: {ServiceToken: !GetAtt Node.Arn, ServiceTimeout: 30}
  OfPython:
    Type: AWS::CloudFormation::CustomResource
    Properties: {ServiceToken: !GetAtt Python.Arn, ServiceTimeout: 30}
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: !Join [" ", [!GetAtt OfNode.Name, !GetAtt OfPython.Name, !Ref OfPython]]}
`

test('inline code has cfn-response and cfnresponse beside it, as on AWS', () =>
  withTemplate(MODULES, async (file) => {
    const gateway = await startGateway({ shape: 'start', file, args: ['--no-watch'] })
    try {
      assert.ok(gateway.api('node python py-1'))
    } finally {
      await gateway.stop()
    }
  }))

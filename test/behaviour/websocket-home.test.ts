// Functions that reach back to whoever sent a message, as code for AWS does it: with SDK v2 and v3 of Node and boto3, at
// the address that the event tells or that their environment has, over TLS. In both shapes. [issue 9; behaviour.md 14]
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { SHAPES, startGateway } from '../support/gateway.ts'
import { openSocket } from '../support/web-socket.ts'

const FUNCTION = (name: string, runtime: string) => `
  ${name}:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: ${runtime}
      Handler: ${name.toLowerCase()}.handler
      CodeUri: app
      Timeout: 20
      Environment: {Variables: {CALLBACK_URL: !Sub 'https://\${Api}.execute-api.\${AWS::Region}.amazonaws.com/live'}}
      Policies: [{Statement: {Effect: Allow, Action: execute-api:ManageConnections, Resource: !Sub 'arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/*'}}]`

const TEMPLATE = `AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      Name: home
      StageName: live
      RouteSelectionExpression: $request.body.action
      Routes:
        three: {FunctionArn: !GetAtt Three.Arn}
        two: {FunctionArn: !GetAtt Two.Arn}
        python: {FunctionArn: !GetAtt Python.Arn}${FUNCTION('Three', 'nodejs22.x')}${FUNCTION('Two', 'nodejs16.x')}${FUNCTION('Python', 'python3.12')}
`

const NODE = `
const urlOf = (event) => {
  const { domainName, stage, apiId } = event.requestContext
  return {
    event: 'https://' + domainName + '/' + stage,
    written: 'https://' + apiId + '.execute-api.us-east-1.amazonaws.com/live',
    environment: process.env.CALLBACK_URL,
  }[JSON.parse(event.body).how]
}
exports.handler = async (event) => {
  const { post, get } = open(urlOf(event))
  const id = event.requestContext.connectionId
  const gone = await post('AAAAAAAAAAAAAAA=', 'x').catch((error) => error.name)
  await post(id, JSON.stringify([NAME, JSON.parse(event.body).how, (await get(id)), gone]))
  return { statusCode: 200 }
}
`

const FILES = {
  'three.js': `
const { ApiGatewayManagementApiClient, PostToConnectionCommand, GetConnectionCommand } = require('@aws-sdk/client-apigatewaymanagementapi')
const NAME = 'three'
const open = (endpoint) => {
  const client = new ApiGatewayManagementApiClient({ endpoint })
  return {
    post: (ConnectionId, Data) => client.send(new PostToConnectionCommand({ ConnectionId, Data })),
    get: async (ConnectionId) => (await client.send(new GetConnectionCommand({ ConnectionId }))).Identity.SourceIp,
  }
}
${NODE}`,
  'two.js': `
const AWS = require('aws-sdk')
const NAME = 'two'
const open = (endpoint) => {
  const client = new AWS.ApiGatewayManagementApi({ apiVersion: '2018-11-29', endpoint, region: 'us-east-1' })
  return {
    post: (ConnectionId, Data) => client.postToConnection({ ConnectionId, Data }).promise(),
    get: async (ConnectionId) => (await client.getConnection({ ConnectionId }).promise()).Identity.SourceIp,
  }
}
${NODE}`,
  'python.py': `
import json, os, boto3

def handler(event, context):
    told = event['requestContext']
    how = json.loads(event['body'])['how']
    url = {
        'event': 'https://' + told['domainName'] + '/' + told['stage'],
        'written': 'https://' + told['apiId'] + '.execute-api.us-east-1.amazonaws.com/live',
        'environment': os.environ['CALLBACK_URL'],
    }[how]
    client = boto3.client('apigatewaymanagementapi', endpoint_url=url)
    gone = None
    try:
        client.post_to_connection(ConnectionId='AAAAAAAAAAAAAAA=', Data=b'x')
    except client.exceptions.GoneException:
        gone = 'GoneException'
    source = client.get_connection(ConnectionId=told['connectionId'])['Identity']['SourceIp']
    data = json.dumps(['python', how, source, gone])
    client.post_to_connection(ConnectionId=told['connectionId'], Data=data.encode())
    return {'statusCode': 200}
`,
}

for (const shape of SHAPES) {
  it(`code for AWS reaches its clients in daemun ${shape}, however it finds the way`, async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'daemun-websocket-'))
    context.after(() => rm(folder, { recursive: true, force: true }))
    await mkdir(join(folder, 'app'))
    await writeFile(join(folder, 'template.yaml'), TEMPLATE)
    for (const [name, text] of Object.entries(FILES))
      await writeFile(join(folder, 'app', name), text)
    const gateway = await startGateway({ shape, file: join(folder, 'template.yaml') })
    context.after(() => gateway.stop())
    const socket = await openSocket(gateway, gateway.api('home'))
    for (const action of ['three', 'two', 'python']) {
      for (const how of ['event', 'written', 'environment']) {
        socket.send(JSON.stringify({ action, how }))
        assert.deepEqual(JSON.parse(await socket.next()), [
          action,
          how,
          '127.0.0.1',
          'GoneException',
        ])
      }
    }
    await socket.close()
  })
}

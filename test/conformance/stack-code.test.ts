// Functions and layers of a stack whose code lies in a bucket of this gateway, as `aws cloudformation package` and
// `sam package` leave it. source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import * as lambda from '@aws-sdk/client-lambda'
import * as s3 from '@aws-sdk/client-s3'
import { zipOf } from '../lambda/api/support.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { sdkOptions } from '../support/services.ts'

const template = (codeKey: string) => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Tools:
    Type: AWS::Lambda::LayerVersion
    Properties: { LayerName: tools, Content: { S3Bucket: artifacts, S3Key: layer.zip } }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: 'sts:AssumeRole' }]
  Plain:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: plain
      Runtime: nodejs18.x
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Layers: [!Ref Tools]
      Code: { S3Bucket: artifacts, S3Key: ${codeKey} }
  Sam:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: sam
      Runtime: nodejs18.x
      Handler: index.handler
      CodeUri: s3://artifacts/code.zip
  SamLayer:
    Type: AWS::Serverless::LayerVersion
    Properties: { LayerName: more, ContentUri: s3://artifacts/layer.zip }
  Late:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: late
      Runtime: nodejs18.x
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code: { S3Bucket: artifacts, S3Key: late.zip }
  Versioned:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: versioned
      Runtime: nodejs18.x
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code: { S3Bucket: artifacts, S3Key: code.zip, S3ObjectVersion: v7 }
`

const code = (says: string) =>
  zipOf({
    'index.js': `exports.handler = async () => {
      let tool = 'none'
      try { tool = require('tool') } catch {}
      return '${says} ' + tool
    }`,
  })

const invoke = async (gateway: Gateway, FunctionName: string): Promise<string> => {
  const client = new lambda.LambdaClient(sdkOptions(gateway))
  try {
    const { Payload } = await client.send(new lambda.InvokeCommand({ FunctionName }))
    return Buffer.from(Payload ?? []).toString()
  } finally {
    client.destroy()
  }
}

it('a stack runs code from buckets here, and says what is not there until it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-stack-code-'))
  const dataDir = join(folder, 'data')
  const file = join(folder, 'template.yaml')
  const put = async (gateway: Gateway, objects: Readonly<Record<string, Uint8Array>>) => {
    const client = new s3.S3Client({ ...sdkOptions(gateway), forcePathStyle: true })
    for (const [Key, Body] of Object.entries(objects)) {
      await client.send(new s3.PutObjectCommand({ Bucket: 'artifacts', Key, Body }))
    }
    client.destroy()
  }
  try {
    const empty = await startGateway({ shape: 'start', dataDir })
    const client = new s3.S3Client({ ...sdkOptions(empty), forcePathStyle: true })
    await client.send(new s3.CreateBucketCommand({ Bucket: 'artifacts' }))
    client.destroy()
    await put(empty, {
      'code.zip': code('first'),
      'second.zip': code('second'),
      'layer.zip': zipOf({ 'nodejs/node_modules/tool/index.js': `module.exports = 'hammer'` }),
    })
    await empty.stop()

    await writeFile(file, template('code.zip'))
    const first = await startGateway({ shape: 'start', file, dataDir })
    assert.equal(await invoke(first, 'plain'), '"first hammer"')
    assert.equal(await invoke(first, 'sam'), '"first none"')
    const report = JSON.stringify(first.events.find(({ event }) => event === 'ready')?.['report'])
    assert.match(report, /Late.*s3:\/\/artifacts\/late\.zip/)
    assert.match(report, /Versioned.*s3:\/\/artifacts\/code\.zip/)
    await assert.rejects(invoke(first, 'late'), { name: 'ResourceNotFoundException' })
    await put(first, { 'late.zip': code('late') })
    await first.stop()

    await writeFile(file, template('second.zip'))
    const second = await startGateway({ shape: 'serve', file, dataDir })
    assert.equal(await invoke(second, 'plain'), '"second hammer"')
    assert.equal(await invoke(second, 'late'), '"late none"')
    await second.stop()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

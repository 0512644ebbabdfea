// The stream of a table calls a function. source: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as dynamodb from '@aws-sdk/client-dynamodb'
import { startGateway } from '../support/gateway.ts'
import { sdkOptions } from '../support/services.ts'

const TEMPLATE = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Pets:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: pets
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      StreamSpecification: { StreamViewType: NEW_IMAGE }
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs18.x
      Handler: index.handler
      CodeUri: ./code
      Events:
        Changes:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Pets.StreamArn
            StartingPosition: TRIM_HORIZON
            FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] }
`
const CODE = `exports.handler = async (event) => {
  for (const r of event.Records) console.log('GOT ' + r.eventName + ' ' + r.dynamodb.NewImage.id.S + ' ' + r.eventSource)
}
`

it('an item that is put calls the function, with its image', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-stream-'))
  await mkdir(join(folder, 'code'))
  await writeFile(join(folder, 'code/index.js'), CODE)
  await writeFile(join(folder, 'template.yaml'), TEMPLATE)
  const gateway = await startGateway({ shape: 'start', file: join(folder, 'template.yaml') })
  try {
    const client = new dynamodb.DynamoDBClient(sdkOptions(gateway))
    await client.send(
      new dynamodb.PutItemCommand({ TableName: 'pets', Item: { id: { S: 'tom' } } }),
    )
    const { line } = await gateway.event(
      (one) => one.event === 'function-log' && String(one['line']).includes('GOT'),
    )
    assert.match(String(line), /GOT INSERT tom aws:dynamodb/)
    client.destroy()
  } finally {
    await gateway.stop()
    await rm(folder, { recursive: true, force: true })
  }
})

// Hears of every receipt that was put into the bucket, and notes it in its order.
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'

const table = new DynamoDBClient({})

export const handler = async ({ Records }) => {
  for (const { s3 } of Records) {
    // Keys are as in a query string: a blank is a plus.
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '))
    await table.send(
      new UpdateItemCommand({
        TableName: process.env.TABLE_NAME,
        Key: { id: { S: key.split('/')[0] } },
        UpdateExpression: 'SET receipt = :receipt',
        ConditionExpression: 'attribute_exists(id)',
        ExpressionAttributeValues: { ':receipt': { S: `${key} (${s3.object.size} bytes)` } },
      }),
    )
  }
}

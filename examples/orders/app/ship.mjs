// Hears of orders from the topic and ships them.
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'

const table = new DynamoDBClient({})

export const handler = async ({ Records }) => {
  for (const { Sns } of Records) {
    const { id } = JSON.parse(Sns.Message)
    await table.send(
      new UpdateItemCommand({
        TableName: process.env.TABLE_NAME,
        Key: { id: { S: id } },
        UpdateExpression: 'SET #state = :shipped',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':shipped': { S: 'shipped' } },
      }),
    )
  }
}

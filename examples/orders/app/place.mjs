// Takes orders from the queue: writes each to the table and announces it. One that fails comes again, the others do not.
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'

const { TABLE_NAME, TOPIC_ARN } = process.env
const table = new DynamoDBClient({})
const topic = new SNSClient({})

export const handler = async ({ Records }) => {
  const outcomes = await Promise.allSettled(Records.map(place))
  const batchItemFailures = outcomes.flatMap(({ status, reason }, index) => {
    if (status === 'fulfilled') return []
    console.error(reason.message)
    return [{ itemIdentifier: Records[index].messageId }]
  })
  return { batchItemFailures }
}

const place = async ({ body }) => {
  const { id, order } = JSON.parse(body)
  if (order.item === 'unobtainium') throw new Error(`order ${id}: there is no unobtainium`)
  const Item = {
    id: { S: id },
    item: { S: order.item },
    count: { N: String(order.count) },
    state: { S: 'placed' },
  }
  await table.send(new PutItemCommand({ TableName: TABLE_NAME, Item }))
  await topic.send(new PublishCommand({ TopicArn: TOPIC_ARN, Message: JSON.stringify({ id }) }))
}

import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi'
import {
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb'

const { AWS_REGION, TABLE_NAME } = process.env
const table = new DynamoDBClient({})

const keyOf = (connectionId) => ({ connectionId: { S: connectionId } })

export const connect = async ({ requestContext }) => {
  await table.send(
    new PutItemCommand({ TableName: TABLE_NAME, Item: keyOf(requestContext.connectionId) }),
  )
  return { statusCode: 200 }
}

export const disconnect = async ({ requestContext }) => {
  await table.send(
    new DeleteItemCommand({ TableName: TABLE_NAME, Key: keyOf(requestContext.connectionId) }),
  )
  return { statusCode: 200 }
}

/** Says a text to everybody. The address is AWS's own: here it leads home, on AWS it is what it says. */
export const say = async ({ requestContext, body }) => {
  const { apiId, stage } = requestContext
  const connections = new ApiGatewayManagementApiClient({
    endpoint: `https://${apiId}.execute-api.${AWS_REGION}.amazonaws.com/${stage}`,
  })
  const { Items = [] } = await table.send(new ScanCommand({ TableName: TABLE_NAME }))
  await Promise.all(
    Items.map(async ({ connectionId }) => {
      try {
        await connections.send(
          new PostToConnectionCommand({ ConnectionId: connectionId.S, Data: JSON.parse(body).text }),
        )
      } catch (error) {
        if (error.name !== 'GoneException') throw error
        await table.send(
          new DeleteItemCommand({ TableName: TABLE_NAME, Key: keyOf(connectionId.S) }),
        )
      }
    }),
  )
  return { statusCode: 200 }
}

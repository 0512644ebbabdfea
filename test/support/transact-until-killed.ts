// A process of its own that moves an amount between two items of two tables, again and again, until it is killed. It says
// how often it was told that it had.
// usage: node transact-until-killed.ts FOLDER DATABASE
import { openSqliteStore } from '#store/sqlite.ts'
import { openTables } from './dynamodb.ts'

const [folder = '', database = ''] = process.argv.slice(2)
const tables = await openTables({ folder, store: openSqliteStore(database) })
for (let turn = 1; ; turn++) {
  const change = (TableName: string, sign: string) => ({
    Update: {
      TableName,
      Key: { id: { S: 'account' } },
      UpdateExpression: `SET balance = if_not_exists(balance, :none) ${sign} :one, #o = :owner`,
      ExpressionAttributeNames: { '#o': 'owner' },
      ExpressionAttributeValues: {
        ':none': { N: '0' },
        ':one': { N: '1' },
        ':owner': { S: `owner-${turn % 3}` },
      },
    },
  })
  await tables.ask('TransactWriteItems', {
    TransactItems: [change('from', '-'), change('into', '+')],
  })
  process.stdout.write(`${turn}\n`)
}

// What a table's definition must be for the engine to take it, in AWS's words: a stack is told while it is deployed,
// not when somebody first asks the table.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
import { isObject } from '#shared/json.ts'

type Input = Readonly<Record<string, unknown>>

/** What is wrong, or undefined. */
export const checkDefinition = (input: Input): string | undefined => {
  const name = String(input['TableName'] ?? '')
  if (!/^[a-zA-Z0-9_.-]{3,255}$/.test(name))
    return `The table name ${name.slice(0, 255)} must have 3 to 255 characters of a-z, A-Z, 0-9, '_', '-' and '.'`
  const indexes = [
    ...listOf(input['GlobalSecondaryIndexes']),
    ...listOf(input['LocalSecondaryIndexes']),
  ]
  const schemas = [listOf(input['KeySchema']), ...indexes.map((one) => listOf(one['KeySchema']))]
  for (const schema of schemas) {
    const problem = checkKeySchema(schema)
    if (problem !== undefined) return problem
  }
  const defined = listOf(input['AttributeDefinitions']).map((one) => String(one['AttributeName']))
  const used = new Set(schemas.flat().map((key) => String(key['AttributeName'])))
  const undefinedKey = [...used].find((key) => !defined.includes(key))
  if (undefinedKey !== undefined)
    return `One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [${undefinedKey}], AttributeDefinitions: [${defined.join(', ')}]`
  if (defined.length !== used.size)
    return 'One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions'
  return checkThroughput(input) ?? checkIndexes(indexes)
}

const INVALID = 'One or more parameter values were invalid'

const checkThroughput = (input: Input): string | undefined => {
  const isProvisioned = input['BillingMode'] !== 'PAY_PER_REQUEST'
  const isGiven = isObject(input['ProvisionedThroughput'])
  if (isProvisioned && !isGiven)
    return `${INVALID}: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED`
  if (!isProvisioned && isGiven)
    return `${INVALID}: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST`
  const wrong = listOf(input['GlobalSecondaryIndexes']).find(
    (index) => isObject(index['ProvisionedThroughput']) !== isProvisioned,
  )
  if (wrong === undefined) return undefined
  const name = String(wrong['IndexName'])
  return isProvisioned
    ? `${INVALID}: ProvisionedThroughput must be specified for index: ${name}`
    : `${INVALID}: ProvisionedThroughput should not be specified for index: ${name} when BillingMode is PAY_PER_REQUEST`
}

const checkIndexes = (indexes: readonly Input[]): string | undefined => {
  const names = indexes.map((index) => String(index['IndexName']))
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) return `${INVALID}: Duplicate index name: ${twice}`
  const bare = indexes.find((index) => !isObject(index['Projection']))
  return bare && `${INVALID}: Projection must be specified for index: ${String(bare['IndexName'])}`
}

const checkKeySchema = (schema: readonly Input[]): string | undefined => {
  const types = schema.map((key) => key['KeyType']).join()
  return types === 'HASH' || types === 'HASH,RANGE'
    ? undefined
    : 'Invalid KeySchema: The first KeySchemaElement is a HASH key, and the second, where there is one, a RANGE key'
}

const listOf = (value: unknown): readonly Input[] =>
  Array.isArray(value) ? value.filter(isObject) : []

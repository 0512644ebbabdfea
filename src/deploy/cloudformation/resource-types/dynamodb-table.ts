// AWS::DynamoDB::Table.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
import { canonicalJson, isObject } from '#shared/json.ts'
import { ServiceError } from '#wire/errors.ts'
import {
  boolean,
  type Input,
  list,
  number,
  structure,
  text,
  unused,
  without,
} from '../properties.ts'
import type { Made, ResourceType } from '../resource-type.ts'
import { byName, nameOf, tagList } from './iam-names.ts'

const NAME_LENGTH_MAX = 255

const KEY_SCHEMA = list(structure(byName({ AttributeName: text, KeyType: text })))
const PROJECTION = structure(byName({ NonKeyAttributes: list(text), ProjectionType: text }))
const THROUGHPUT = structure(byName({ ReadCapacityUnits: number, WriteCapacityUnits: number }))
const INDEX = { IndexName: text, KeySchema: KEY_SCHEMA, Projection: PROJECTION }

export const table: ResourceType = {
  properties: byName({
    AttributeDefinitions: list(structure(byName({ AttributeName: text, AttributeType: text }))),
    BillingMode: text,
    DeletionProtectionEnabled: boolean,
    GlobalSecondaryIndexes: list(
      structure(
        byName({ ...INDEX, ProvisionedThroughput: THROUGHPUT, OnDemandThroughput: unused }),
      ),
    ),
    KeySchema: KEY_SCHEMA,
    LocalSecondaryIndexes: list(structure(byName(INDEX))),
    // Nobody who asks the table could tell.
    OnDemandThroughput: unused,
    PointInTimeRecoverySpecification: without('not provided here: there are no backups'),
    ProvisionedThroughput: THROUGHPUT,
    SSESpecification: unused,
    StreamSpecification: structure(
      byName({ StreamViewType: text, ResourcePolicy: without('ignored: it has no effect here') }),
    ),
    TableClass: unused,
    TableName: text,
    Tags: tagList,
    TimeToLiveSpecification: structure(byName({ AttributeName: text, Enabled: boolean })),
  }),
  create: async (input, context) => {
    const name = nameOf(input['TableName'], context, NAME_LENGTH_MAX)
    return made(await context.call('dynamodb', 'CreateTable', wire(input, name)), name, input)
  },
  update: async (input, existing, context) => {
    const { name } = existing.keys
    if (name === undefined) return undefined
    if (existing.keys['fixed'] !== fixedOf(input)) {
      if (input['TableName'] === name) throw cannotReplace(name)
      return undefined
    }
    return made(await context.call('dynamodb', 'UpdateTable', wire(input, name)), name, input)
  },
  delete: async (existing, { call }) => {
    const { name } = existing.keys
    // Of a stack from before there was DynamoDB here there is a record only.
    if (name === undefined) return
    try {
      await call('dynamodb', 'DeleteTable', { TableName: name })
    } catch (error) {
      // Somebody deleted it by hand.
      if (error instanceof ServiceError && error.code === 'ResourceNotFoundException') return
      throw error
    }
  },
}

/** AWS: its items would be gone, and the new table would have its name. [guide: custom-named resources] */
const cannotReplace = (name: string): ServiceError =>
  new ServiceError(
    'ValidationError',
    400,
    `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${name} and update the stack again.`,
  )

/** What cannot be changed: a table with another name, key or local index is another table. */
const fixedOf = ({ TableName, KeySchema, LocalSecondaryIndexes }: Input): string =>
  canonicalJson({ TableName, KeySchema, LocalSecondaryIndexes })

/** AWS: a stream of a template is enabled by being there. */
const wire = (input: Input, TableName: string): Input => {
  const { StreamSpecification: stream, ...rest } = input
  return {
    ...rest,
    TableName,
    ...(isObject(stream) && { StreamSpecification: { StreamEnabled: true, ...stream } }),
  }
}

const made = (
  { TableDescription: description }: Readonly<Record<string, unknown>>,
  name: string,
  input: Input,
): Made => {
  const { TableArn, LatestStreamArn } = isObject(description) ? description : {}
  return {
    physicalId: name,
    attributes: {
      Arn: String(TableArn),
      ...(LatestStreamArn !== undefined && { StreamArn: String(LatestStreamArn) }),
    },
    keys: { name, fixed: fixedOf(input) },
  }
}

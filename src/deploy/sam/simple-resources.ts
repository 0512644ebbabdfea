// SAM resources that are one CloudFormation resource with another name: LayerVersion, SimpleTable.
import type { JsonValue } from '#shared/json.ts'
import { objectOf } from '../template/source.ts'
import {
  reportIgnored,
  addResource,
  fail,
  type SamContext,
  type SamResource,
  shortHash,
} from './context.ts'
import { pick, tagList } from './draft.ts'
import { s3Location } from './locations.ts'
import { words } from '../words.ts'

const LAYER = [
  ...words('LayerName Description CompatibleRuntimes CompatibleArchitectures LicenseInfo'),
  ...words('ContentUri RetentionPolicy PublishLambdaVersion'),
]

export const transformLayerVersion = (context: SamContext, resource: SamResource): void => {
  const { logicalId, properties, attributes } = resource
  const effect = 'a new layer version makes no new version of the functions that use it'
  reportIgnored(context, resource, 'PublishLambdaVersion', effect)
  const content = s3Location(context, resource, 'ContentUri', {
    bucket: 'S3Bucket',
    key: 'S3Key',
    version: 'S3ObjectVersion',
  })
  // A layer is immutable: a change makes a new one, so its logical id ends in a hash of what it is.
  const id = `${logicalId}${shortHash([properties, attributes['Metadata']])}`
  context.references.set(logicalId, id)
  const retention = properties['RetentionPolicy'] ?? 'Retain'
  const kept = String(retention).toLowerCase() === 'retain'
  addResource(
    context,
    resource,
    id,
    'AWS::Lambda::LayerVersion',
    {
      LayerName: logicalId,
      ...pick(properties, LAYER.slice(0, 5)),
      ...(content === undefined ? {} : { Content: content }),
    },
    { DeletionPolicy: kept ? 'Retain' : 'Delete', ...attributes },
  )
}

const TABLE_TYPES: Readonly<Record<string, string>> = { String: 'S', Number: 'N', Binary: 'B' }

export const transformSimpleTable = (context: SamContext, resource: SamResource): void => {
  const { logicalId, properties, attributes } = resource
  const key = objectOf(properties['PrimaryKey'])
  const missing = ['Name', 'Type'].find((member) => key !== undefined && key[member] === undefined)
  if (missing !== undefined) {
    fail(context, resource, ['PrimaryKey'], `\`PrimaryKey.${missing}\` is required`)
    return
  }
  const name: JsonValue = key?.['Name'] ?? 'id'
  const type: JsonValue = key?.['Type'] ?? 'String'
  const throughput = properties['ProvisionedThroughput']
  const tags = objectOf(properties['Tags'])
  addResource(
    context,
    resource,
    logicalId,
    'AWS::DynamoDB::Table',
    {
      AttributeDefinitions: [
        { AttributeName: name, AttributeType: TABLE_TYPES[String(type)] ?? type },
      ],
      ...(throughput === undefined
        ? { BillingMode: 'PAY_PER_REQUEST' }
        : { ProvisionedThroughput: throughput }),
      KeySchema: [{ AttributeName: name, KeyType: 'HASH' }],
      ...pick(properties, ['TableName', 'SSESpecification', 'PointInTimeRecoverySpecification']),
      ...(tags === undefined ? {} : { Tags: tagList(tags) }),
    },
    attributes,
  )
}

// AWS::Serverless::Function: the function, its role, its version and alias, and its events.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../../template/source.ts'
import {
  addResource,
  fail,
  reportIgnored,
  resolved,
  type SamContext,
  type SamResource,
  shortHash,
} from '../context.ts'
import { isIntrinsic, pick, tagList, keptAttributes } from '../draft.ts'
import { transformEvents } from './function-events.ts'
import { addFunctionUrl } from './function-url.ts'
import { addRole, functionPolicies } from './function-role.ts'
import { checkFunction } from './function-checks.ts'
import { addInvokeConfig } from './invoke-config.ts'
import { capacityProviderConfig } from './capacity-provider.ts'
import { addDeploymentGroup } from './deployment-preference.ts'
import { s3Location } from '../locations.ts'
import { words } from '../../words.ts'

/** Handed on as they are. */
const SAME = [
  ...words('Architectures CodeSigningConfigArn Description'),
  ...words('DurableConfig Environment EphemeralStorage FileSystemConfigs FunctionName'),
  ...words('FunctionScalingConfig Handler ImageConfig KmsKeyArn Layers LoggingConfig'),
  ...words('MemorySize PackageType PublishToLatestPublished RecursiveLoop'),
  ...words('ReservedConcurrentExecutions Runtime RuntimeManagementConfig SnapStart'),
  ...words('TenancyConfig Timeout VpcConfig'),
]

export const transformFunction = (context: SamContext, resource: SamResource): void => {
  const { logicalId, properties, attributes } = resource
  if (!checkFunction(context, resource)) return
  const code = codeOf(context, resource)
  const effect = 'only the role and an implicit REST API have the tags of the function'
  reportIgnored(context, resource, 'PropagateTags', effect)
  const created = { 'lambda:createdBy': 'SAM', ...objectOf(properties['Tags']) }
  const alias = addAlias(context, resource, code)
  const aliasName = alias && resolved(context, properties['AutoPublishAlias'])
  addFunctionUrl(context, resource, alias)
  const grants = transformEvents(context, resource, alias)
  addInvokeConfig(context, resource, aliasName, grants)
  const deadLetter = objectOf(properties['DeadLetterQueue'])
  if (deadLetter !== undefined) grants.inline.push(deadLetterPolicy(deadLetter))
  const role = addRole(context, resource, {
    tags: created,
    grants,
    base: functionPolicies(properties),
    service: 'lambda.amazonaws.com',
  })
  const tracing = properties['Tracing']
  addResource(
    context,
    resource,
    logicalId,
    'AWS::Lambda::Function',
    {
      ...(code === undefined ? {} : { Code: code }),
      ...pick(properties, SAME),
      ...publishedDescription(context, properties),
      Role: role,
      Tags: tagList(created),
      ...(tracing === undefined ? {} : { TracingConfig: { Mode: tracing } }),
      ...(deadLetter === undefined
        ? {}
        : { DeadLetterConfig: { TargetArn: deadLetter['TargetArn'] ?? null } }),
      ...capacityProviderConfig(properties),
    },
    attributes,
  )
}

/** AWS: a hash that is given for the code goes into the description, so that the function itself changes with it. */
const publishedDescription = (context: SamContext, properties: JsonObject): JsonObject => {
  const hash = resolved(context, properties['AutoPublishCodeSha256'])
  if (properties['AutoPublishAlias'] === undefined || typeof hash !== 'string') return {}
  const description = properties['Description']
  if (description === undefined) return { Description: hash }
  if (typeof description === 'string') return { Description: `${description} ${hash}` }
  return { Description: { 'Fn::Join': [' ', [description, hash]] } }
}

const deadLetterPolicy = ({ Type: type, TargetArn: arn }: JsonObject): JsonObject => ({
  PolicyName: 'DeadLetterQueuePolicy',
  PolicyDocument: {
    Version: '2012-10-17',
    Statement: [
      {
        Action: type === 'SNS' ? 'sns:Publish' : 'sqs:SendMessage',
        Effect: 'Allow',
        Resource: arn ?? null,
      },
    ],
  },
})

const codeOf = (context: SamContext, resource: SamResource): JsonValue | undefined => {
  const { properties, logicalId } = resource
  const { InlineCode: inline, ImageUri: image, SourceKMSKeyArn: key, CodeUri } = properties
  if (inline !== undefined) return { ZipFile: inline }
  if (image !== undefined) return { ImageUri: image }
  if (CodeUri === undefined) {
    if (memberOf(properties, 'PackageType') === 'Image') return undefined
    fail(context, resource, [], `\`${logicalId}\` has neither CodeUri nor InlineCode`)
    return undefined
  }
  const location = s3Location(context, resource, 'CodeUri', {
    bucket: 'S3Bucket',
    key: 'S3Key',
    version: 'S3ObjectVersion',
  })
  const object = objectOf(location)
  return key === undefined || object === undefined ? location : { ...object, SourceKMSKeyArn: key }
}

/** The alias that events call, where the function publishes one. */
const addAlias = (
  context: SamContext,
  resource: SamResource,
  code: JsonValue | undefined,
): string | undefined => {
  const { logicalId, properties, attributes } = resource
  const alias = resolved(context, properties['AutoPublishAlias'])
  if (alias === undefined) return undefined
  if (typeof alias !== 'string' || !/^[A-Za-z0-9_-]+$/.test(alias)) {
    const problem = isIntrinsic(alias)
      ? 'must be a string or a Ref to a template parameter'
      : 'must consist of letters, digits, underscores and hyphens'
    fail(context, resource, ['AutoPublishAlias'], `\`AutoPublishAlias\` ${problem}`)
    return undefined
  }
  const given = properties['AutoPublishCodeSha256']
  const sha = resolved(context, given)
  const isWhole = properties['AutoPublishAliasAllProperties'] === true
  const published: JsonValue = isWhole ? properties : [code ?? null, given ?? null]
  const end = typeof sha === 'string' ? sha.slice(0, 10) : shortHash(published)
  const versionId = `${logicalId}Version${end}`
  const concurrency = properties['ProvisionedConcurrencyConfig']
  const aliasId = `${logicalId}Alias${alias.replaceAll(/[^A-Za-z0-9]/g, alphanumeric)}`
  const kept = keptAttributes(attributes)
  const description = properties['VersionDescription']
  const onProvider = properties['CapacityProviderConfig'] !== undefined
  addResource(
    context,
    resource,
    versionId,
    'AWS::Lambda::Version',
    {
      FunctionName: { Ref: logicalId },
      ...(description === undefined ? {} : { Description: description }),
      ...(onProvider ? pick(properties, ['FunctionScalingConfig']) : {}),
    },
    {
      ...kept,
      DeletionPolicy:
        properties['VersionDeletionPolicy'] ??
        kept['DeletionPolicy'] ??
        (onProvider ? 'Delete' : 'Retain'),
    },
  )
  addResource(
    context,
    resource,
    aliasId,
    'AWS::Lambda::Alias',
    {
      FunctionName: { Ref: logicalId },
      FunctionVersion: { 'Fn::GetAtt': [versionId, 'Version'] },
      Name: alias,
      ...(concurrency === undefined ? {} : { ProvisionedConcurrencyConfig: concurrency }),
    },
    { ...kept, ...addDeploymentGroup(context, resource) },
  )
  context.references.set(`${logicalId}.Version`, versionId)
  context.references.set(`${logicalId}.Alias`, aliasId)
  return aliasId
}

/** A logical id has letters and digits only: the others are spelled out. */
const alphanumeric = (character: string) => (character === '-' ? 'D' : 'U')

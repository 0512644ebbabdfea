// AWS::Serverless::Function: the function, its role, its version and alias, and its events.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
import type { JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../template/source.ts'
import {
  addResource,
  fail,
  reportUnread,
  resolved,
  type SamContext,
  type SamResource,
  shortHash,
} from './context.ts'
import { isIntrinsic, pick, tagList, keptAttributes } from './draft.ts'
import { transformEvents } from './function-events.ts'
import { addFunctionUrl } from './function-url.ts'
import { addRole } from './function-role.ts'
import { s3Location } from './locations.ts'
import { words } from '../words.ts'

/** Handed on as they are. */
const SAME = [
  ...words('Architectures CapacityProviderConfig CodeSigningConfigArn Description'),
  ...words('DurableConfig Environment EphemeralStorage FileSystemConfigs FunctionName'),
  ...words('FunctionScalingConfig Handler ImageConfig KmsKeyArn Layers LoggingConfig'),
  ...words('MemorySize PackageType PublishToLatestPublished RecursiveLoop'),
  ...words('ReservedConcurrentExecutions Runtime RuntimeManagementConfig SnapStart'),
  ...words('TenancyConfig Timeout VpcConfig'),
]

const READ = new Set([
  ...SAME,
  ...words('CodeUri InlineCode ImageUri Tags Tracing DeadLetterQueue Events Role'),
  ...words('Policies PermissionsBoundary RolePath AssumeRolePolicyDocument PropagateTags'),
  ...words(
    'AutoPublishAlias VersionDescription SourceKMSKeyArn AutoPublishCodeSha256 VersionDeletionPolicy FunctionUrlConfig',
  ),
])

export const transformFunction = (context: SamContext, resource: SamResource): void => {
  const { logicalId, properties, attributes } = resource
  reportUnread(context, resource, READ)
  const code = codeOf(context, resource)
  const created = { 'lambda:createdBy': 'SAM', ...objectOf(properties['Tags']) }
  const role = addRole(context, resource, created)
  const tracing = properties['Tracing']
  const deadLetter = objectOf(properties['DeadLetterQueue'])
  addResource(
    context,
    resource,
    logicalId,
    'AWS::Lambda::Function',
    {
      ...(code === undefined ? {} : { Code: code }),
      ...pick(properties, SAME),
      Role: role,
      Tags: tagList(created),
      ...(tracing === undefined ? {} : { TracingConfig: { Mode: tracing } }),
      ...(deadLetter === undefined
        ? {}
        : { DeadLetterConfig: { TargetArn: deadLetter['TargetArn'] ?? null } }),
    },
    attributes,
  )
  const alias = addAlias(context, resource, code)
  addFunctionUrl(
    context,
    resource,
    alias,
    alias && resolved(context, properties['AutoPublishAlias']),
  )
  transformEvents(context, resource, alias)
}

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
  const versionId = `${logicalId}Version${shortHash([code, given])}`
  const aliasId = `${logicalId}Alias${alias.replaceAll(/[^A-Za-z0-9]/g, alphanumeric)}`
  const kept = keptAttributes(attributes)
  const description = properties['VersionDescription']
  addResource(
    context,
    resource,
    versionId,
    'AWS::Lambda::Version',
    {
      FunctionName: { Ref: logicalId },
      ...(description === undefined ? {} : { Description: description }),
    },
    {
      ...kept,
      DeletionPolicy: properties['VersionDeletionPolicy'] ?? kept['DeletionPolicy'] ?? 'Retain',
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
    },
    kept,
  )
  context.references.set(`${logicalId}.Version`, versionId)
  context.references.set(`${logicalId}.Alias`, aliasId)
  return aliasId
}

/** A logical id has letters and digits only: the others are spelled out. */
const alphanumeric = (character: string) => (character === '-' ? 'D' : 'U')

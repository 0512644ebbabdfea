// The properties of SAM's resources: one that SAM does not know is an error with SAM too.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-resources-and-properties.html
import { isObject, type JsonValue } from '#shared/json.ts'
import { words } from '../words.ts'
import { fail, type SamContext, type SamResource } from './context.ts'
import { isIntrinsic, own } from './draft.ts'

type Kind = 'any' | 'map' | 'list' | 'flag'

/** `Name`, `Name!` where it is required, `Name:map`, `Name:list`, `Name:flag`. */
const schema = (
  text: string,
): ReadonlyMap<string, { readonly kind: Kind; readonly required: boolean }> =>
  new Map(
    words(text).map((word) => {
      const [name = '', kind = 'any'] = word.split(':')
      const required = name.endsWith('!')
      // The words below are this module's own.
      return [name.replace('!', ''), { kind: kind as Kind, required }]
    }),
  )

const SCHEMAS: Readonly<Record<string, ReturnType<typeof schema>>> = {
  Api: schema(
    'StageName! Name DefinitionBody:map DefinitionUri CacheClusterEnabled CacheClusterSize Variables EndpointConfiguration ' +
      'MethodSettings:list BinaryMediaTypes:list MinimumCompressionSize Cors Auth GatewayResponses AccessLogSetting ' +
      'CanarySetting TracingEnabled OpenApiVersion Models Domain FailOnWarnings Description Mode ' +
      'DisableExecuteApiEndpoint ApiKeySourceType AlwaysDeploy Tags PropagateTags MergeDefinitions Policy ' +
      'SecurityPolicy EndpointAccessMode',
  ),
  Application: schema('Location! Parameters NotificationARNs Tags TimeoutInMinutes'),
  CapacityProvider: schema(
    'CapacityProviderName VpcConfig OperatorRole Tags PropagateTags InstanceRequirements ScalingConfig KmsKeyArn',
  ),
  Connector: schema('Source! SourceReference Destination! Permissions!'),
  Function: schema(
    'Architectures:list AssumeRolePolicyDocument AutoPublishAlias AutoPublishAliasAllProperties:flag ' +
      'AutoPublishCodeSha256 CapacityProviderConfig CodeSigningConfigArn CodeUri DeadLetterQueue DeploymentPreference ' +
      'Description DurableConfig Environment EphemeralStorage EventInvokeConfig Events FileSystemConfigs:list ' +
      'FunctionName FunctionScalingConfig FunctionUrlConfig Handler ImageConfig ImageUri InlineCode KmsKeyArn ' +
      'Layers:list LoggingConfig MemorySize PackageType PermissionsBoundary Policies PropagateTags ' +
      'ProvisionedConcurrencyConfig PublishToLatestPublished RecursiveLoop ReservedConcurrentExecutions Role RolePath ' +
      'Runtime RuntimeManagementConfig SnapStart SourceKMSKeyArn Tags:map TenancyConfig Timeout Tracing ' +
      'VersionDeletionPolicy VersionDescription VpcConfig',
  ),
  GraphQLApi: schema(
    'ApiKeys Auth! Cache DataSources DomainName Functions Logging Name Resolvers SchemaInline SchemaUri Tags XrayEnabled ' +
      'Visibility OwnerContact IntrospectionConfig QueryDepthLimit ResolverCountLimit',
  ),
  HttpApi: schema(
    'StageName Name DefinitionBody:map DefinitionUri StageVariables CorsConfiguration AccessLogSettings ' +
      'DefaultRouteSettings Auth RouteSettings Domain FailOnWarnings Description DisableExecuteApiEndpoint Tags ' +
      'PropagateTags',
  ),
  LayerVersion: schema(
    'LayerName Description ContentUri! CompatibleRuntimes CompatibleArchitectures LicenseInfo RetentionPolicy ' +
      'PublishLambdaVersion',
  ),
  SimpleTable: schema(
    'PrimaryKey ProvisionedThroughput TableName Tags SSESpecification PointInTimeRecoverySpecification',
  ),
  StateMachine: schema(
    'AutoPublishAlias DeploymentPreference Definition DefinitionUri DefinitionSubstitutions Events Logging Name ' +
      'PermissionsBoundary Policies PropagateTags Role RolePath Tags Tracing Type UseAliasAsEventTarget',
  ),
  WebSocketApi: schema(
    'AccessLogSettings ApiKeySelectionExpression Auth DefaultRouteSettings Description DisableExecuteApiEndpoint ' +
      'DisableSchemaValidation Domain IpAddressType Name PropagateTags RouteSelectionExpression Routes RouteSettings ' +
      'StageName StageVariables Tags',
  ),
}

/** Whether the resource may be transformed; what is wrong with it has been said. */
export const checkResource = (context: SamContext, resource: SamResource): boolean => {
  const known = own(SCHEMAS, resource.type.replace('AWS::Serverless::', ''))
  if (known === undefined) return true
  const { properties, logicalId } = resource
  const before = context.errors.length
  if (!/^(?!\d+$)[A-Za-z0-9]+$/.test(logicalId))
    fail(context, resource, [], 'logical ids must be alphanumeric')
  for (const [name, value] of Object.entries(properties)) {
    const kind = known.get(name)?.kind
    if (kind === undefined)
      fail(context, resource, [name], `\`${name}\` is not a property of ${resource.type}`)
    else if (!fits(value, kind))
      fail(context, resource, [name], `the type of \`${name}\` is invalid`)
  }
  for (const [name, { required }] of known) {
    if (required && properties[name] === undefined) {
      fail(context, resource, [], `the property \`${name}\` is required`)
    }
  }
  return context.errors.length === before
}

const fits = (value: JsonValue, kind: Kind): boolean => {
  if (kind === 'any' || value === null || (isIntrinsic(value) && kind !== 'flag')) return true
  if (kind === 'map') return isObject(value)
  if (kind === 'list') return Array.isArray(value)
  return typeof value === 'boolean' || value === 'true' || value === 'false'
}

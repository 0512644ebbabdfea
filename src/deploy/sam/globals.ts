// The Globals section: what every resource of a kind starts from.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { objectOf } from '../template/source.ts'
import { words } from '../words.ts'
import { type Draft, draftOf, isIntrinsic } from './draft.ts'

const names = (text: string): ReadonlySet<string> => new Set(words(text))

/** The properties that Globals may hold, by kind. */
const GLOBALS: Readonly<Record<string, ReadonlySet<string>>> = {
  Function: names(
    'Handler Runtime CodeUri DeadLetterQueue Description MemorySize Timeout VpcConfig Environment Tags PropagateTags ' +
      'Tracing KmsKeyArn AutoPublishAlias AutoPublishAliasAllProperties Layers DeploymentPreference RolePath ' +
      'PermissionsBoundary ReservedConcurrentExecutions ProvisionedConcurrencyConfig AssumeRolePolicyDocument ' +
      'EventInvokeConfig FileSystemConfigs CodeSigningConfigArn Architectures SnapStart EphemeralStorage ' +
      'FunctionUrlConfig RuntimeManagementConfig LoggingConfig RecursiveLoop SourceKMSKeyArn TenancyConfig ' +
      'DurableConfig CapacityProviderConfig FunctionScalingConfig PublishToLatestPublished VersionDeletionPolicy',
  ),
  Api: names(
    'Auth Name DefinitionUri CacheClusterEnabled CacheClusterSize MergeDefinitions Variables EndpointConfiguration ' +
      'MethodSettings BinaryMediaTypes MinimumCompressionSize Cors GatewayResponses AccessLogSetting CanarySetting ' +
      'TracingEnabled OpenApiVersion Domain AlwaysDeploy PropagateTags SecurityPolicy EndpointAccessMode Tags',
  ),
  HttpApi: names(
    'Auth AccessLogSettings StageVariables Tags CorsConfiguration DefaultRouteSettings Domain RouteSettings ' +
      'FailOnWarnings PropagateTags',
  ),
  WebSocketApi: names(
    'AccessLogSettings ApiKeySelectionExpression DefaultRouteSettings DisableExecuteApiEndpoint ' +
      'DisableSchemaValidation Domain IpAddressType PropagateTags RouteSettings RouteSelectionExpression ' +
      'StageVariables Tags',
  ),
  SimpleTable: names('SSESpecification'),
  StateMachine: names('PropagateTags'),
  LayerVersion: names('PublishLambdaVersion'),
  CapacityProvider: names(
    'VpcConfig OperatorRole Tags InstanceRequirements ScalingConfig KmsKeyArn PropagateTags',
  ),
}

export interface Globals {
  /** What is wrong with the section, in words; the names are of the section. */
  readonly problems: readonly string[]
  readonly merge: (type: string, properties: JsonObject, ignored: JsonValue | undefined) => Draft
}

export const readGlobals = (section: JsonValue | undefined): Globals => {
  const globals = objectOf(section ?? {})
  if (globals === undefined) {
    return { problems: ['Globals must be a map'], merge: (_, properties) => draftOf(properties) }
  }
  const problems: string[] = []
  for (const [kind, properties] of Object.entries(globals)) {
    const allowed = Object.hasOwn(GLOBALS, kind) ? GLOBALS[kind] : undefined
    if (allowed === undefined) problems.push(`\`${kind}\` is not supported`)
    else if (!isObject(properties)) problems.push(`\`${kind}\` must be a map`)
    else {
      for (const name of Object.keys(properties)) {
        if (!allowed.has(name)) problems.push(`\`${name}\` is not supported in \`${kind}\``)
      }
    }
  }
  return {
    problems,
    merge: (type, properties, ignored) => {
      const kind = type.replace('AWS::Serverless::', '')
      const global = draftOf(globals[kind])
      if (ignored === '*') return draftOf(properties)
      if (Array.isArray(ignored)) for (const name of ignored) delete global[String(name)]
      return draftOf(merged(global, properties))
    },
  }
}

/** Maps merge, lists follow one another, everything else is what the resource says. */
const merged = (global: JsonValue, own: JsonValue): JsonValue => {
  if (Array.isArray(global) && Array.isArray(own)) return [...global, ...own]
  const [left, right] = [objectOf(global), objectOf(own)]
  if (left === undefined || right === undefined || isIntrinsic(global) || isIntrinsic(own)) {
    return own
  }
  const entries = new Map(Object.entries(left))
  for (const [key, value] of Object.entries(right)) {
    const before = entries.get(key)
    entries.set(key, before === undefined ? value : merged(before, value))
  }
  return Object.fromEntries(entries)
}

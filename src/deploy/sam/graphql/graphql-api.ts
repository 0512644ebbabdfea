// AWS::Serverless::GraphQLApi: an AppSync API with its schema, keys, data sources, functions and resolvers. AppSync is
// not provided here: what is made stands in the stack as records, and is reported so.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-graphqlapi.html
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../../template/source.ts'
import { words } from '../../words.ts'
import { addResource, fail, type SamContext, type SamResource } from '../context.ts'
import { isIntrinsic, pick, tagList } from '../draft.ts'
import { given } from '../events/event.ts'
import { assumedBy } from '../events/invoker-role.ts'
import { apiReference } from './api-reference.ts'
import { addDataSources } from './data-sources.ts'
import { addResolvers } from './resolvers.ts'

const SAME = words(
  'IntrospectionConfig OwnerContact QueryDepthLimit ResolverCountLimit Visibility XrayEnabled',
)

export const transformGraphQlApi = (context: SamContext, resource: SamResource): void => {
  const { logicalId, properties, attributes } = resource
  const auth = authentication(context, resource)
  const schema = schemaOf(context, resource)
  if (auth === undefined || schema === undefined) return
  const logging = logConfig(context, resource)
  const tags = { ...objectOf(properties['Tags']), 'graphqlapi:createdBy': 'SAM' }
  addResource(
    context,
    resource,
    logicalId,
    'AWS::AppSync::GraphQLApi',
    {
      Name: properties['Name'] ?? logicalId,
      ...auth,
      ...pick(properties, SAME),
      ...(logging === undefined ? {} : { LogConfig: logging }),
      Tags: tagList(tags),
    },
    attributes,
  )
  const api = apiReference(resource)
  const schemaId = `${logicalId}Schema`
  addResource(context, resource, schemaId, 'AWS::AppSync::GraphQLSchema', { ...api, ...schema })
  for (const [name, value] of Object.entries(objectOf(properties['ApiKeys']) ?? {})) {
    const key = objectOf(value) ?? {}
    addResource(context, resource, `${logicalId}${name}`, 'AWS::AppSync::ApiKey', {
      ...api,
      ...pick(key, ['ApiKeyId', 'Description']),
      ...given({ Expires: key['ExpiresOn'] }),
    })
  }
  addDataSources(context, resource)
  addResolvers(context, resource, schemaId)
  addNeighbours(context, resource)
}

/** What a kind of authentication needs to be said about it, and its name in CloudFormation. */
const KINDS: Readonly<Record<string, readonly [string, string] | undefined>> = {
  AMAZON_COGNITO_USER_POOLS: ['UserPool', 'UserPoolConfig'],
  API_KEY: undefined,
  AWS_IAM: undefined,
  AWS_LAMBDA: ['LambdaAuthorizer', 'LambdaAuthorizerConfig'],
  OPENID_CONNECT: ['OpenIDConnect', 'OpenIDConnectConfig'],
}

const authentication = (context: SamContext, resource: SamResource): JsonObject | undefined => {
  const auth = objectOf(resource.properties['Auth']) ?? {}
  const own = provider(auth)
  const additional = auth['Additional'] ?? []
  const others = (Array.isArray(additional) ? additional : [null]).map((one: JsonValue) =>
    isObject(one) ? provider(objectOf(one) ?? {}) : '`Auth.Additional` is invalid',
  )
  const problem = [own, ...others].find((one) => typeof one === 'string')
  if (typeof problem === 'string' || typeof own === 'string') {
    fail(context, resource, ['Auth'], String(problem))
    return undefined
  }
  const providers = others.filter((one) => typeof one !== 'string')
  return providers.length === 0 ? own : { ...own, AdditionalAuthenticationProviders: providers }
}

const provider = (auth: JsonObject): JsonObject | string => {
  const type = auth['Type']
  if (typeof type !== 'string' || !Object.hasOwn(KINDS, type)) return '`Auth.Type` is invalid'
  const [from, to] = KINDS[type] ?? []
  const configured = Object.values(KINDS).filter(
    (kind) => kind !== undefined && auth[kind[0]] !== undefined,
  )
  if (configured.length > 1) return '`Auth` has more than one authentication configuration defined'
  if (from === undefined || to === undefined) return { AuthenticationType: type }
  const config = auth[from]
  if (config === undefined) return `\`${from}\` must be defined if the type is ${type}`
  return { AuthenticationType: type, [to]: config }
}

const schemaOf = (context: SamContext, resource: SamResource): JsonObject | undefined => {
  const { SchemaInline: inline, SchemaUri: uri } = resource.properties
  if ((inline === undefined) === (uri === undefined)) {
    fail(context, resource, [], 'one of `SchemaInline` and `SchemaUri` must be set')
    return undefined
  }
  return given({ Definition: inline, DefinitionS3Location: uri })
}

const LOGGING = ['CloudWatchLogsRoleArn', 'ExcludeVerboseContent', 'FieldLogLevel']

const logConfig = (context: SamContext, resource: SamResource): JsonValue | undefined => {
  const logging = resource.properties['Logging']
  if (logging === false) return undefined
  if (isIntrinsic(logging)) return logging
  const config = objectOf(logging) ?? {}
  const unknown = Object.keys(config).find((name) => !LOGGING.includes(name))
  if (unknown !== undefined)
    fail(context, resource, ['Logging'], `\`${unknown}\` is not a property`)
  if (config['CloudWatchLogsRoleArn'] !== undefined) return config
  const id = `${resource.logicalId}CloudWatchRole`
  addResource(context, resource, id, 'AWS::IAM::Role', {
    AssumeRolePolicyDocument: assumedBy('appsync.amazonaws.com'),
    ManagedPolicyArns: [
      {
        'Fn::Sub':
          'arn:${AWS::Partition}:iam::aws:policy/service-role/AWSAppSyncPushToCloudWatchLogs',
      },
    ],
  })
  return {
    FieldLogLevel: 'ALL',
    ...config,
    CloudWatchLogsRoleArn: { 'Fn::GetAtt': [id, 'Arn'] },
  }
}

const addNeighbours = (context: SamContext, resource: SamResource): void => {
  const { logicalId, properties } = resource
  const { Cache: cache, DomainName: domain } = properties
  const api = apiReference(resource)
  if (isObject(cache)) {
    const made = { ...api, ...objectOf(cache) }
    addResource(context, resource, `${logicalId}ApiCache`, 'AWS::AppSync::ApiCache', made)
  }
  if (!isObject(domain)) return
  const id = `${logicalId}DomainName`
  addResource(context, resource, id, 'AWS::AppSync::DomainName', objectOf(domain) ?? {})
  addResource(context, resource, `${id}ApiAssociation`, 'AWS::AppSync::DomainNameApiAssociation', {
    ...api,
    DomainName: memberOf(domain, 'DomainName') ?? null,
  })
}

// DataSources of a GraphQLApi: tables and functions, each with a role and the connectors that fill it.
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import { addResource, type SamContext, type SamResource } from '../context.ts'
import { pick } from '../draft.ts'
import { given } from '../events/event.ts'
import { assumedBy } from '../events/invoker-role.ts'
import { transformConnector } from '../connectors/connector.ts'
import { apiReference } from './api-reference.ts'

export const dataSourceId = (
  { logicalId }: SamResource,
  name: string,
  kind: 'Lambda' | 'DynamoDB',
): string => `${logicalId}${name}${kind}DataSource`

export const addDataSources = (context: SamContext, resource: SamResource): void => {
  const sources = objectOf(resource.properties['DataSources'])
  for (const [name, value] of Object.entries(objectOf(sources?.['DynamoDb']) ?? {})) {
    addTable(context, resource, name, objectOf(value) ?? {})
  }
  for (const [name, value] of Object.entries(objectOf(sources?.['Lambda']) ?? {})) {
    addFunction(context, resource, name, objectOf(value) ?? {})
  }
}

const addTable = (
  context: SamContext,
  resource: SamResource,
  name: string,
  source: JsonObject,
): void => {
  const id = dataSourceId(resource, name, 'DynamoDB')
  const table = source['TableName'] ?? null
  const region = source['Region'] ?? { Ref: 'AWS::Region' }
  addSource(context, resource, id, source, {
    Name: source['Name'] ?? name,
    Type: 'AMAZON_DYNAMODB',
    DynamoDBConfig: {
      AwsRegion: region,
      TableName: table,
      ...pick(source, ['UseCallerCredentials', 'Versioned']),
      ...given({ DeltaSyncConfig: source['DeltaSync'] }),
    },
  })
  if (source['ServiceRoleArn'] !== undefined) return
  const arn = source['TableArn'] ?? {
    'Fn::Sub': [
      'arn:${AWS::Partition}:dynamodb:${__Region__}:${AWS::AccountId}:table/${__TableName__}',
      { __TableName__: table, __Region__: region },
    ],
  }
  const permissions = source['Permissions'] ?? ['Read', 'Write']
  const destination = { Type: 'AWS::DynamoDB::Table', Arn: arn }
  connect(context, resource, id, 'ToTableConnector', destination, permissions)
}

const addFunction = (
  context: SamContext,
  resource: SamResource,
  name: string,
  source: JsonObject,
): void => {
  const id = dataSourceId(resource, name, 'Lambda')
  const arn = source['FunctionArn'] ?? null
  addSource(context, resource, id, source, {
    Name: source['Name'] ?? name,
    Type: 'AWS_LAMBDA',
    LambdaConfig: { LambdaFunctionArn: arn },
  })
  if (source['ServiceRoleArn'] !== undefined) return
  const destination = { Type: 'AWS::Lambda::Function', Arn: arn }
  connect(context, resource, id, 'ToLambdaConnector', destination, ['Write'])
}

const addSource = (
  context: SamContext,
  resource: SamResource,
  id: string,
  source: JsonObject,
  properties: JsonObject,
): void => {
  const roleId = `${id}Role`
  if (source['ServiceRoleArn'] === undefined) {
    const role = { AssumeRolePolicyDocument: assumedBy('appsync.amazonaws.com') }
    addResource(context, resource, roleId, 'AWS::IAM::Role', role)
  }
  addResource(context, resource, id, 'AWS::AppSync::DataSource', {
    ...apiReference(resource),
    ...properties,
    ...pick(source, ['Description']),
    ServiceRoleArn: source['ServiceRoleArn'] ?? { 'Fn::GetAtt': [roleId, 'Arn'] },
  })
}

const connect = (
  context: SamContext,
  resource: SamResource,
  id: string,
  end: string,
  destination: JsonObject,
  permissions: JsonValue,
): void => {
  transformConnector(context, {
    ...resource,
    logicalId: `${id}${end}`,
    type: 'AWS::Serverless::Connector',
    properties: { Source: { Id: id }, Destination: destination, Permissions: permissions },
    attributes: {},
  })
}

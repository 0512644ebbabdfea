// AWS::Serverless::HttpApi: an Api by definition and a Stage that deploys itself.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-httpapi.html
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import { anyCondition } from '../conditions.ts'
import {
  reportIgnored,
  addResource,
  conditionOf,
  fail,
  type SamContext,
  type SamResource,
} from '../context.ts'
import { pick, keptAttributes, onlyIf } from '../draft.ts'
import { checkApi } from './api-checks.ts'
import { addDomain } from './domain.ts'
import { addAuthorizerPermissions } from './rest-auth.ts'
import { ANY_METHOD } from './methods.ts'
import { httpDefinition } from './http-definition.ts'
import { IMPLICIT_HTTP_API } from './implicit-apis.ts'
import { s3Location } from '../locations.ts'
import { stageLogicalId } from '../names.ts'

const STAGE_SAME = ['AccessLogSettings', 'DefaultRouteSettings', 'RouteSettings', 'StageVariables']

const DEFAULT_STAGE = '$default'

export const transformHttpApi = (context: SamContext, resource: SamResource): void => {
  const { logicalId, properties } = resource
  if (!checkApi(context, resource)) return
  if (properties['DefinitionBody'] !== undefined || properties['DefinitionUri'] !== undefined) {
    reportIgnored(context, resource, 'Name', 'the title of the definition is the name')
  }
  const { DefinitionBody: given, DefinitionUri: uri } = properties
  if (given !== undefined && uri !== undefined) {
    fail(context, resource, [], 'specify either `DefinitionUri` or `DefinitionBody`, not both')
  }
  const isElsewhere = given === undefined && uri !== undefined
  if (isElsewhere) checkElsewhere(context, resource)
  const members = { bucket: 'Bucket', key: 'Key', version: 'Version' }
  const location = isElsewhere ? s3Location(context, resource, 'DefinitionUri', members) : undefined
  const attributes = apiAttributes(context, resource)
  addResource(
    context,
    resource,
    logicalId,
    'AWS::ApiGatewayV2::Api',
    {
      ...(isElsewhere
        ? { BodyS3Location: location ?? null }
        : { Body: httpDefinition(context, resource) }),
      ...pick(properties, ['FailOnWarnings']),
    },
    attributes,
  )
  const stage = properties['StageName'] ?? DEFAULT_STAGE
  const stageId =
    stage === DEFAULT_STAGE
      ? `${logicalId}ApiGatewayDefaultStage`
      : stageLogicalId(logicalId, stage)
  const tags = stageTags(properties, isElsewhere)
  addResource(
    context,
    resource,
    stageId,
    'AWS::ApiGatewayV2::Stage',
    {
      ApiId: { Ref: logicalId },
      StageName: stage,
      AutoDeploy: true,
      ...pick(properties, STAGE_SAME),
      ...routeSettings(context, resource),
      ...(tags === undefined ? {} : { Tags: tags }),
    },
    keptAttributes(attributes),
  )
  context.references.set(`${logicalId}.Stage`, stageId)
  addAuthorizerPermissions(context, resource)
  addDomain(context, resource, 'http', stageId, keptAttributes(attributes))
}

/** What events say of their routes' settings goes to the stage. */
const routeSettings = (context: SamContext, { logicalId, properties }: SamResource): JsonObject => {
  const settings = objectOf(properties['RouteSettings'])
  const own = context.events.filter(
    ({ api, kind, properties: given }) =>
      api === logicalId && kind === 'HttpApi' && given['RouteSettings'] !== undefined,
  )
  if (own.length === 0) return {}
  const entries = own.map((event): [string, JsonValue] => {
    const verb = event.method === ANY_METHOD ? 'ANY' : event.method.toUpperCase()
    const key = event.path === '$default' ? '$default' : `${verb} ${event.path}`
    return [key, onlyIf(conditionOf(event.resource), event.properties['RouteSettings'] ?? {})]
  })
  return { RouteSettings: { ...settings, ...Object.fromEntries(entries) } }
}

const stageTags = (properties: JsonObject, isElsewhere: boolean): JsonValue | undefined => {
  const tags = objectOf(properties['Tags'])
  if (isElsewhere) return tags
  return { ...tags, 'httpapi:createdBy': 'SAM' }
}

const checkElsewhere = (context: SamContext, resource: SamResource): void => {
  for (const name of ['Auth', 'CorsConfiguration', 'Description', 'Tags']) {
    if (resource.properties[name] === undefined) continue
    fail(context, resource, [name], `\`${name}\` works only with an inline definition`)
  }
}

const apiAttributes = (context: SamContext, resource: SamResource): JsonObject => {
  const { logicalId, attributes } = resource
  if (logicalId !== IMPLICIT_HTTP_API || conditionOf(resource) !== undefined) return attributes
  const events = context.events.filter(({ api }) => api === logicalId)
  const condition = anyCondition(context, events, `${logicalId}Condition`)
  return condition === undefined ? attributes : { ...attributes, Condition: condition }
}

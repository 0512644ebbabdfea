// Functions and Resolvers of a GraphQLApi: steps of a pipeline, and the fields that the pipelines answer.
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../../template/source.ts'
import { addResource, type SamContext, type SamResource } from '../context.ts'
import { isIntrinsic, pick } from '../draft.ts'
import { given } from '../events/event.ts'
import { dataSourceId } from './data-sources.ts'
import { apiReference } from './api-reference.ts'

export const addResolvers = (
  context: SamContext,
  resource: SamResource,
  schemaId: string,
): void => {
  const { logicalId, properties } = resource
  const ids = new Map<string, JsonValue>()
  for (const [name, value] of Object.entries(objectOf(properties['Functions']) ?? {})) {
    const step = objectOf(value) ?? {}
    if (step['Id'] === undefined) {
      const id = `${logicalId}${name}`
      if (addStep(context, resource, id, name, step, schemaId)) {
        ids.set(name, { 'Fn::GetAtt': [id, 'FunctionId'] })
      }
    } else if (Object.keys(step).length > 1) {
      failPart(context, resource, ['Functions', name], '`Id` cannot stand with other properties')
    } else ids.set(name, step['Id'])
  }
  for (const [type, fields] of Object.entries(objectOf(properties['Resolvers']) ?? {})) {
    for (const [name, value] of Object.entries(objectOf(fields) ?? {})) {
      addResolver(context, resource, { type, name, resolver: objectOf(value) ?? {}, ids, schemaId })
    }
  }
}

/** AWS: SAM names the function or the resolver, not the API. */
const failPart = (
  context: SamContext,
  { logicalId }: SamResource,
  path: readonly string[],
  problem: string,
): void => {
  const at = ['Resources', logicalId, 'Properties', ...path]
  context.errors.push({ logicalId: path.at(-1) ?? logicalId, path: at, problem })
}

const runtimeOf = (given: JsonObject): JsonObject | undefined => {
  const runtime = objectOf(given['Runtime'])
  if (runtime === undefined) return undefined
  return { Name: runtime['Name'] ?? null, RuntimeVersion: runtime['Version'] ?? null }
}

const codeOf = ({ InlineCode: inline, CodeUri: uri }: JsonObject): JsonObject =>
  given({ Code: inline, CodeS3Location: uri })

const addStep = (
  context: SamContext,
  resource: SamResource,
  id: string,
  name: string,
  step: JsonObject,
  schemaId: string,
): boolean => {
  const runtime = runtimeOf(step)
  const source = sourceName(context, resource, step['DataSource'])
  const { InlineCode: inline, CodeUri: uri } = step
  const problem =
    runtime === undefined
      ? `'Runtime' must be defined in ${name}`
      : source === undefined
        ? `'DataSource' of ${name} must be set to one of the API, or to an intrinsic function`
        : (inline === undefined) === (uri === undefined)
          ? `one of 'InlineCode' and 'CodeUri' must be set in ${name}`
          : undefined
  if (problem !== undefined || runtime === undefined) {
    failPart(context, resource, ['Functions', name], problem ?? '')
    return false
  }
  addResource(
    context,
    resource,
    id,
    'AWS::AppSync::FunctionConfiguration',
    {
      ...apiReference(resource),
      Name: step['Name'] ?? name,
      Runtime: runtime,
      ...codeOf(step),
      ...given({ DataSourceName: source, SyncConfig: step['Sync'] }),
      ...pick(step, ['Description', 'MaxBatchSize']),
    },
    { DependsOn: [schemaId] },
  )
  return true
}

/** The name of a data source of the same API, or whatever an intrinsic function says. */
const sourceName = (
  context: SamContext,
  resource: SamResource,
  value: JsonValue | undefined,
): JsonValue | undefined => {
  if (typeof value !== 'string') return isIntrinsic(value) ? value : undefined
  if (value.toUpperCase() === 'NONE') return { 'Fn::GetAtt': [addNone(context, resource), 'Name'] }
  const sources = resource.properties['DataSources']
  const kinds = [
    ['DynamoDb', 'DynamoDB'],
    ['Lambda', 'Lambda'],
  ] as const
  for (const [member, kind] of kinds) {
    if (memberOf(memberOf(sources, member), value) === undefined) continue
    return { 'Fn::GetAtt': [dataSourceId(resource, value, kind), 'Name'] }
  }
  return undefined
}

/** A data source for steps that ask nobody. */
const addNone = (context: SamContext, resource: SamResource): string => {
  const id = `${resource.logicalId}NoneDataSource`
  const properties = { ...apiReference(resource), Name: 'None', Type: 'NONE' }
  addResource(context, resource, id, 'AWS::AppSync::DataSource', properties)
  return id
}

interface Field {
  readonly type: string
  readonly name: string
  readonly resolver: JsonObject
  readonly ids: ReadonlyMap<string, JsonValue>
  readonly schemaId: string
}

/** What a pipeline that has no code of its own does: hand on the last step's result. */
const PASS_ON = `
    export function request(ctx) {
      return {};
    }
    export function response(ctx) {
      return ctx.prev.result;
    }
`

const addResolver = (
  context: SamContext,
  resource: SamResource,
  { type, name, resolver, ids, schemaId }: Field,
): void => {
  const pipeline = resolver['Pipeline']
  const refuse = (problem: string) =>
    failPart(context, resource, ['Resolvers', type, name], problem)
  const runtime = runtimeOf(resolver)
  if (!Array.isArray(pipeline)) {
    refuse(`the resolver '${name}' must have a Pipeline: unit resolvers are not supported`)
    return
  }
  const steps = pipeline.map((step: JsonValue) => ids.get(String(step)))
  const missing = steps.indexOf(undefined)
  if (missing >= 0) {
    refuse(`the function '${String(pipeline[missing])}' does not exist`)
    return
  }
  if (runtime === undefined) {
    refuse(`'Runtime' must be defined in ${name}`)
    return
  }
  if (resolver['InlineCode'] !== undefined && resolver['CodeUri'] !== undefined) {
    refuse("both 'InlineCode' and 'CodeUri' cannot be defined at the same time")
    return
  }
  const code = codeOf(resolver)
  addResource(
    context,
    resource,
    `${resource.logicalId}${type}${name}`,
    'AWS::AppSync::Resolver',
    {
      ...apiReference(resource),
      TypeName: type,
      FieldName: resolver['FieldName'] ?? name,
      Kind: 'PIPELINE',
      PipelineConfig: { Functions: steps.map((step) => step ?? null) },
      Runtime: runtime,
      ...(Object.keys(code).length === 0 ? { Code: PASS_ON } : code),
      ...given({ CachingConfig: resolver['Caching'], SyncConfig: resolver['Sync'] }),
      ...pick(resolver, ['MaxBatchSize']),
    },
    { DependsOn: [schemaId] },
  )
}

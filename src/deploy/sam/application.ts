// AWS::Serverless::Application: a nested stack, of a local template, of one in S3, or of the Application Repository.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-application.html
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../template/source.ts'
import { addResource, fail, resolved, type SamContext, type SamResource } from './context.ts'
import { isIntrinsic, pick, tagList } from './draft.ts'

export const transformApplication = (context: SamContext, resource: SamResource): void => {
  const { logicalId, properties, attributes } = resource
  const location = properties['Location'] ?? null
  const tags = { 'lambda:createdBy': 'SAM', ...objectOf(properties['Tags']) }
  const object = isIntrinsic(location) ? undefined : objectOf(location)
  const published =
    object === undefined ? undefined : publishedApplication(context, resource, object)
  if (object !== undefined && published === undefined) return
  if (published !== undefined) {
    // AWS: the service asks the repository for a signed URL of the template.
    const effect =
      'not provided here: there is no Application Repository to fetch the template from'
    const path = ['Resources', logicalId, 'Properties', 'Location']
    context.report.add(path, 'AWS::Serverless::Application Location', effect)
  }
  addResource(
    context,
    resource,
    logicalId,
    'AWS::CloudFormation::Stack',
    {
      TemplateURL:
        published === undefined ? location : (published['serverlessrepo:applicationId'] ?? null),
      ...pick(properties, ['NotificationARNs', 'Parameters', 'TimeoutInMinutes']),
      Tags: tagList({ ...tags, ...published }),
    },
    attributes,
  )
}

const publishedApplication = (
  context: SamContext,
  resource: SamResource,
  location: JsonObject,
): JsonObject | undefined => {
  const tags: [string, JsonValue][] = []
  for (const name of ['ApplicationId', 'SemanticVersion']) {
    const value = foundIn(context, location[name])
    const problem = problemOf(name, value)
    if (problem !== undefined) {
      fail(context, resource, ['Location'], problem)
      return undefined
    }
    tags.push([`serverlessrepo:${name.slice(0, 1).toLowerCase()}${name.slice(1)}`, value ?? null])
  }
  return Object.fromEntries(tags)
}

const problemOf = (name: string, value: JsonValue | undefined): string | undefined => {
  if (value === undefined) return `the property \`${name}\` is required`
  if (value === null || value === '') return `the property \`${name}\` cannot be blank`
  if (isObject(value))
    return `\`${name}\` cannot be resolved: only Fn::FindInMap and Ref are supported`
  if (typeof value !== 'string') return `\`Location.${name}\` should be a string`
  return value.startsWith('{{resolve:') ? `\`${name}\` cannot be a dynamic reference` : undefined
}

/** Parameters and mappings count as what they stand for, as far as they are known. */
const foundIn = (context: SamContext, value: JsonValue | undefined): JsonValue | undefined => {
  const call = memberOf(value, 'Fn::FindInMap')
  if (!Array.isArray(call)) return resolved(context, value)
  const [name, first, second] = call.map((part: JsonValue) => resolved(context, part) ?? '')
  const mapping = objectOf(context.mappings[String(name)])
  return objectOf(mapping?.[String(first)])?.[String(second)] ?? value
}

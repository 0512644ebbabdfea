// A function of a template on this machine that says nothing of its code has it in the template's folder: so `sam build`
// reads it. The specification itself, which a template in AWS goes by, has no such default.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../template/source.ts'

export const withDefaultCode = (template: JsonObject): JsonObject => {
  const globals = objectOf(memberOf(template['Globals'], 'Function'))
  const resources = objectOf(template['Resources'])
  if (resources === undefined || !lacksCode(globals ?? {})) return template
  const members = Object.entries(resources).map(([id, resource]) => [id, withCode(resource)])
  return { ...template, Resources: Object.fromEntries(members) }
}

const withCode = (resource: JsonValue): JsonValue => {
  if (!isObject(resource) || resource['Type'] !== 'AWS::Serverless::Function') return resource
  const properties = objectOf(resource['Properties'])
  // Without a handler it is not finished: what it lacks is said of the whole.
  if (properties === undefined || !lacksCode(properties) || properties['Handler'] === undefined) {
    return resource
  }
  return { ...resource, Properties: { ...properties, CodeUri: '.' } }
}

const lacksCode = (properties: JsonObject): boolean =>
  ['CodeUri', 'InlineCode', 'ImageUri', 'PackageType'].every(
    (name) => properties[name] === undefined,
  )

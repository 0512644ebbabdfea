// The APIs that nobody declares: an Api or HttpApi event that names no API belongs to ServerlessRestApi or
// ServerlessHttpApi. https://github.com/aws/serverless-application-model/blob/develop/docs/internals/generated_resources.rst
import { objectOf } from '../../template/source.ts'
import type { SamResource } from '../context.ts'
import type { Globals } from '../globals.ts'

export const IMPLICIT_REST_API = 'ServerlessRestApi'
export const IMPLICIT_HTTP_API = 'ServerlessHttpApi'

const IMPLICIT = {
  Api: { id: IMPLICIT_REST_API, type: 'AWS::Serverless::Api', reference: 'RestApiId' },
  HttpApi: { id: IMPLICIT_HTTP_API, type: 'AWS::Serverless::HttpApi', reference: 'ApiId' },
} as const

/** The resources with the implicit APIs that they need. */
export const addImplicitApis = (
  resources: ReadonlyMap<string, SamResource>,
  globals: Globals,
): ReadonlyMap<string, SamResource> => {
  const all = new Map(resources)
  for (const { type, properties } of resources.values()) {
    if (type !== 'AWS::Serverless::Function' && type !== 'AWS::Serverless::StateMachine') continue
    for (const event of Object.values(objectOf(properties['Events']) ?? {})) {
      const { Type: kind, Properties: own } = objectOf(event) ?? {}
      if (kind !== 'Api' && kind !== 'HttpApi') continue
      const { id, type: apiType, reference } = IMPLICIT[kind]
      if (objectOf(own)?.[reference] !== undefined) continue
      const before = all.get(id)
      // AWS: a resource of that name that is something else loses its place.
      if (before !== undefined && before.type === apiType) continue
      const stage = kind === 'Api' ? { StageName: 'Prod' } : {}
      const merged = globals.merge(apiType, stage, undefined)
      all.set(id, { logicalId: id, type: apiType, properties: merged, attributes: {} })
    }
  }
  return all
}

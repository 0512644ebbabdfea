// The SAM transform: AWS::Serverless::* resources in, CloudFormation out. A pure function of the template.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import type { Report } from '../report.ts'
import type { Path } from '../template/path.ts'
import { objectOf } from '../template/source.ts'
import type { SamContext, SamError, SamResource } from './context.ts'
import { transformCapacityProvider } from './functions/capacity-provider.ts'
import { transformApplication } from './application.ts'
import { transformConnectors } from './connectors/connectors.ts'
import { transformGraphQlApi } from './graphql/graphql-api.ts'
import { checkResource } from './resource-schema.ts'
import { ignoredProblem, templateProblems } from './template-checks.ts'
import { type Draft, draftOf } from './draft.ts'
import { addDeploymentApplication } from './functions/deployment-preference.ts'
import { readGlobals } from './globals.ts'
import { transformFunction } from './functions/function.ts'
import { transformHttpApi } from './apis/http-api.ts'
import { addImplicitApis } from './apis/implicit-apis.ts'
import { replaceReferences } from './references.ts'
import { lazyPolicyTemplates } from './policy-templates.ts'
import { transformRestApi } from './apis/rest-api.ts'
import { transformStateMachine } from './state-machines/state-machine.ts'
import { transformWebSocketApi } from './apis/websocket-api.ts'
import { transformLayerVersion, transformSimpleTable } from './simple-resources.ts'

const SAM_TRANSFORM = 'AWS::Serverless-2016-10-31'

export interface SamOptions {
  /** Values of the template's parameters, for what the transform itself has to read. */
  readonly parameters: ReadonlyMap<string, JsonValue>
  readonly report: Report
}

export interface Transformed {
  readonly template: JsonObject
  readonly errors: readonly SamError[]
  /** Logical id of something made → that of the SAM resource it was made for. */
  readonly origins: ReadonlyMap<string, string>
  /** Logical id of something made → the part of its SAM resource that asks for it. */
  readonly places: ReadonlyMap<string, Path>
}

type TransformResource = (context: SamContext, resource: SamResource) => void

/** In this order: events of functions add to APIs before those are written out. */
const STEPS: readonly (readonly [string, TransformResource])[] = [
  ['AWS::Serverless::LayerVersion', transformLayerVersion],
  ['AWS::Serverless::SimpleTable', transformSimpleTable],
  ['AWS::Serverless::Function', transformFunction],
  ['AWS::Serverless::StateMachine', transformStateMachine],
  ['AWS::Serverless::Application', transformApplication],
  ['AWS::Serverless::CapacityProvider', transformCapacityProvider],
  ['AWS::Serverless::Api', transformRestApi],
  ['AWS::Serverless::HttpApi', transformHttpApi],
  ['AWS::Serverless::GraphQLApi', transformGraphQlApi],
  ['AWS::Serverless::WebSocketApi', transformWebSocketApi],
]

export const usesSam = (template: JsonObject): boolean => {
  const { Transform } = template
  const names: readonly JsonValue[] = Array.isArray(Transform) ? Transform : [Transform ?? '']
  return names.includes(SAM_TRANSFORM)
}

export const transformSam = (
  template: JsonObject,
  { parameters, report }: SamOptions,
): Transformed => {
  const globals = readGlobals(template['Globals'])
  const errors: SamError[] = globals.problems.map((problem) => ({
    logicalId: 'Globals',
    path: ['Globals'],
    problem,
  }))
  errors.push(...templateProblems(template))
  const { Globals: _, Transform: __, ...rest } = draftOf(template)
  const made: Draft = {}
  const resources = new Map<string, SamResource>()
  for (const [logicalId, value] of Object.entries(objectOf(template['Resources']) ?? {})) {
    const resource = objectOf(value)
    const type = resource?.['Type']
    if (resource === undefined || typeof type !== 'string' || !isSam(type)) {
      made[logicalId] = value
      continue
    }
    const { Type: ____, Properties, IgnoreGlobals, ...attributes } = resource
    const ignored = ignoredProblem(template['Globals'], type, IgnoreGlobals)
    if (ignored !== undefined) {
      errors.push({ logicalId, path: ['Resources', logicalId, 'IgnoreGlobals'], problem: ignored })
    }
    if (Properties !== undefined && !isObject(Properties)) {
      const path = ['Resources', logicalId, 'Properties']
      errors.push({ logicalId, path, problem: '`Properties` should be a map' })
    }
    const properties = globals.merge(type, objectOf(Properties ?? {}) ?? {}, IgnoreGlobals)
    resources.set(logicalId, { logicalId, type, properties, attributes })
    if (!STEPS.some(([known]) => known === type) && type !== 'AWS::Serverless::Connector') {
      // Left as it is: the stack keeps a record of it and reports it by name.
      made[logicalId] = value
    }
  }
  const context: SamContext = {
    resources: addImplicitApis(resources, globals),
    made,
    conditions: draftOf(template['Conditions']),
    mappings: objectOf(template['Mappings']) ?? {},
    parameters,
    references: new Map(),
    origins: new Map(),
    places: new Map(),
    policyTemplates: lazyPolicyTemplates(),
    events: [],
    errors,
    report,
  }
  for (const [type, transform] of STEPS) {
    for (const resource of context.resources.values()) {
      if (resource.type === type && checkResource(context, resource)) transform(context, resource)
    }
  }
  addDeploymentApplication(context)
  transformConnectors(context)
  const { Conditions: ___, Resources: _____, ...sections } = rest
  const conditions =
    Object.keys(context.conditions).length > 0 ? { Conditions: context.conditions } : {}
  const transformed = { ...sections, ...conditions, Resources: made }
  return {
    template: replaceReferences(transformed, context.references),
    errors: context.errors,
    origins: context.origins,
    places: context.places,
  }
}

const isSam = (type: string) => type.startsWith('AWS::Serverless::')

// What the parts of the transform share: the template on both sides, names of what was made, problems and the report.
import { hash } from 'node:crypto'
import { canonicalJson, type JsonObject, type JsonValue } from '#shared/json.ts'
import type { PolicyTemplates } from './policy-templates.ts'
import type { Report } from '../report.ts'
import type { Path } from '../template/path.ts'
import { memberOf, objectOf } from '../template/source.ts'
import { type Draft, isIntrinsic } from './draft.ts'

/** A SAM resource, its globals merged in. */
export interface SamResource {
  readonly logicalId: string
  readonly type: string
  readonly properties: Draft
  /** Everything beside Type and Properties: Condition, DependsOn, Metadata, … */
  readonly attributes: JsonObject
}

export interface SamError {
  readonly logicalId: string
  readonly path: Path
  readonly problem: string
}

/** A function's Api or HttpApi event: one method of one API. */
export interface RouteEvent {
  readonly resource: SamResource
  readonly eventId: string
  readonly kind: 'Api' | 'HttpApi'
  /** The SAM API's logical id. */
  readonly api: string
  /** As an OpenAPI document has it; `$default` for an HTTP API's catch-all. */
  readonly path: string
  /** Lower case, or `x-amazon-apigateway-any-method`. */
  readonly method: string
  /** What the ARN of the function is called in an Fn::Sub: `Hello.Arn`, or its alias. */
  readonly target: string
  readonly properties: JsonObject
  /** Whom an error of the event names: the function, or, of a state machine, the event. */
  readonly blamed: string
  /** What the method does, where it is not a function that is called. */
  readonly integration?: JsonObject
}

export interface SamContext {
  readonly resources: ReadonlyMap<string, SamResource>
  /** The CloudFormation resources made so far. */
  readonly made: Draft
  readonly conditions: Draft
  readonly mappings: JsonObject
  readonly parameters: ReadonlyMap<string, JsonValue>
  /** `MyApi.Stage` → the logical id of what was made for it. */
  readonly references: Map<string, string>
  /** Logical id of something made → that of the SAM resource it was made for. */
  readonly origins: Map<string, string>
  /** Logical id of something made → the part of its SAM resource that asks for it. */
  readonly places: Map<string, Path>
  readonly events: RouteEvent[]
  readonly errors: SamError[]
  readonly report: Report
  /** SAM's policy templates, read where a template asks for one. */
  readonly policyTemplates: () => PolicyTemplates
}

export const addResource = (
  context: SamContext,
  origin: SamResource,
  logicalId: string,
  type: string,
  properties: JsonValue,
  attributes: JsonObject = {},
): void => {
  if (
    Object.hasOwn(context.made, logicalId) &&
    context.origins.get(logicalId) !== origin.logicalId
  ) {
    fail(context, origin, [], `makes \`${logicalId}\`, which the template has already`)
    return
  }
  context.origins.set(logicalId, origin.logicalId)
  context.made[logicalId] = { Type: type, Properties: properties, ...attributes }
}

export const fail = (
  context: SamContext,
  { logicalId }: SamResource,
  path: Path,
  problem: string,
): void => {
  context.errors.push({ logicalId, path: ['Resources', logicalId, 'Properties', ...path], problem })
}

/** An error of a function's route. */
export const failRoute = (
  context: SamContext,
  { resource, eventId, blamed }: RouteEvent,
  path: Path,
  problem: string,
): void => {
  const at = ['Resources', resource.logicalId, 'Properties', 'Events', eventId, 'Properties']
  context.errors.push({ logicalId: blamed, path: [...at, ...path], problem })
}

/** Text that the transform has to look at: a reference to a parameter counts as its value. */
export const resolved = (
  context: SamContext,
  value: JsonValue | undefined,
): JsonValue | undefined => {
  const name = memberOf(value, 'Ref')
  if (typeof name !== 'string' || !isIntrinsic(value)) return value
  return context.parameters.get(name) ?? value
}

/** The condition that a resource stands under. */
export const conditionOf = ({ attributes }: SamResource): string | undefined =>
  typeof attributes['Condition'] === 'string' ? attributes['Condition'] : undefined

/** Ten hexadecimal digits of a value's hash, as SAM ends the names of what must be made anew when something changes. */
export const shortHash = (value: unknown): string => hash('sha1', canonicalJson(value)).slice(0, 10)

export const longHash = (value: unknown): string => hash('sha1', canonicalJson(value))

/** What SAM knows and this transform does nothing with. */
export const reportIgnored = (
  context: SamContext,
  { logicalId, type, properties }: SamResource,
  name: string,
  effect: string,
): void => {
  if (properties[name] === undefined || properties[name] === false) return
  const path = ['Resources', logicalId, 'Properties', name]
  context.report.add(path, `${type} ${name}`, `ignored: ${effect}`)
}

/** `{Ref: X}` or `X` → `X`. */
export const referenceName = (value: JsonValue | undefined): string | undefined => {
  if (typeof value === 'string') return value
  const name = objectOf(value)?.['Ref']
  return typeof name === 'string' ? name : undefined
}

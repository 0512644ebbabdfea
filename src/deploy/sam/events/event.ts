// An event of a function or a state machine: what it calls, and how what it makes is named.
import type { JsonObject, JsonValue } from '#shared/json.ts'
import type { Path } from '../../template/path.ts'
import { addResource, fail, type SamContext, type SamResource } from '../context.ts'
import { type Draft, keptAttributes } from '../draft.ts'

/** What events need of the role of their function. */
export interface Grants {
  readonly managed: JsonValue[]
  readonly inline: JsonValue[]
}

export interface SamEvent {
  readonly context: SamContext
  readonly resource: SamResource
  readonly eventId: string
  /** The logical id of what the event makes first: resource and event in one word. */
  readonly id: string
  readonly kind: string
  readonly properties: JsonObject
  /** What is called: the function's name (or alias), or the state machine's ARN. */
  readonly name: JsonValue
  /** Its ARN. */
  readonly arn: JsonValue
  readonly isStateMachine: boolean
  readonly grants: Grants
}

/** Adds a resource under the condition of the function that the event belongs to. */
export const addOfEvent = (
  event: SamEvent,
  id: string,
  type: string,
  properties: JsonValue,
  attributes: JsonObject = {},
): void => {
  const { context, resource, eventId } = event
  const kept = keptAttributes(resource.attributes)
  addResource(context, resource, id, type, properties, { ...kept, ...attributes })
  const place = ['Resources', resource.logicalId, 'Properties', 'Events', eventId]
  context.places.set(id, place)
}

export const addInvokePermission = (
  event: SamEvent,
  principal: string,
  more: JsonObject,
  suffix = 'Permission',
): string => {
  const id = `${event.id}${suffix}`
  addOfEvent(event, id, 'AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    FunctionName: event.name,
    Principal: principal,
    ...more,
  })
  return id
}

/** AWS: SAM names the function where an event's settings contradict each other. */
export const failEvent = (event: SamEvent, path: Path, problem: string): void => {
  const { context, resource, eventId, isStateMachine, id } = event
  const at = ['Events', eventId, 'Properties', ...path]
  // AWS: of a state machine it names the event.
  if (isStateMachine) failNamed(event, path, problem, id)
  else fail(context, resource, at, `the event \`${eventId}\`: ${problem}`)
}

/** AWS: SAM names the event itself where a property is unknown or has the wrong type. */
export const failNamed = (event: SamEvent, path: Path, problem: string, id = event.id): void => {
  const { context, resource, eventId } = event
  context.errors.push({
    logicalId: id,
    path: ['Resources', resource.logicalId, 'Properties', 'Events', eventId, 'Properties', ...path],
    problem: `the event \`${eventId}\`: ${problem}`,
  })
}

export const given = (members: Readonly<Record<string, JsonValue | undefined>>): Draft =>
  Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  )

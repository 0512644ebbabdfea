// Conditions of what functions share: an implicit API exists if any of the functions that make it does.
import type { JsonValue } from '#shared/json.ts'
import { conditionOf, type RouteEvent, type SamContext } from './context.ts'

/** Fn::Or takes at most ten. */
const OR_MAX = 10

/** The name of the condition under which any of the events' functions exists; undefined where one always does. */
export const anyCondition = (
  context: SamContext,
  events: readonly RouteEvent[],
  name: string,
): string | undefined => {
  const conditions = new Set<string>()
  for (const { resource } of events) {
    const condition = conditionOf(resource)
    if (condition === undefined) return undefined
    conditions.add(condition)
  }
  const sorted = [...conditions].sort()
  if (sorted.length <= 1) return sorted[0]
  addOr(context, name, sorted)
  return name
}

const addOr = (context: SamContext, name: string, conditions: readonly string[]): void => {
  const or = (names: readonly string[]): JsonValue => ({
    'Fn::Or': names.map((condition) => ({ Condition: condition })),
  })
  let rest = conditions
  for (let count = 1; rest.length > OR_MAX; count++) {
    context.conditions[`${name}${count}`] = or(rest.slice(0, OR_MAX))
    rest = [...rest.slice(OR_MAX), `${name}${count}`]
  }
  context.conditions[name] = or(rest)
}

/** `/sub/{id}` → `SLASHsubSLASHCURLYidCURLY`: a path as part of a logical id. */
export const pathName = (path: string): string =>
  path
    .replaceAll('/', 'SLASH')
    .replaceAll(/[{}]/g, 'CURLY')
    .replaceAll(/[^A-Za-z0-9]/g, 'UNDERSCORE')

// Who waits for a connector: what depends on it by name, and what cannot be made before its policy is there.
import type { JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../../template/source.ts'
import type { SamContext } from '../context.ts'
import type { End } from './ends.ts'

export const dependOnPolicy = (
  context: SamContext,
  who: 'source' | 'mapping',
  source: End,
  destination: End,
  policyId: string,
): void => {
  if (who === 'source') {
    if (source.logicalId !== undefined) addDependency(context, source.logicalId, [policyId])
    return
  }
  for (const [id, resource] of Object.entries(context.made)) {
    if (memberOf(resource, 'Type') !== 'AWS::Lambda::EventSourceMapping') continue
    const properties = memberOf(resource, 'Properties')
    const isOf =
      mentions(memberOf(properties, 'FunctionName'), destination.logicalId) &&
      mentions(memberOf(properties, 'EventSourceArn'), source.logicalId)
    if (isOf) addDependency(context, id, [policyId])
  }
}

const mentions = (value: JsonValue | undefined, logicalId: string | undefined): boolean => {
  if (logicalId === undefined) return false
  const attribute = memberOf(value, 'Fn::GetAtt')
  const owner = Array.isArray(attribute) ? attribute[0] : attribute
  return memberOf(value, 'Ref') === logicalId || String(owner).split('.')[0] === logicalId
}

const dependenciesOf = (resource: JsonValue | undefined): readonly JsonValue[] => {
  const given = memberOf(resource, 'DependsOn') ?? []
  return Array.isArray(given) ? given : [given]
}

const addDependency = (context: SamContext, id: string, names: readonly JsonValue[]): void => {
  const resource = objectOf(context.made[id])
  if (resource === undefined) return
  const all = [...new Set([...dependenciesOf(resource), ...names])]
  context.made[id] = { ...resource, DependsOn: all }
}

/** DependsOn of a connector means what it made. */
export const replaceDependencies = (
  context: SamContext,
  connectors: ReadonlyMap<string, readonly string[]>,
): void => {
  for (const [id, resource] of Object.entries(context.made)) {
    const names = dependenciesOf(resource)
    if (!names.some((name) => connectors.has(String(name)))) continue
    const replaced = names.flatMap(
      (name): readonly JsonValue[] => connectors.get(String(name)) ?? [name],
    )
    context.made[id] = { ...objectOf(resource), DependsOn: [...new Set(replaced)] }
  }
}

// What SAM refuses of a template as a whole, and of the attributes beside a resource's properties.
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { objectOf } from '../template/source.ts'
import type { SamError } from './context.ts'
import { isIntrinsic } from './draft.ts'

export const templateProblems = (template: JsonObject): readonly SamError[] => {
  const problems: SamError[] = []
  const resources = objectOf(template['Resources'])
  if (resources === undefined) {
    problems.push({
      logicalId: 'Resources',
      path: [],
      problem: 'the section `Resources` is required',
    })
  }
  for (const section of ['Mappings', 'Parameters']) {
    const value = template[section]
    if (value === undefined || isObject(value)) continue
    problems.push({ logicalId: section, path: [section], problem: `\`${section}\` must be a map` })
  }
  for (const [logicalId, value] of Object.entries(resources ?? {})) {
    const path = ['Resources', logicalId]
    if (!isObject(value)) {
      problems.push({ logicalId, path, problem: 'a resource must be a map' })
      continue
    }
    const condition = value['Condition']
    if (condition !== undefined && typeof condition !== 'string') {
      problems.push({
        logicalId,
        path: [...path, 'Condition'],
        problem: 'every Condition member must be a string',
      })
    }
  }
  return [...problems, ...mappingProblems(template)]
}

/** IgnoreGlobals names properties that Globals has for the type, or is `*`. */
export const ignoredProblem = (
  globals: JsonValue | undefined,
  type: string,
  ignored: JsonValue | undefined,
): string | undefined => {
  if (ignored === undefined || ignored === '*') return undefined
  const known = objectOf(objectOf(globals)?.[type.replace('AWS::Serverless::', '')]) ?? {}
  if (!Array.isArray(ignored)) return 'IgnoreGlobals must be a list, or *'
  const unknown = ignored.find((name: JsonValue) => !Object.hasOwn(known, String(name)))
  return unknown === undefined
    ? undefined
    : `IgnoreGlobals names ${String(unknown)}, which Globals has not`
}

const mappingProblems = (template: JsonObject): readonly SamError[] => {
  const mappings = objectOf(template['Mappings']) ?? {}
  const problems: SamError[] = []
  const visit = (value: JsonValue, logicalId: string): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item as JsonValue, logicalId) // A list of a JSON document.
      return
    }
    if (!isObject(value)) return
    const object = objectOf(value) ?? {}
    const call = isIntrinsic(object) ? object['Fn::FindInMap'] : undefined
    const problem = call === undefined ? undefined : findProblem(call, mappings)
    if (problem !== undefined) problems.push({ logicalId, path: ['Resources', logicalId], problem })
    for (const member of Object.values(object)) visit(member, logicalId)
  }
  for (const [logicalId, resource] of Object.entries(objectOf(template['Resources']) ?? {})) {
    if (String(objectOf(resource)?.['Type']).startsWith('AWS::Serverless::'))
      visit(resource, logicalId)
  }
  return problems
}

const findProblem = (call: JsonValue, mappings: JsonObject): string | undefined => {
  if (!Array.isArray(call) || call.length < 3) return 'Fn::FindInMap expects an array with 3 values'
  const [name] = call
  const mapping = typeof name === 'string' ? objectOf(mappings[name]) : undefined
  if (mapping === undefined) return undefined
  const isTwoLevel = Object.values(mapping).every((entry) => isObject(entry))
  return isTwoLevel ? undefined : `the mapping ${String(name)} is not a two-level map`
}

// What AWS's framework checks before an operation runs: required members, enumerations, patterns. All violations are
// told in one ValidationException, in AWS's words. [behaviour.md §1.5]
import { isObject } from '#shared/json.ts'
import { validationError } from './errors.ts'
import type { Protocol } from './protocol.ts'
import type { Member, Operation, StructureType, Type } from './table.ts'

/** Throws one ValidationException that tells everything that is wrong with the input. */
export const validate = (
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  pathOf: Protocol['memberPath'] = restPath,
): void => {
  const violations: string[] = []
  // AWS: members of the body are told before those of the path and the query, whatever the order of the schema:
  // updateMethodResponseInput.patchOperations… comes before statusCode. [behaviour.md §1.5]
  const { members } = operation.input
  const ofBody = members.filter(isInBody)
  const ofRest = members.filter((member) => !isInBody(member))
  for (const member of ofBody) {
    checkMember(member, input, pathOf(operation, member.name), violations)
  }
  for (const member of ofRest) checkMember(member, input, member.name, violations)
  if (violations.length === 0) return
  const count = `${violations.length} validation error${violations.length === 1 ? '' : 's'} detected`
  throw validationError(`${count}: ${violations.join('; ')}`)
}

/** The path of a member in a REST body, which is what templates are checked by too. */
export const restPath: Protocol['memberPath'] = ({ name }, member) =>
  `${name.slice(0, 1).toLowerCase()}${name.slice(1)}Input.${member}`

const isInBody = (member: Member): boolean => member.in === 'body' || member.in === 'payload'

const checkMember = (
  member: Member,
  values: Readonly<Record<string, unknown>>,
  path: string,
  violations: string[],
): void => {
  const value = values[member.name]
  if (value === undefined || value === null) {
    if (member.required) violations.push(violation(value, path, 'Member must not be null'))
    return
  }
  if (member.pattern !== undefined && typeof value === 'string') {
    // The patterns are ours, few and linear; Java matches the whole text.
    if (!new RegExp(`^(?:${member.pattern})$`).test(value)) {
      const constraint = `Member must satisfy regular expression pattern: ${member.pattern}`
      violations.push(violation(value, path, constraint))
    }
  }
  check(member.type, value, path, violations)
}

const check = (type: Type, value: unknown, path: string, violations: string[]): void => {
  switch (type.kind) {
    case 'string': {
      const constraint = enumConstraint(type, value)
      if (constraint) violations.push(violation(value, path, constraint))
      return
    }
    case 'list':
      if (Array.isArray(value)) checkList(type.member, value, path, violations)
      return
    case 'map':
      if (isObject(value))
        for (const [key, member] of Object.entries(value))
          if (member !== null) check(type.value, member, `${path}.${key}.member`, violations)
      return
    case 'structure':
      if (isObject(value)) checkStructure(type, value, path, violations)
      return
    default:
  }
}

const checkStructure = (
  type: StructureType,
  value: Readonly<Record<string, unknown>>,
  path: string,
  violations: string[],
): void => {
  for (const member of type.members)
    checkMember(member, value, `${path}.${member.name}`, violations)
}

const checkList = (
  type: Type,
  members: readonly unknown[],
  path: string,
  violations: string[],
): void => {
  if (type.kind === 'string') {
    // AWS: of a list of an enumeration the list as a whole is told, once. [behaviour.md §1.5]
    const constraint = members.map((member) => memberConstraint(type, member)).find(Boolean)
    if (constraint)
      violations.push(violation(members, path, `Member must satisfy constraint: [${constraint}]`))
    return
  }
  for (const [index, member] of members.entries()) {
    const at = `${path}.${index + 1}.member`
    if (member === null) violations.push(violation(null, at, 'Member must not be null'))
    else check(type, member, at, violations)
  }
}

const memberConstraint = (type: Type, member: unknown): string | undefined =>
  member === null ? 'Member must not be null' : enumConstraint(type, member)

const enumConstraint = (type: Type, value: unknown): string | undefined => {
  if (type.kind !== 'string' || !type.values || typeof value !== 'string') return undefined
  if (type.values.includes(value)) return undefined
  return `Member must satisfy enum value set: [${type.values.join(', ')}]`
}

const violation = (value: unknown, path: string, constraint: string): string =>
  `Value ${printed(value)} at '${path}' failed to satisfy constraint: ${constraint}`

const printed = (value: unknown): string => {
  if (value === undefined || value === null) return 'null'
  return Array.isArray(value) ? `'[${value.join(', ')}]'` : `'${String(value)}'`
}

// The constraints of AWS's request framework: checked before an operation looks at anything, and all violations of
// a request told at once. Their paths name the input (`putIntegrationInput.type`), as AWS's do.
import { printedOrder } from '#wire/constraints.ts'
import { validationError } from '#wire/errors.ts'

/** Throws one ValidationException that lists every violation; undefined ones are satisfied constraints. */
export const constrain = (...violations: readonly (string | undefined)[]): void => {
  const found = violations.filter((violation) => violation !== undefined)
  if (found.length === 0) return
  const count = `${found.length} validation error${found.length === 1 ? '' : 's'} detected`
  throw validationError(`${count}: ${found.join('; ')}`)
}

/** Absent values satisfy: whether a member is needed is another constraint. */
export const oneOf = (
  value: string | null | undefined,
  at: string,
  members: readonly string[],
): string | undefined =>
  value === undefined || value === null || members.includes(value)
    ? undefined
    : violation(
        value,
        at,
        `Member must satisfy enum value set: [${printedOrder(members).join(', ')}]`,
      )

export const eachOneOf = (
  values: readonly string[] | undefined,
  at: string,
  members: readonly string[],
): string | undefined => {
  if (values === undefined || values.every((value) => members.includes(value))) return undefined
  const inner = `Member must satisfy enum value set: [${printedOrder(members).join(', ')}]`
  return violation(`[${values.join(', ')}]`, at, `Member must satisfy constraint: [${inner}]`)
}

export const matching = (
  value: string | undefined,
  at: string,
  pattern: RegExp,
): string | undefined =>
  value === undefined || pattern.test(value)
    ? undefined
    : violation(
        value,
        at,
        `Member must satisfy regular expression pattern: ${pattern.source.slice(1, -1)}`,
      )

/** A member that must be there. The wire layer has checked it; a template's resource has not been there. */
export const required = <T>(value: T | null | undefined, at: string): T => {
  if (value !== undefined && value !== null) return value
  throw validationError(
    `1 validation error detected: Value null at '${at}' failed to satisfy constraint: Member must not be null`,
  )
}

const violation = (value: string, at: string, constraint: string): string =>
  `Value '${value}' at '${at}' failed to satisfy constraint: ${constraint}`

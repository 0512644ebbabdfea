// JSON-patch as API Gateway (v1) speaks it: `PATCH` with `{"patchOperations":[{"op","path","value","from"}]}`.
// A resource's table names its paths, the operations each supports and what they do; the engine finds the rule,
// reads the value (always a string on the wire) and refuses the rest in AWS's words.
// https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
import type { PatchOperation } from '@aws-sdk/client-api-gateway'
import type { Shape } from '#wire/operation.ts'
import { badRequest } from '#wire/errors.ts'
import { constrain, oneOf } from './constraints.ts'

export type PatchOp = 'add' | 'remove' | 'replace'

/** One operation, its path matched. */
export interface PatchStep {
  readonly op: string
  readonly path: string
  /** The segments that `*` stood for, unescaped. */
  readonly keys: readonly string[]
  /** Absent where none, null or nothing was given. */
  readonly value: string | undefined
}

/** A resource under patch: its members by name. */
export type Members = Readonly<Record<string, unknown>>

export interface PatchRule {
  /** `/requestParameters/*`; a star is any one segment. */
  readonly path: string
  readonly ops: readonly PatchOp[]
  /** AWS's refusal of another operation on this path, where it is not `Invalid patch path …`. */
  readonly otherOp?: string
  readonly apply: (members: Members, step: PatchStep) => Members
}

export interface PatchTable {
  /** For the constraint paths: `updateMethodInput`. */
  readonly input: string
  /**
   * How an unknown path is refused. `listed`: with the supported paths (Model, Resource, RequestValidator, ApiKey).
   * `plain`: `Invalid patch path /x` (RestApi, Method and everything beneath, GatewayResponse).
   */
  readonly refusal: 'listed' | 'plain'
  readonly rules: readonly PatchRule[]
}

/** The resource with all operations applied in order, or the ServiceError of the first that does not apply. */
export const applyPatch = <T extends object>(
  table: PatchTable,
  resource: T,
  operations: readonly Shape<PatchOperation>[] | undefined,
): T => {
  constrain(...opViolations(table.input, operations))
  let members: Members = Object.fromEntries(Object.entries(resource))
  for (const operation of operations ?? []) {
    const rule = findRule(table, operation)
    members = rule.apply(members, {
      op: operation.op ?? '',
      path: operation.path ?? '',
      keys: keysOf(rule, operation.path ?? ''),
      value: operation.value ?? undefined,
    })
  }
  // A rule's `apply` names members of T and gives them their types; the table is where that is checked.
  return Object.fromEntries(
    Object.entries(members).filter(([, member]) => member !== undefined),
  ) as T
}

/** The framework's own check of all operations at once, to be told with an operation's other violations. */
export const opViolations = (
  input: string,
  operations: readonly Shape<PatchOperation>[] | undefined,
): readonly (string | undefined)[] =>
  (operations ?? []).map((operation, index) =>
    oneOf(operation.op, `${input}.patchOperations.${index + 1}.member.op`, OPS),
  )

export const unescapeSegment = (segment: string): string =>
  segment.replaceAll('~1', '/').replaceAll('~0', '~')

const OPS = ['add', 'remove', 'move', 'test', 'replace', 'copy']

const findRule = (table: PatchTable, operation: Shape<PatchOperation>): PatchRule => {
  const { path, op } = operation
  const rule = path === undefined ? undefined : table.rules.find((rule) => matches(rule, path))
  const supported = rule?.ops.some((supportedOp) => supportedOp === op) ?? false
  if (rule !== undefined && supported) return rule
  throw badRequest(refusal(table, rule, operation))
}

const refusal = (
  table: PatchTable,
  rule: PatchRule | undefined,
  { path, op }: Shape<PatchOperation>,
): string => {
  if (table.refusal === 'plain') return rule?.otherOp ?? `Invalid patch path ${path ?? 'null'}`
  const paths = table.rules.filter(({ ops }) => ops.some((supported) => supported === op))
  const ending =
    paths.length === 0
      ? 'Please choose supported operations'
      : `Must be one of: [${paths.map((rule) => rule.path).join(', ')}]`
  // AWS: there really are two blanks before the path.
  return `Invalid patch path  '${path ?? 'null'}' specified for op '${op ?? 'null'}'. ${ending}`
}

const matches = (rule: PatchRule, path: string): boolean => {
  const wanted = rule.path.split('/')
  const given = path.split('/')
  return (
    wanted.length === given.length &&
    wanted.every((segment, index) => segment === given[index] || segment === '*')
  )
}

const keysOf = (rule: PatchRule, path: string): readonly string[] => {
  const wanted = rule.path.split('/')
  return path
    .split('/')
    .filter((_, index) => wanted[index] === '*')
    .map(unescapeSegment)
}

// A policy document, read once and strictly, as statements that are functions.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
import { isObject } from '#shared/json.ts'
import { compileConditions, type ConditionTest } from './conditions.ts'
import { findDuplicateKey } from './duplicate-key.ts'
import { compileGlob } from './glob.ts'
import { createReadAddress, type ReadAddress } from './ip-range.ts'
import {
  type DecidingStatement,
  type Effect,
  MalformedPolicy,
  type Principal,
  type RequestContext,
} from './policy.ts'
import { anyOf, compileText, type TextTest } from './policy-text.ts'
import {
  compileNotPrincipal,
  compilePrincipal,
  type PrincipalMatch,
  type PrincipalTest,
} from './principals.ts'

/** A request as a statement looks at it. */
export interface Question {
  /** In lower case. */
  readonly action: string
  readonly resource: string
  readonly principal: Principal
  readonly context: RequestContext
}

export interface CompiledStatement {
  /** To whom does it apply, now that action and resource are its own? */
  readonly applies: (principal: Principal, context: RequestContext) => PrincipalMatch
  /** As the answer has it: made once. */
  readonly deciding: DecidingStatement
}

/** Neighbours in a policy that have the same actions and resources, as the many Denies of a list of addresses do. */
export interface StatementRun {
  readonly covers: (question: Question) => boolean
  readonly statements: readonly CompiledStatement[]
}

export interface CompiledPolicy {
  readonly name: string
  readonly denies: readonly StatementRun[]
  readonly allows: readonly StatementRun[]
}

/** What a policy hangs on: on who calls, on what is called, or on a role (who may assume it). */
export type PolicyKind = 'identity' | 'resource' | 'trust'

export interface PolicyOptions {
  /** Default `identity`. */
  readonly kind?: PolicyKind
  /** For "why": `resource policy`, `authorizer policy`, a policy's ARN. Default `policy`. */
  readonly name?: string
  /** Characters of the document. Default 20480. */
  readonly lengthMax?: number
  /** Makes an ARN of a short form, such as `execute-api:/stage/GET/path`, before it is read. */
  readonly expandResource?: (resource: string) => string
}

/** Throws `MalformedPolicy`. */
export const compilePolicy = (document: unknown, options: PolicyOptions = {}): CompiledPolicy => {
  const policy = readDocument(document, options.lengthMax ?? POLICY_LENGTH_MAX)
  const { Version: version, Statement: statement } = policy
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17') {
    throw new MalformedPolicy('Version', 'must be "2012-10-17" or "2008-10-17"')
  }
  refuseUnknown(policy, POLICY_ELEMENTS, '')
  if (statement === undefined) throw new MalformedPolicy('', 'Statement is missing')
  const statements: readonly unknown[] = Array.isArray(statement) ? statement : [statement]
  if (statements.length > STATEMENTS_MAX) {
    throw new MalformedPolicy('Statement', `has more than ${STATEMENTS_MAX} statements`)
  }
  const readAddress = createReadAddress()
  const compiled = statements.map((one, index) =>
    compileStatement(one, {
      index,
      path: `Statement[${index}]`,
      policy: options.name ?? 'policy',
      kind: options.kind ?? 'identity',
      // AWS: an older or absent version has no variables; `${…}` is plain text there.
      variables: version === '2012-10-17',
      expandResource: options.expandResource ?? ((resource) => resource),
      readAddress,
    }),
  )
  return {
    name: options.name ?? 'policy',
    denies: runsOf(compiled.filter(({ deciding }) => deciding.effect === 'Deny')),
    allows: runsOf(compiled.filter(({ deciding }) => deciding.effect === 'Allow')),
  }
}

interface ReadStatement extends CompiledStatement {
  /** What the policy says of actions and resources, word by word. */
  readonly about: string
  readonly covers: StatementRun['covers']
}

/** In the policy's order, so that the first statement that applies is still the one that decides. */
const runsOf = (statements: readonly ReadStatement[]): readonly StatementRun[] => {
  const runs: { about: string; covers: StatementRun['covers']; statements: CompiledStatement[] }[] =
    []
  for (const { about, covers, applies, deciding } of statements) {
    const last = runs.at(-1)
    if (last?.about === about) last.statements.push({ applies, deciding })
    else runs.push({ about, covers, statements: [{ applies, deciding }] })
  }
  return runs
}

/** AWS's longest policies have 10240 characters without white space. */
const POLICY_LENGTH_MAX = 20_480
const STATEMENTS_MAX = 500
/** AWS: an ARN has at most 2048 characters. */
const PATTERN_LENGTH_MAX = 2048

const POLICY_ELEMENTS: ReadonlySet<string> = new Set(['Version', 'Id', 'Statement'])
const STATEMENT_ELEMENTS: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
])

const readDocument = (document: unknown, lengthMax: number): Record<string, unknown> => {
  const text = typeof document === 'string' ? document : textOf(document)
  if (text.length > lengthMax) {
    throw new MalformedPolicy('', `is longer than ${lengthMax} characters`)
  }
  const parsed = typeof document === 'string' ? parseJson(text) : document
  if (!isObject(parsed)) throw new MalformedPolicy('', 'must be a JSON object')
  return parsed
}

/** The text of a document that came parsed, perhaps from a function that returned anything at all. */
const textOf = (document: unknown): string => {
  try {
    return JSON.stringify(document) ?? ''
  } catch {
    throw new MalformedPolicy('', 'is nested too deeply to be a policy')
  }
}

const parseJson = (text: string): unknown => {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw new MalformedPolicy('', 'is no valid JSON')
  }
  const duplicate = findDuplicateKey(text)
  if (duplicate !== undefined)
    throw new MalformedPolicy('', `has "${duplicate}" twice in one object`)
  return parsed
}

const refuseUnknown = (
  element: Record<string, unknown>,
  known: ReadonlySet<string>,
  path: string,
): void => {
  const unknown = Object.keys(element).find((name) => !known.has(name))
  if (unknown !== undefined) throw new MalformedPolicy(path, `has an unknown element "${unknown}"`)
}

interface Place {
  readonly index: number
  readonly path: string
  readonly policy: string
  readonly kind: PolicyKind
  readonly variables: boolean
  readonly expandResource: (resource: string) => string
  readonly readAddress: ReadAddress
}

const compileStatement = (statement: unknown, place: Place): ReadStatement => {
  const { path, kind, index, policy, variables } = place
  if (!isObject(statement)) throw new MalformedPolicy(path, 'must be an object')
  refuseUnknown(statement, STATEMENT_ELEMENTS, path)
  const effect = readEffect(statement['Effect'], path)
  const sid = statement['Sid']
  if (sid !== undefined && typeof sid !== 'string') {
    throw new MalformedPolicy(`${path}.Sid`, 'must be text')
  }
  const isAction = compileAction(statement, path)
  const isPrincipal = compilePrincipals(statement, path, kind, effect)
  const isResource = compileResource(statement, place)
  const holds =
    statement['Condition'] === undefined
      ? unconditional
      : compileConditions(statement['Condition'], `${path}.Condition`, variables, place.readAddress)
  const { Action, NotAction, Resource, NotResource } = statement
  return {
    about: JSON.stringify({ Action, NotAction, Resource, NotResource }),
    covers: ({ action, resource, context }) =>
      isAction(action, context) && isResource(resource, context),
    applies: (principal, context) => {
      const match = isPrincipal(principal)
      return match !== 'no' && holds(context) ? match : 'no'
    },
    deciding: { policy, index, effect, ...(sid !== undefined && { sid }) },
  }
}

const readEffect = (effect: unknown, path: string): Effect => {
  if (effect === 'Allow' || effect === 'Deny') return effect
  throw new MalformedPolicy(`${path}.Effect`, 'must be "Allow" or "Deny"')
}

/** Actions are compared without regard to case. */
const compileAction = (statement: Record<string, unknown>, path: string): TextTest => {
  const { name, negated } = oneOf(statement, 'Action', 'NotAction', path)
  const matches = patterns(statement[name], `${path}.${name}`).map((action) => {
    if (action !== '*' && !/^[A-Za-z0-9*?-]+:[^\s:]+$/.test(action)) {
      const problem = 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.'
      throw new MalformedPolicy(`${path}.${name}`, problem)
    }
    return compileText(action, { variables: false, wildcards: true, foldCase: true }, compileGlob)
  })
  const matchesAny = anyOf(matches)
  return negated ? (action) => !matchesAny(action, noContext) : matchesAny
}

const unconditional: ConditionTest = () => true

const noContext: RequestContext = () => undefined

const everything: TextTest = () => true

const compileResource = (statement: Record<string, unknown>, place: Place): TextTest => {
  const { path, kind, variables, expandResource } = place
  const isGiven = statement['Resource'] !== undefined || statement['NotResource'] !== undefined
  if (kind === 'trust') {
    if (isGiven) throw new MalformedPolicy(path, 'Has prohibited field Resource')
    return everything
  }
  const { name, negated } = oneOf(statement, 'Resource', 'NotResource', path)
  const matches = patterns(statement[name], `${path}.${name}`).map((given) => {
    const resource = expandResource(given)
    if (resource !== '*' && !/^arn:[^:]/.test(resource)) {
      throw new MalformedPolicy(
        `${path}.${name}`,
        `Resource ${resource} must be in ARN format or "*".`,
      )
    }
    return compileText(completeArn(resource), { variables, wildcards: true }, compileGlob)
  })
  const matchesAny = anyOf(matches)
  return negated ? (resource, context) => !matchesAny(resource, context) : matchesAny
}

/** AWS: the parts that an ARN lacks are wildcards. [reference_policies_elements_resource] */
const completeArn = (resource: string): string => {
  const missing =
    resource === '*' ? 0 : 6 - resource.replaceAll(/\$\{[^{}]*\}/g, '').split(':').length
  return resource + ':*'.repeat(Math.max(0, missing))
}

const compilePrincipals = (
  statement: Record<string, unknown>,
  path: string,
  kind: PolicyKind,
  effect: Effect,
): PrincipalTest => {
  const isGiven = statement['Principal'] !== undefined || statement['NotPrincipal'] !== undefined
  if (kind === 'identity') {
    if (isGiven) throw new MalformedPolicy(path, 'Policy document should not specify a principal.')
    return () => 'yes'
  }
  const { name, negated } = oneOf(statement, 'Principal', 'NotPrincipal', path)
  const principal = statement[name]
  return negated
    ? compileNotPrincipal(principal, `${path}.${name}`, effect)
    : compilePrincipal(principal, `${path}.${name}`)
}

/** Which of two elements is there; exactly one must be. */
const oneOf = (
  statement: Record<string, unknown>,
  name: string,
  negatedName: string,
  path: string,
): { readonly name: string; readonly negated: boolean } => {
  const negated = statement[negatedName] !== undefined
  if (negated === (statement[name] !== undefined)) {
    throw new MalformedPolicy(
      path,
      negated ? `has both ${name} and ${negatedName}` : `Missing required field ${name}`,
    )
  }
  return { name: negated ? negatedName : name, negated }
}

const patterns = (value: unknown, path: string): readonly string[] => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (list.length === 0) throw new MalformedPolicy(path, 'must not be empty')
  return list.map((pattern) => {
    if (typeof pattern !== 'string' || pattern === '') {
      throw new MalformedPolicy(path, 'must be text or a list of texts')
    }
    if (pattern.length > PATTERN_LENGTH_MAX) {
      throw new MalformedPolicy(path, `is longer than ${PATTERN_LENGTH_MAX} characters`)
    }
    return pattern
  })
}

// SimulatePrincipalPolicy and SimulateCustomPolicy: would this be allowed, and by which statement?
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
import type {
  EvaluationResult,
  SimulateCustomPolicyRequest,
  SimulatePrincipalPolicyRequest,
} from '@aws-sdk/client-iam'
import { type CompiledPolicy, compilePolicy } from '#languages/iam-policy/compile-policy.ts'
import { combineWithIdentity, combineWithin } from '#languages/iam-policy/combine.ts'
import { evaluatePolicies } from '#languages/iam-policy/evaluate.ts'
import {
  type AccessRequest,
  type ContextValue,
  type Evaluation,
  MalformedPolicy,
  type Principal,
} from '#languages/iam-policy/policy.ts'
import type { Holder } from '#model/iam.ts'
import type { ReadCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { principalKeys, principalTags } from '../principal.ts'
import { invalidInput, malformed, noSuchEntity } from './errors.ts'
import { groupOf, roleOf, userOf } from './holders.ts'
import { missing } from './names.ts'
import { pageOf } from './pages.ts'
import { type AppliedPolicy, documentOf, policiesOf } from './publish.ts'

type SimulationInput = Omit<Shape<SimulateCustomPolicyRequest>, 'PolicyInputList'>

interface Simulation {
  readonly policies: readonly AppliedPolicy[]
  readonly boundaries: readonly string[]
  readonly input: SimulationInput
  readonly principal: Principal
  readonly accountId: string
  /** Of the principal, beneath those that the caller gives. */
  readonly keys: Readonly<Record<string, ContextValue>>
}

/** Questions of one call: actions times resources. */
const QUESTIONS_MAX = 10_000
const POLICY_LENGTH_MAX = 131_072

export const simulateCustomPolicy = async (
  input: Shape<SimulateCustomPolicyRequest>,
  call: ReadCall,
) =>
  simulate({
    policies: inputPolicies(input.PolicyInputList),
    boundaries: input.PermissionsBoundaryPolicyInputList ?? [],
    input,
    principal: callerOf(input.CallerArn, call.accountId),
    accountId: call.accountId,
    keys: {},
  })

export const simulatePrincipalPolicy = async (
  input: Shape<SimulatePrincipalPolicyRequest>,
  call: ReadCall,
) => {
  const holder = await holderOfArn(call, input.PolicySourceArn)
  const bound = holder.kind === 'group' ? undefined : holder.PermissionsBoundary
  const boundary = bound && (await documentOf(call.view, call, bound))
  return simulate({
    policies: [
      ...(await policiesOf(call.view, call, holder)),
      ...inputPolicies(input.PolicyInputList),
    ],
    boundaries: input.PermissionsBoundaryPolicyInputList ?? (boundary ? [boundary] : []),
    input,
    principal: callerOf(input.CallerArn ?? holder.Arn, call.accountId),
    accountId: call.accountId,
    keys: keysOf(holder, call.accountId),
  })
}

const simulate = (simulation: Simulation) => {
  const { input } = simulation
  const actions = input.ActionNames ?? []
  if (actions.length === 0) throw missing('actionNames')
  const resources = input.ResourceArns?.length ? input.ResourceArns : ['*']
  if (actions.length * resources.length > QUESTIONS_MAX)
    throw invalidInput(`At most ${QUESTIONS_MAX} actions and resources can be simulated at once.`)
  const ask = compileSimulation(simulation)
  const results = actions.flatMap((action) => resources.map((resource) => ask(action, resource)))
  const numbered = results.map((result, index) => ({ result, key: String(index).padStart(6, '0') }))
  const { items, page } = pageOf(numbered, ({ key }) => key, input)
  return { EvaluationResults: items.map(({ result }) => result), ...page }
}

const compileSimulation = (
  simulation: Simulation,
): ((action: string, resource: string) => Shape<EvaluationResult>) => {
  const { input, principal, accountId } = simulation
  const identity = simulation.policies.map((policy, index) =>
    compiled(policy.document, 'identity', String(index)),
  )
  const boundary = simulation.boundaries.map((text) => compiled(text, 'identity', 'boundary'))
  const resourcePolicy =
    input.ResourcePolicy === undefined
      ? undefined
      : compiled(input.ResourcePolicy, 'resource', 'resource')
  const isSameAccount =
    input.ResourceOwner === undefined || input.ResourceOwner.includes(`:${accountId}:`)
  const facts = contextFacts(simulation)
  return (action, resource) => {
    const missingKeys = new Set<string>()
    const request: AccessRequest = {
      action,
      resource,
      principal,
      context: (key) => {
        const value = facts.get(key)
        if (value === undefined) missingKeys.add(key)
        return value
      },
    }
    const own = evaluatePolicies(identity, request)
    const bounded =
      boundary.length === 0 ? own : combineWithin(own, evaluatePolicies(boundary, request))
    const evaluation =
      resourcePolicy === undefined && isSameAccount
        ? bounded
        : combineWithIdentity(
            resourcePolicy && evaluatePolicies([resourcePolicy], request),
            bounded,
            isSameAccount ? 'same' : 'cross',
          )
    return {
      EvalActionName: action,
      EvalResourceName: resource,
      EvalDecision: DECISIONS[evaluation.decision],
      MatchedStatements: matched(simulation, evaluation),
      MissingContextValues: [...missingKeys],
      ...(boundary.length > 0 && {
        PermissionsBoundaryDecisionDetail: {
          AllowedByPermissionsBoundary: evaluatePolicies(boundary, request).decision === 'allow',
        },
      }),
    }
  }
}

const DECISIONS = {
  allow: 'allowed',
  deny: 'explicitDeny',
  'implicit-deny': 'implicitDeny',
} as const

const SOURCE_TYPES = {
  user: 'user',
  group: 'group',
  role: 'role',
  'aws-managed': 'aws-managed',
  'user-managed': 'user-managed',
} as const

/** The statement that decided; which one of its policy, says the id after `#`. */
const matched = (
  { policies }: Simulation,
  { statement }: Evaluation,
): NonNullable<Shape<EvaluationResult>['MatchedStatements']> => {
  if (statement === undefined) return []
  const policy = policies[Number(statement.policy)]
  const at = `#${statement.sid ?? statement.index}`
  return policy === undefined
    ? [{ SourcePolicyId: `${statement.policy}${at}`, SourcePolicyType: 'resource' }]
    : [{ SourcePolicyId: `${policy.name}${at}`, SourcePolicyType: SOURCE_TYPES[policy.type] }]
}

const compiled = (text: string, kind: 'identity' | 'resource', name: string): CompiledPolicy => {
  try {
    return compilePolicy(text, { kind, name, lengthMax: POLICY_LENGTH_MAX })
  } catch (error) {
    if (error instanceof MalformedPolicy) throw malformed(error)
    throw error
  }
}

const inputPolicies = (texts: readonly string[] | undefined): readonly AppliedPolicy[] =>
  (texts ?? []).map((document, index) => ({
    name: `PolicyInputList.${index + 1}`,
    type: 'user-managed',
    document,
  }))

/** By key in lower case, as conditions ask. */
const contextFacts = ({ keys, input }: Simulation): ReadonlyMap<string, ContextValue> => {
  const facts = new Map<string, ContextValue>()
  for (const [key, value] of Object.entries(keys)) facts.set(key.toLowerCase(), value)
  for (const { ContextKeyName: key, ContextKeyValues: values = [] } of input.ContextEntries ?? []) {
    const [only] = values
    const value = values.length === 1 && only !== undefined ? only : values
    if (key !== undefined) facts.set(key.toLowerCase(), value)
  }
  return facts
}

const holderOfArn = async (call: ReadCall, arn: string | undefined): Promise<Holder> => {
  const [, kind, name] =
    /^arn:aws:iam::\d{12}:(user|group|role)\/(?:.*\/)?([^/]+)$/.exec(arn ?? '') ?? []
  const holder =
    kind === 'user'
      ? await userOf(call, name)
      : kind === 'group'
        ? await groupOf(call, name)
        : kind === 'role'
          ? await roleOf(call, name)
          : undefined
  if (holder === undefined) throw invalidInput(`Invalid Entity Arn: ${arn?.slice(0, 2048)}`)
  if (holder.Arn !== arn) throw noSuchEntity(`The entity ${arn} cannot be found.`)
  return holder
}

const keysOf = (holder: Holder, accountId: string): Readonly<Record<string, ContextValue>> => {
  if (holder.kind === 'group') return {}
  const facts = holder.kind === 'user' ? holder.UserId : `${holder.RoleId}:session`
  return {
    ...principalKeys(
      {
        kind: 'principal',
        type: holder.kind,
        arn: holder.Arn,
        principalId: facts.split(':')[0] ?? facts,
        accountId,
        name: holder.kind === 'user' ? holder.UserName : holder.RoleName,
        policies: [],
      },
      facts,
    ),
    ...principalTags(holder.Tags),
  }
}

const callerOf = (arn: string | undefined, accountId: string): Principal => {
  if (arn === undefined) return { kind: 'anonymous' }
  const role = /^arn:aws:iam::\d{12}:role\//.test(arn) ? { roleArn: arn } : {}
  return { kind: 'aws', accountId: arn.split(':')[4] || accountId, arn, ...role }
}

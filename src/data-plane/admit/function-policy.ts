// May API Gateway, or anybody who calls a function's URL, invoke a function? Its resource policy says so. A function
// that is not one of this gateway has its policy elsewhere, and whoever runs it asks it.
// https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
import { compilePolicy, type CompiledPolicy } from '#languages/iam-policy/compile-policy.ts'
import { evaluatePolicies, IMPLICIT_DENY } from '#languages/iam-policy/evaluate.ts'
import {
  type AccessRequest,
  contextOf,
  type ContextValue,
  type Evaluation,
  type Principal,
} from '#languages/iam-policy/policy.ts'
import { executeApiArn } from '#model/arn.ts'
import type { FindEntry, FunctionEntry } from '#model/documents.ts'
import type { Scope } from '#model/scope.ts'
import { shallowArn } from './function-arn.ts'

/** Who wants to invoke, as the conditions of a policy see it. */
export interface InvocationSource {
  readonly scope: Scope
  /** ARNs that mean the same place, the likeliest first: one that is permitted is enough. */
  readonly arns: readonly string[]
}

/** The ARN of what has no path: `{stage}/$default`, `authorizers/{id}`. */
export const sourceArn = (
  { scope, apiId }: { readonly scope: Scope; readonly apiId: string },
  first: string,
  second: string,
): string => executeApiArn(scope, apiId, first, second, '').slice(0, -1)

/** Why API Gateway may not invoke the function, and the mend; undefined where it may. */
export const refuseInvocation = (
  find: FindEntry,
  functionArn: string,
  source: InvocationSource,
): string | undefined => {
  const { name, qualifier, key } = shallowArn(functionArn)
  const entry = find('function', key)
  if (entry === undefined) return undefined
  const verdicts = verdictsOf(entry)
  if (source.arns.some((arn) => isPermitted(entry, verdicts, qualifier, arn, source.scope))) {
    return undefined
  }
  const [arn = ''] = source.arns
  const at = qualifier === LATEST ? '' : ` --qualifier ${qualifier}`
  return (
    `Invalid permissions on Lambda function: the policy of ${name} does not let API Gateway invoke it. ` +
    `Add an AWS::Lambda::Permission, or call: aws lambda add-permission --function-name ${name}${at} ` +
    `--statement-id apigateway --action lambda:InvokeFunction --principal apigateway.amazonaws.com --source-arn '${arn}'`
  )
}

const LATEST = '$LATEST'
const ACTION = 'lambda:InvokeFunction'
/** Answers that are remembered of one function: sources are methods, unless a policy needs the paths of requests. */
const VERDICTS_MAX = 1000

const verdicts = new WeakMap<FunctionEntry, Map<string, boolean>>()
const policies = new WeakMap<FunctionEntry, Map<string, CompiledPolicy>>()

const verdictsOf = (entry: FunctionEntry): Map<string, boolean> => {
  const known = verdicts.get(entry)
  if (known !== undefined) return known
  const made = new Map<string, boolean>()
  verdicts.set(entry, made)
  return made
}

const isPermitted = (
  entry: FunctionEntry,
  known: Map<string, boolean>,
  qualifier: string,
  arn: string,
  { accountId }: Scope,
): boolean => {
  const key = `${qualifier} ${arn}`
  const before = known.get(key)
  if (before !== undefined) return before
  const facts = { 'aws:SourceArn': arn, 'aws:SourceAccount': accountId }
  const service: Principal = { kind: 'service', service: 'apigateway.amazonaws.com' }
  const verdict = allows(entry, qualifier, ACTION, service, facts)
  if (known.size >= VERDICTS_MAX) known.clear()
  known.set(key, verdict)
  return verdict
}

/** Whether the policy of a function, version or alias allows an action. */
export const allows = (
  entry: FunctionEntry,
  qualifier: string,
  action: string,
  principal: Principal,
  facts: Readonly<Record<string, ContextValue>>,
): boolean => {
  const policy = compiledPolicy(entry, qualifier)
  if (policy === undefined) return false
  const { FunctionArn } = entry.function
  const resource = qualifier === LATEST ? FunctionArn : `${FunctionArn}:${qualifier}`
  const request = { action, resource, principal, context: contextOf(facts) }
  return evaluatePolicies([policy], request).decision === 'allow'
}

/** What the policy says to somebody who asks in a name of their own; undefined for a function that is not here. */
export const evaluateFunctionPolicy = (
  find: FindEntry,
  access: AccessRequest,
): Evaluation | undefined => {
  const { key, qualifier } = shallowArn(access.resource)
  const entry = find('function', key)
  if (entry === undefined) return undefined
  const policy = compiledPolicy(entry, qualifier)
  return policy === undefined ? IMPLICIT_DENY : evaluatePolicies([policy], access)
}

const compiledPolicy = (entry: FunctionEntry, qualifier: string): CompiledPolicy | undefined => {
  const compiled = policies.get(entry) ?? new Map<string, CompiledPolicy>()
  policies.set(entry, compiled)
  const known = compiled.get(qualifier)
  const text = entry.policies?.[qualifier]
  if (known !== undefined || text === undefined) return known
  const made = compilePolicy(JSON.parse(text), { kind: 'resource', name: 'function policy' })
  compiled.set(qualifier, made)
  return made
}

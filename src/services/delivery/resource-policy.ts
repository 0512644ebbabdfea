// What the policy of a queue, a topic, a bus, a bucket or a function says: to whoever has signed a call, and to a
// service that delivers in its own name. The one place where they are read, compiled and asked.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html
import { compilePolicy, type CompiledPolicy } from '#languages/iam-policy/compile-policy.ts'
import { evaluatePolicies, IMPLICIT_DENY } from '#languages/iam-policy/evaluate.ts'
import {
  type AccessRequest,
  contextOf,
  describeEvaluation,
  type Evaluation,
  MalformedPolicy,
} from '#languages/iam-policy/policy.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { directory } from '#store/collections.ts'
import type { View } from '#store/store.ts'
import { buses } from '../events/records.ts'
import { buckets } from '../s3/buckets.ts'
import { topics } from '../sns/records.ts'
import { queues } from '../sqs/queue.ts'

/** A service of AWS that asks in its own name, and what it asks for. */
export interface ServiceCaller {
  /** `sns.amazonaws.com` */
  readonly service: string
  /** The topic, rule or bucket. */
  readonly sourceArn: string
  readonly sourceAccount: string
}

export interface ResourcePolicies {
  /** What a resource's policy says; undefined where it has none. A text that is no policy allows nobody anything. */
  evaluate(policy: string | undefined, access: AccessRequest): Evaluation | undefined
  /** Why a service may not do that to a resource, or undefined: without a policy nobody else may. */
  refuse(
    policy: string | undefined,
    asked: { readonly action: string; readonly resource: string; readonly nowMs: number },
    caller: ServiceCaller,
  ): string | undefined
}

const POLICIES_MAX = 1_000

export const createResourcePolicies = (): ResourcePolicies => {
  const compiled = new Map<string, CompiledPolicy | undefined>()
  const compiledOf = (text: string): CompiledPolicy | undefined => {
    if (compiled.has(text)) return compiled.get(text)
    if (compiled.size >= POLICIES_MAX) compiled.clear()
    const made = readPolicy(text)
    const policy = made instanceof MalformedPolicy ? undefined : made
    compiled.set(text, policy)
    return policy
  }
  const evaluate: ResourcePolicies['evaluate'] = (text, access) => {
    if (text === undefined || text === '') return undefined
    const policy = compiledOf(text)
    return policy === undefined ? IMPLICIT_DENY : evaluatePolicies([policy], access)
  }
  return {
    evaluate,
    refuse: (text, { action, resource, nowMs }, caller) => {
      const principal = { kind: 'service', service: caller.service } as const
      const context = contextOf(serviceKeys(caller, nowMs))
      const said = evaluate(text, { action, resource, principal, context })
      if (said?.decision === 'allow') return undefined
      const why = said === undefined ? 'it has no policy' : describeEvaluation(said)
      return `${caller.service} may not call ${action} on ${resource} for ${caller.sourceArn}: ${why}`
    },
  }
}

/** AWS: services call each other by TLS, and name what they call for. [reference_policies_condition-keys] */
const serviceKeys = (
  { service, sourceArn, sourceAccount }: ServiceCaller,
  nowMs: number,
): Readonly<Record<string, string>> => ({
  'aws:SourceArn': sourceArn,
  'aws:SourceAccount': sourceAccount,
  // What topics' policies of old ask for. [guide: sns-access-policy-use-cases]
  'aws:SourceOwner': sourceAccount,
  'aws:PrincipalIsAWSService': 'true',
  'aws:PrincipalServiceName': service,
  'aws:SecureTransport': 'true',
  'aws:CurrentTime': new Date(nowMs).toISOString(),
  'aws:EpochTime': String(Math.floor(nowMs / 1_000)),
})

const readPolicy = (text: string): CompiledPolicy | MalformedPolicy => {
  try {
    return compilePolicy(text, { kind: 'resource', name: 'the resource policy' })
  } catch (error) {
    if (error instanceof MalformedPolicy) return error
    throw error
  }
}

/** What is wrong with a policy that somebody sets; undefined where it can be held. */
export const problemOfPolicy = (text: string): string | undefined => {
  const read = readPolicy(text)
  return read instanceof MalformedPolicy ? read.message : undefined
}

/** Of what is not here, whoever runs it elsewhere asks the policy. */
export interface FoundPolicy {
  readonly isHere: boolean
  /** The account that it belongs to. */
  readonly owner?: string
  /** JSON text. */
  readonly policy?: string
}

/** The policy that hangs on what an ARN names. */
export const policyOf = async (view: View, arn: string): Promise<FoundPolicy> => {
  const [, , service = '', region = '', accountId = '', ...rest] = arn.split(':')
  const find = Object.hasOwn(FINDS, service) ? FINDS[service] : undefined
  return find === undefined ? NOWHERE : find(view, { region, accountId }, rest)
}

type Find = (
  view: View,
  scope: { readonly region: string; readonly accountId: string },
  rest: readonly string[],
) => Promise<FoundPolicy>

const NOWHERE: FoundPolicy = { isHere: false }

const found = (
  record: object | undefined,
  policy: string | undefined,
  owner: string,
): FoundPolicy => {
  if (record === undefined) return NOWHERE
  return { isHere: true, owner, ...(policy !== undefined && policy !== '' && { policy }) }
}

const FINDS: Readonly<Record<string, Find>> = {
  sqs: async (view, scope, [name = '']) => {
    const queue = await view.get(queues, scope, name)
    return found(queue, queue?.attributes['Policy'], scope.accountId)
  },
  // AWS's default policy of a topic gives the owner's account what its own policies give it: it is none here.
  sns: async (view, scope, [name = '']) => {
    const topic = await view.get(topics, scope, name)
    return found(topic, topic?.attributes['Policy'], scope.accountId)
  },
  events: async (view, scope, [path = '']) => {
    const [kind, name = ''] = path.split('/')
    if (kind !== 'event-bus') return NOWHERE
    const bus = await view.get(buses, scope, name)
    return found(name === 'default' ? (bus ?? {}) : bus, bus?.policy, scope.accountId)
  },
  s3: async (view, _scope, [path = '']) => {
    const bucket = await view.get(buckets, GLOBAL_SCOPE, path.split('/')[0] ?? '')
    return found(bucket, bucket?.policy, bucket?.accountId ?? '')
  },
  lambda: async (view, { region, accountId }, [, name = '', qualifier = '$LATEST']) => {
    const key = `function/${accountId}/${region}/${name}`
    const entry = await view.get(directory, GLOBAL_SCOPE, key)
    if (entry?.kind !== 'function') return NOWHERE
    return found(entry, entry.policies?.[qualifier], accountId)
  },
}

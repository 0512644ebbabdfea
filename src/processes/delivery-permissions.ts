// May a service deliver what it has for somebody? The target's policy says it, or the role that the service takes for
// it: asked where policies are held, that is by `daemun serve` and with `--enforce-iam`.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
import { evaluateTrust, findRole } from '#identity/sts/trust.ts'
import { principalKeys } from '#identity/principal.ts'
import { createCallerPolicies, principalOf } from '#languages/iam-policy/caller-policies.ts'
import { contextOf } from '#languages/iam-policy/policy.ts'
import type { PrincipalEntry, SigningIdentity } from '#model/identity.ts'
import type { AskPermission } from '#services/delivery/courier.ts'
import {
  createResourcePolicies,
  policyOf,
  type ServiceCaller,
} from '#services/delivery/resource-policy.ts'
import type { Store } from '#store/store.ts'
import type { Settings } from '../settings.ts'

export const createDeliveryPermissions = (options: {
  readonly settings: Pick<Settings, 'command' | 'enforceIam'>
  readonly store: Store
  readonly nowMs: () => number
}): AskPermission | undefined => {
  const { settings, store, nowMs } = options
  if (settings.command === 'start' && !settings.enforceIam) return undefined
  const resources = createResourcePolicies()
  const callers = createCallerPolicies()
  return async ({ action, resource }, sender) => {
    const { roleArn } = sender
    const { policy, isHere, owner, role } = await store.read(async (view) => ({
      ...(await policyOf(view, resource)),
      role: await findRole(view, roleArn),
    }))
    // Whoever runs it elsewhere asks its policy.
    if (!isHere) return undefined
    const accountId = owner ?? sender.sourceAccount
    if (roleArn === undefined) {
      // AWS: a bus takes what rules of its own account send, without a policy. [guide: eb-event-bus-perms]
      const isOwnBus = action === 'events:PutEvents' && accountId === sender.sourceAccount
      if (isOwnBus && policy === undefined) return undefined
      return resources.refuse(policy, { action, resource, nowMs: nowMs() }, sender)
    }
    if (role === undefined) return `there is no role ${roleArn}`
    const trusted = evaluateTrust(role.role, 'sts:AssumeRole', servicePrincipal(sender), {
      'aws:SourceArn': sender.sourceArn,
      'aws:SourceAccount': sender.sourceAccount,
    })
    if (trusted.decision !== 'allow') return `${roleArn} does not trust ${sender.service}`
    const identity = sessionOf(role.principal, sender)
    const { evaluation } = callers.evaluateWith(
      identity,
      {
        action,
        resource,
        principal: principalOf(identity),
        context: contextOf({ ...identity.contextKeys, 'aws:SecureTransport': 'true' }),
      },
      { accountId, evaluate: (access) => resources.evaluate(policy, access) },
    )
    if (evaluation.decision === 'allow') return undefined
    return `${roleArn} may not call ${action} on ${resource} for ${sender.sourceArn}`
  }
}

const servicePrincipal = ({ service }: ServiceCaller) => ({ kind: 'service', service }) as const

/** The role as a service takes it; it signs nothing here. */
const sessionOf = (principal: PrincipalEntry, { service }: ServiceCaller): SigningIdentity => {
  const session = service.split('.')[0] ?? service
  const userId = `${principal.principalId}:${session}`
  return {
    accessKeyId: '',
    secretAccessKey: '',
    accountId: principal.accountId,
    arn: `arn:aws:sts::${principal.accountId}:assumed-role/${principal.name}/${session}`,
    userId,
    principal,
    sessionPolicies: [],
    contextKeys: principalKeys(principal, userId),
  }
}

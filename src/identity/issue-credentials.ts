// The port through which an identity pool gives its users credentials of a role: it has looked at the user's token, the
// role's trust policy is looked at here.
import type { IssueCredentials } from '#model/ports.ts'
import type { Clock } from '#shared/clock.ts'
import type { Store } from '#store/store.ts'
import { principalTags } from './principal.ts'
import { hasTags, requestTags } from './sts/token-tags.ts'
import { evaluateTrust, findRole } from './sts/trust.ts'
import { type CredentialMint, mintCredentials, roleSession } from './temporary-credentials.ts'

export const createIssueCredentials =
  (options: {
    readonly store: Store
    readonly mint: CredentialMint
    readonly clock: Pick<Clock, 'nowMs'>
  }): IssueCredentials =>
  async (request) => {
    const found = await options.store.read((view) => findRole(view, request.roleArn))
    if (found?.principal.accountId !== request.accountId) return 'no-such-role'
    const { role, principal } = found
    const federated = { kind: 'federated', provider: request.provider } as const
    const keys = { ...request.contextKeys, 'sts:RoleSessionName': request.sessionName }
    const tags = request.principalTags ?? {}
    // AWS: tags need a permission of their own, as soon as there is one.
    const actions = ['sts:AssumeRoleWithWebIdentity', ...(hasTags(tags) ? ['sts:TagSession'] : [])]
    const asked = { ...keys, ...requestTags(tags) }
    for (const action of actions)
      if (evaluateTrust(role, action, federated, asked).decision !== 'allow') return 'untrusted'
    return mintCredentials(
      options.mint,
      {
        ...roleSession(principal, request.sessionName),
        durationSeconds: request.durationSeconds,
        policies: request.sessionPolicies ?? [],
        contextKeys: {
          ...request.contextKeys,
          ...principalTags(tags),
          'aws:FederatedProvider': request.provider,
        },
      },
      options.clock.nowMs(),
    )
  }

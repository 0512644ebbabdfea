// The credential of an account's root, made when a node of `daemun serve` first starts: the one that everything else
// is made with. It is shown until somebody has been shown it, and not again.
import type { Scope } from '#model/scope.ts'
import type { Store, Transaction } from '#store/store.ts'
import { newAccessKeyId, newSecretAccessKey } from './access-key.ts'
import { accessKeys, iamScope, rootCredentials } from './iam/collections.ts'
import { publishAccessKey, publishPrincipal } from './iam/publish.ts'
import { rootPrincipal } from './principal.ts'
import type { CredentialMint } from './temporary-credentials.ts'

export interface ShownCredential {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

type Account = Pick<Scope, 'accountId'>

/** Makes the credential where there is none. Returns it for as long as nobody was shown it. */
export const makeRootCredential = (
  store: Store,
  account: Account,
  mint: CredentialMint,
  nowMs: number,
): Promise<ShownCredential | undefined> =>
  store.write(async (tx) => {
    const scope = iamScope(account)
    const held = await tx.get(rootCredentials, scope, ROW)
    if (held?.isShown === true) return undefined
    if (held === undefined) return make(tx, account, mint, nowMs)
    const key = await tx.get(accessKeys, scope, held.accessKeyId)
    const secret = key && mint.sealing.open('access-key', key.sealedSecret, held.accessKeyId)
    // A key that was deleted or cannot be opened serves nobody: there shall be one.
    if (secret === undefined) return make(tx, account, mint, nowMs)
    return {
      accessKeyId: held.accessKeyId,
      secretAccessKey: Buffer.from(secret).toString('utf8'),
    }
  })

/** From now on it is not shown again. */
export const markRootCredentialShown = (store: Store, account: Account): Promise<void> =>
  store.write(async (tx) => {
    const scope = iamScope(account)
    const held = await tx.get(rootCredentials, scope, ROW)
    if (held !== undefined) await tx.put(rootCredentials, scope, ROW, { ...held, isShown: true })
  })

const ROW = 'root'

const make = async (
  tx: Transaction,
  account: Account,
  { sealing, random }: CredentialMint,
  nowMs: number,
): Promise<ShownCredential> => {
  const scope = iamScope(account)
  const accessKeyId = newAccessKeyId('AKIA', random)
  const secretAccessKey = newSecretAccessKey(random)
  const key = {
    AccessKeyId: accessKeyId,
    Status: 'Active',
    CreateDate: nowMs,
    sealedSecret: sealing.seal('access-key', Buffer.from(secretAccessKey), accessKeyId),
  } as const
  await tx.put(accessKeys, scope, accessKeyId, key)
  await tx.put(rootCredentials, scope, ROW, { accessKeyId, isShown: false })
  await publishPrincipal(tx, rootPrincipal(account.accountId))
  await publishAccessKey(tx, account, key)
  return { accessKeyId, secretAccessKey }
}

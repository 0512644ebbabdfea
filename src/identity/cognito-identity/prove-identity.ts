// Whose identity is this? Who asks for something of an identity shows a token of one of its logins; nobody shows any
// for a guest. New logins are linked on the way.
// https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html
import type { Identity, IdentityPool } from '#model/cognito-identity.ts'
import type { StoreCall, WriteCall } from '#store/transactional.ts'
import type { FindTokenKey } from '../sts/web-identity.ts'
import { forbidden, notAuthorized, resourceConflict } from './errors.ts'
import { identityOf, isSame, link, ownerOf, saveIdentity } from './identities.ts'
import { poolOf } from './identity-pools.ts'
import { type Logins, type VerifiedLogin, type VerifiedLogins, verifyLogins } from './logins.ts'

export interface ProvenIdentity {
  readonly pool: IdentityPool
  /** AWS: not always the one that was asked for: a guest who signs in becomes who they were before. */
  readonly identity: Identity
  /** Empty for a guest. */
  readonly logins: readonly VerifiedLogin[]
  /** As tokens and condition keys have it. */
  readonly amr: readonly string[]
}

export const proveIdentity = async (
  call: StoreCall,
  identityId: string | undefined,
  given: Logins | undefined,
  findKey: FindTokenKey,
): Promise<ProvenIdentity> => {
  const { asked, pool } = await call.store.read(async (view) => {
    const found = await identityOf({ ...call, view }, identityId)
    return { asked: found, pool: await poolOf({ ...call, view }, found.IdentityPoolId) }
  })
  const verified = await verifyLogins(call, pool, given, findKey)
  if (verified.logins.length === 0) {
    refuseUnproven(asked, pool, verified)
    return { pool, identity: asked, logins: [], amr: amrOf(asked, verified) }
  }
  const identity = await call.store.write((tx) =>
    settle({ ...call, tx, view: tx }, asked.IdentityId, verified),
  )
  return { pool, identity, logins: verified.logins, amr: amrOf(identity, verified) }
}

/** True where one of the tokens is of a login of the identity, or of the identity itself. */
export const isProven = (
  { IdentityId, logins }: Identity,
  { logins: shown, identityId }: VerifiedLogins,
): boolean =>
  identityId === IdentityId || shown.some(({ login }) => logins.some((held) => isSame(held, login)))

const refuseUnproven = (identity: Identity, pool: IdentityPool, verified: VerifiedLogins): void => {
  const { IdentityId, logins, mergedInto } = identity
  const isShown = verified.identityId === IdentityId
  if (mergedInto !== undefined || (verified.identityId !== undefined && !isShown))
    throw forbidden(IdentityId)
  if (isShown && logins.length > 0) return
  if (logins.length > 0) throw forbidden(IdentityId)
  if (!pool.AllowUnauthenticatedIdentities)
    throw notAuthorized('Unauthenticated access is not supported for this identity pool.')
}

/** The identity that the logins come to, all of them linked. */
const settle = async (
  call: WriteCall,
  askedId: string,
  verified: VerifiedLogins,
): Promise<Identity> => {
  const asked = await identityOf(call, askedId)
  const logins = verified.logins.map(({ login }) => login)
  const owners = new Set<string>()
  for (const login of logins) {
    const owner = await ownerOf(call, asked.IdentityPoolId, login)
    if (owner !== undefined) owners.add(owner)
  }
  if (owners.size > 1)
    throw resourceConflict('Logins belong to different identities of this identity pool.')
  const [owner = askedId] = owners
  if (owner === askedId) {
    // AWS: who adds a login to an identity that has some shows one of those as well.
    const isGuest = asked.logins.length === 0 && asked.mergedInto === undefined
    if (!isGuest && !isProven(asked, verified)) throw loginsDoNotMatch()
    return link(call, asked, logins)
  }
  // A guest who turns out to be somebody known.
  if (asked.logins.length > 0) throw loginsDoNotMatch()
  await saveIdentity(call, { ...asked, mergedInto: owner })
  return link(call, await identityOf(call, owner), logins)
}

const loginsDoNotMatch = () =>
  notAuthorized(
    "Logins don't match. Please include at least one valid login for this identity or identity pool.",
  )

/** `["unauthenticated"]`, or `["authenticated", provider, "provider:…:user", …]`. */
const amrOf = (identity: Identity, { logins, identityId }: VerifiedLogins): readonly string[] => {
  const shown =
    logins.length > 0
      ? logins.map(({ login }) => login)
      : identityId === undefined
        ? []
        : identity.logins
  if (shown.length === 0) return ['unauthenticated']
  return ['authenticated', ...shown.flatMap(({ provider, method }) => [provider, method])]
}

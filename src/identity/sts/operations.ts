// The operations of STS that exist here, by AWS's names; the rest is refused by name at the wire.
import { reads } from '#store/transactional.ts'
import type { CredentialMint } from '../temporary-credentials.ts'
import { assumeRole } from './assume-role.ts'
import { assumeRoleWithWebIdentity, type FindTokenKey } from './web-identity.ts'
import { getCallerIdentity, getFederationToken, getSessionToken } from './own-sessions.ts'

export const stsOperations = (mint: CredentialMint, findTokenKey: FindTokenKey) =>
  Object.freeze({
    AssumeRole: reads(assumeRole(mint)),
    AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity(mint, findTokenKey),
    GetCallerIdentity: reads(getCallerIdentity),
    GetFederationToken: reads(getFederationToken(mint)),
    GetSessionToken: reads(getSessionToken(mint)),
  })

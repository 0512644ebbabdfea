// The operations of STS that exist here, by AWS's names; the rest is refused by name at the wire.
import { reads } from '#store/transactional.ts'
import type { CredentialMint } from '../temporary-credentials.ts'
import { assumeRole } from './assume-role.ts'
import { getCallerIdentity, getFederationToken, getSessionToken } from './own-sessions.ts'

export const stsOperations = (mint: CredentialMint) =>
  Object.freeze({
    AssumeRole: reads(assumeRole(mint)),
    GetCallerIdentity: reads(getCallerIdentity),
    GetFederationToken: reads(getFederationToken(mint)),
    GetSessionToken: reads(getSessionToken(mint)),
  })

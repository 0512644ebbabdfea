// GetCredentialsForIdentity: the enhanced flow, in which the pool itself takes the role for its user.
// https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html
import type { GetCredentialsForIdentityInput } from '@aws-sdk/client-cognito-identity'
import type { IssueCredentials } from '#model/ports.ts'
import type { StoreCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import type { FindTokenKey } from '../sts/web-identity.ts'
import { badRoles, invalidParameter, notAuthorized } from './errors.ts'
import { GUEST_POLICIES } from './guest-policies.ts'
import { tagsOf } from './principal-tags.ts'
import { proveIdentity } from './prove-identity.ts'
import { chooseRole } from './role-choice.ts'
import { COGNITO_IDENTITY } from './signing-key.ts'

/** AWS: an hour, whatever the role allows. */
const SECONDS = 3_600
const SESSION_NAME = 'CognitoIdentityCredentials'

export const getCredentialsForIdentity =
  (findKey: FindTokenKey, issue: IssueCredentials) =>
  async (input: Shape<GetCredentialsForIdentityInput>, call: StoreCall) => {
    const proven = await proveIdentity(call, input.IdentityId, input.Logins, findKey)
    const { pool, identity, logins, amr } = proven
    const isGuest = amr[0] === 'unauthenticated'
    // A token of a developer's own provider has no claims of its user to choose by.
    const choosing = logins.length > 0 || isGuest ? logins : [{ mappingNames: [], claims: {} }]
    const choice = chooseRole(pool, choosing, input.CustomRoleArn)
    if (choice === 'none') throw badRoles()
    if (choice === 'denied') throw notAuthorized('Access to the role is denied.')
    const made = await issue({
      accountId: call.accountId,
      roleArn: choice.roleArn,
      sessionName: SESSION_NAME,
      durationSeconds: SECONDS,
      provider: COGNITO_IDENTITY,
      contextKeys: {
        [`${COGNITO_IDENTITY}:aud`]: pool.IdentityPoolId,
        [`${COGNITO_IDENTITY}:sub`]: identity.IdentityId,
        [`${COGNITO_IDENTITY}:amr`]: amr,
      },
      principalTags: tagsOf(pool, logins),
      ...(isGuest && { sessionPolicies: GUEST_POLICIES }),
    })
    if (made === 'too-large')
      throw invalidParameter('The tags of the session do not fit into a session token.')
    if (typeof made === 'string') throw badRoles()
    return {
      IdentityId: identity.IdentityId,
      Credentials: {
        AccessKeyId: made.accessKeyId,
        SecretKey: made.secretAccessKey,
        SessionToken: made.sessionToken,
        Expiration: made.expiresAtMs,
      },
    }
  }

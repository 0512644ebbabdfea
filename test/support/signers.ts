// Signers for tests of the data plane: principals with their keys and policies, and requests that they sign.
import { createSigners, type Signers } from '#data-plane/admit/signers.ts'
import { signRequest } from '#languages/sigv4/sign.ts'
import type { PrincipalEntry, SigningIdentity } from '#model/identity.ts'
import type { ResolveCredentials } from '#model/ports.ts'
import { type Sent, sentRequest } from './http-api.ts'

export const ACCOUNT = '123456789012'
export const OTHER_ACCOUNT = '210987654321'

export interface TestSigner {
  readonly name: string
  readonly accountId?: string
  readonly type?: PrincipalEntry['type']
  readonly policies?: readonly string[]
  readonly permissionsBoundary?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly identity?: Partial<SigningIdentity>
}

export const policy = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements })

export const ALLOW_ALL = policy({ Effect: 'Allow', Action: 'execute-api:*', Resource: '*' })
export const DENY_ALL = policy({ Effect: 'Deny', Action: 'execute-api:*', Resource: '*' })

export const testIdentity = (signer: TestSigner): SigningIdentity => {
  const { name, accountId = ACCOUNT, type = 'user' } = signer
  const arn =
    type === 'root' ? `arn:aws:iam::${accountId}:root` : `arn:aws:iam::${accountId}:${type}/${name}`
  const isRole = type === 'role'
  return {
    accessKeyId: `AKIA${name.toUpperCase()}`,
    secretAccessKey: `secret of ${name}`,
    accountId,
    arn: isRole ? `arn:aws:sts::${accountId}:assumed-role/${name}/session` : arn,
    userId: isRole ? `AROA${name.toUpperCase()}:session` : `AIDA${name.toUpperCase()}`,
    principal: {
      kind: 'principal',
      type,
      arn,
      principalId: `${isRole ? 'AROA' : 'AIDA'}${name.toUpperCase()}`,
      accountId,
      name,
      policies: signer.policies ?? [],
      ...(signer.permissionsBoundary !== undefined && {
        permissionsBoundary: signer.permissionsBoundary,
      }),
      ...(signer.tags !== undefined && { tags: signer.tags }),
    },
    sessionPolicies: [],
    contextKeys: {},
    ...signer.identity,
  }
}

/** Knows these signers and the keys `AKIAEXPIRED` and `AKIAINACTIVE`, which sign nothing. */
export const testSigners = (...signers: readonly TestSigner[]): Signers => {
  const identities = new Map(
    signers.map((signer) => {
      const identity = testIdentity(signer)
      return [identity.accessKeyId, identity]
    }),
  )
  const resolve: ResolveCredentials = ({ accessKeyId }) => {
    if (accessKeyId === 'AKIAEXPIRED') return 'expired'
    if (accessKeyId === 'AKIAINACTIVE') return 'inactive'
    return identities.get(accessKeyId) ?? 'unknown'
  }
  return createSigners(resolve)
}

/** The same request, signed by the signer of that name. */
export const signedBy = (
  name: string,
  sent: Sent,
  nowMs: number,
  options: {
    readonly region?: string
    readonly service?: string
    readonly secret?: string
    readonly sessionToken?: string
    readonly unsignedPayload?: boolean
  } = {},
): Sent => {
  const { method, target, headers } = sentRequest(sent)
  const bytes = typeof sent.body === 'string' ? Buffer.from(sent.body) : sent.body
  const signed = signRequest(
    { method, target, headers, ...(bytes !== undefined && { body: bytes }) },
    {
      accessKeyId: `AKIA${name.toUpperCase()}`,
      secretAccessKey: options.secret ?? `secret of ${name}`,
      ...(options.sessionToken !== undefined && { sessionToken: options.sessionToken }),
    },
    {
      region: options.region ?? 'us-east-1',
      service: options.service ?? 'execute-api',
      nowMs,
      ...(options.unsignedPayload === true && { unsignedPayload: true }),
    },
  )
  // `sentRequest` adds the Host again.
  return { ...sent, headers: signed.slice(2) }
}

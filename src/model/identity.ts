// Who may sign requests: what IAM and STS ship to everyone who verifies a signature, and what a verified one says.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html

/** A long-term key. Key `access-key/{accessKeyId}`. */
export interface AccessKeyEntry {
  readonly kind: 'access-key'
  readonly accessKeyId: string
  /** Encrypted with the key file of the data directory: a verifier has to compute with it. */
  readonly sealedSecret: string
  readonly status: 'Active' | 'Inactive'
  readonly principalArn: string
}

/** A user, a role or an account's root, with all that decides what it may do. Key `principal/{arn}`. */
export interface PrincipalEntry {
  readonly kind: 'principal'
  readonly type: 'root' | 'user' | 'role'
  readonly arn: string
  /** `AIDA…`, `AROA…`; the account id of a root. */
  readonly principalId: string
  readonly accountId: string
  readonly name: string
  /** Policy documents as JSON text: inline, attached, and those of a user's groups. */
  readonly policies: readonly string[]
  readonly permissionsBoundary?: string
  /** Of a role: who may take it. JSON text. */
  readonly trustPolicy?: string
  readonly tags?: Readonly<Record<string, string>>
}

/** The signer behind an access key id (and a session token): what a verifier needs and what events show. */
export interface SigningIdentity {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly accountId: string
  /** `arn:aws:iam::…:user/x`, `arn:aws:sts::…:assumed-role/role/session`, `arn:aws:iam::…:root`. */
  readonly arn: string
  /** `$context.identity.user`: `AIDA…`, or `AROA…:session`. */
  readonly userId: string
  /** The principal whose policies count; undefined where it was deleted since. */
  readonly principal: PrincipalEntry | undefined
  /** Of a session: together they narrow what the principal may do. JSON text. */
  readonly sessionPolicies: readonly string[]
  /** Keys such as `aws:PrincipalTag/x`, `aws:FederatedProvider`, `cognito-identity.amazonaws.com:sub`. */
  readonly contextKeys: Readonly<Record<string, string | readonly string[]>>
}

/** Why a key does not sign: the messages differ, and so do the statuses. */
export type UnusableKey = 'unknown' | 'inactive' | 'expired' | 'bad-token'

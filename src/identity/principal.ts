// Principals in words that policies ask for: the condition keys that every request of one has.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
import type { PrincipalEntry } from '#model/identity.ts'

export type ContextKeys = Readonly<Record<string, string | readonly string[]>>

export const rootArn = (accountId: string): string => `arn:aws:iam::${accountId}:root`

/** An account's root may do everything in it. */
export const rootPrincipal = (accountId: string): PrincipalEntry => ({
  kind: 'principal',
  type: 'root',
  arn: rootArn(accountId),
  principalId: accountId,
  accountId,
  name: 'root',
  policies: [ALLOW_ALL],
})

const ALLOW_ALL =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'

const PRINCIPAL_TYPES = { root: 'Account', user: 'User', role: 'AssumedRole' } as const

/** `userId` as GetCallerIdentity says it: of a role's session `AROA…:session`. */
export const principalKeys = (principal: PrincipalEntry, userId: string): ContextKeys => ({
  'aws:PrincipalArn': principal.arn,
  'aws:PrincipalAccount': principal.accountId,
  'aws:PrincipalType': PRINCIPAL_TYPES[principal.type],
  'aws:PrincipalIsAWSService': 'false',
  'aws:userid': userId,
  // AWS: only users have a name; of a role's session, aws:userid is to be asked.
  ...(principal.type === 'user' && { 'aws:username': principal.name }),
  ...principalTags(principal.tags ?? {}),
})

export const principalTags = (tags: Readonly<Record<string, string>>): ContextKeys =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value]))

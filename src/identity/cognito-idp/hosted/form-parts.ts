// What the forms of the hosted pages have in common.
import { createHmac } from 'node:crypto'
import type { UserPoolClient } from '#model/user-pool.ts'
import { clientSecretOf } from '../clients.ts'
import type { HostedContext } from './context.ts'
import type { Field } from './page.ts'

export const EXPIRED = 'This page was open for too long. Please try again.'

/** What a client with a secret adds to every call that names a user. */
export const secretHash = (
  parts: HostedContext['parts']['pools'],
  client: UserPoolClient,
  name: string,
  member: 'SECRET_HASH' | 'SecretHash',
): Readonly<Record<string, string>> => {
  const secret = clientSecretOf(parts, client)
  if (secret === undefined) return {}
  const hash = createHmac('sha256', secret).update(name + client.ClientId, 'utf8')
  return { [member]: hash.digest('base64') }
}

export const hidden = (name: string, value: string): Field => ({
  name,
  value,
  type: 'hidden',
  label: '',
})

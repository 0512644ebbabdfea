// A user pool of a running gateway, and what its users do, through the clients that applications use.
import {
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  type CreateUserPoolClientCommandInput,
  CreateUserPoolCommand,
  type CreateUserPoolCommandInput,
} from '@aws-sdk/client-cognito-identity-provider'
import assert from 'node:assert/strict'
import type { Gateway } from './gateway.ts'

export const PASSWORD = 'Correct-Horse-7'
export const OTHER_PASSWORD = 'Battery-Staple-8'

export const idpClient = (gateway: Gateway, region = 'us-east-1') =>
  new CognitoIdentityProviderClient({
    endpoint: gateway.endpoint,
    region,
    credentials: gateway.credentials,
    maxAttempts: 1,
  })

export interface TestPool {
  readonly poolId: string
  readonly clientId: string
}

export const ALL_FLOWS = [
  'ALLOW_USER_SRP_AUTH',
  'ALLOW_USER_PASSWORD_AUTH',
  'ALLOW_ADMIN_USER_PASSWORD_AUTH',
  'ALLOW_REFRESH_TOKEN_AUTH',
  'ALLOW_CUSTOM_AUTH',
] as const

export const makePool = async (
  client: CognitoIdentityProviderClient,
  pool: Partial<CreateUserPoolCommandInput> = {},
  application: Partial<CreateUserPoolClientCommandInput> = {},
): Promise<TestPool> => {
  const made = await client.send(
    new CreateUserPoolCommand({ PoolName: 'people', AutoVerifiedAttributes: ['email'], ...pool }),
  )
  const poolId = made.UserPool?.Id ?? ''
  const { UserPoolClient } = await client.send(
    new CreateUserPoolClientCommand({
      UserPoolId: poolId,
      ClientName: 'web',
      ExplicitAuthFlows: [...ALL_FLOWS],
      ...application,
    }),
  )
  return { poolId, clientId: UserPoolClient?.ClientId ?? '' }
}

interface Mail {
  readonly username: string
  readonly destination: string
  readonly code: string
  readonly message: string
}

/** The `count`th message to this user, past or to come. */
export const mailTo = async (gateway: Gateway, who: string, count = 1): Promise<Mail> => {
  const isTo = (event: { readonly event: string; readonly message?: unknown }): boolean => {
    const mail = event.message as Mail | undefined
    return event.event === 'mail' && (mail?.username === who || mail?.destination === who)
  }
  let seen = 0
  const event = await gateway.event((one) => isTo(one) && ++seen === count)
  return event['message'] as Mail
}

/** What a token says; its signature is not looked at. */
export const claimsOf = (token: string | undefined): Readonly<Record<string, unknown>> => {
  assert.ok(token)
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

// `daemun token`: a token of a user of a running gateway, without a sign-in.
import type { PageOptions } from './management-page.ts'
import { atPool, poolIdOf, post } from './user-pool-call.ts'

export interface TokenOptions extends PageOptions {
  readonly pool: string
  readonly user: string
  readonly client?: string
  readonly scope?: readonly string[]
  readonly access?: boolean
  readonly json?: boolean
}

export const run = async (options: TokenOptions): Promise<void> => {
  const { user, client, scope, access, json } = options
  const poolId = await poolIdOf(options.pool, options)
  const tokens = await post(
    `/_daemun/user-pools/${poolId}/token`,
    {
      username: user,
      ...(client !== undefined && { clientId: client }),
      ...(scope !== undefined && { scopes: scope }),
    },
    atPool(poolId, options),
  )
  // Scopes are asked for of access tokens alone.
  const isAccess = access === true || scope !== undefined
  const text = json ? JSON.stringify(tokens) : String(tokens[isAccess ? 'AccessToken' : 'IdToken'])
  process.stdout.write(`${text}\n`)
}

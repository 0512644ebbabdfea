// `daemun users …`: the users of a pool of a running gateway.
import { isObject } from '#shared/json.ts'
import type { PageOptions } from './management-page.ts'
import { atPool, callUserPools, poolIdOf, post } from './user-pool-call.ts'

export interface UsersOptions extends PageOptions {
  readonly pool: string
  readonly filter?: string
  readonly attribute?: readonly string[]
  readonly password?: string
}

export type UsersAction = 'list' | 'add' | 'confirm' | 'reset' | 'rotate-keys'

export const run = async (
  action: UsersAction,
  username: string,
  given: UsersOptions,
): Promise<void> => {
  const poolId = await poolIdOf(given.pool, given)
  const options = { ...given, ...atPool(poolId, given) }
  const lines = await ACTIONS[action](poolId, username, options)
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
}

type Action = (
  poolId: string,
  username: string,
  options: UsersOptions,
) => Promise<readonly string[]>

const list: Action = async (UserPoolId, _username, options) => {
  const lines: string[] = []
  let token: unknown
  do {
    const page = await callUserPools(
      'ListUsers',
      { UserPoolId, Filter: options.filter, PaginationToken: token },
      options,
    )
    const users = Array.isArray(page['Users']) ? page['Users'].filter(isObject) : []
    for (const user of users) lines.push(lineOf(user))
    token = page['PaginationToken']
  } while (token !== undefined)
  return lines
}

const lineOf = ({ Username, UserStatus, Enabled, Attributes }: Record<string, unknown>): string => {
  const attributes = Array.isArray(Attributes) ? Attributes.filter(isObject) : []
  const shown = attributes
    .filter(({ Name }) => Name !== 'sub')
    .map(({ Name, Value }) => `${Name}=${Value}`)
  const state = Enabled === false ? 'DISABLED' : String(UserStatus)
  return [String(Username).padEnd(24), state.padEnd(22), shown.join(' ')].join(' ').trimEnd()
}

const add: Action = async (UserPoolId, Username, options) => {
  const UserAttributes = (options.attribute ?? []).map((text) => {
    const at = text.indexOf('=')
    return { Name: text.slice(0, at), Value: text.slice(at + 1) }
  })
  await callUserPools('AdminCreateUser', { UserPoolId, Username, UserAttributes }, options)
  if (options.password === undefined)
    return [`${Username} is added; the temporary password is in the mailbox`]
  await setPassword(UserPoolId, Username, options)
  return [`${Username} is added, with that password`]
}

const setPassword = (UserPoolId: string, Username: string, options: UsersOptions) =>
  callUserPools(
    'AdminSetUserPassword',
    { UserPoolId, Username, Password: options.password, Permanent: true },
    options,
  )

const confirm: Action = async (UserPoolId, Username, options) => {
  await callUserPools('AdminConfirmSignUp', { UserPoolId, Username }, options)
  return [`${Username} is confirmed`]
}

const reset: Action = async (UserPoolId, Username, options) => {
  if (options.password === undefined) {
    await callUserPools('AdminResetUserPassword', { UserPoolId, Username }, options)
    return [`${Username} has a code in the mailbox to choose a new password with`]
  }
  await setPassword(UserPoolId, Username, options)
  return [`${Username} has that password now`]
}

const rotateKeys: Action = async (poolId, _username, options) => {
  await post(`/_daemun/user-pools/${poolId}/rotate-keys`, {}, options)
  return [`${poolId} signs with new keys; tokens of the old ones stay good as long as they last`]
}

const ACTIONS: Readonly<Record<UsersAction, Action>> = {
  list,
  add,
  confirm,
  reset,
  'rotate-keys': rotateKeys,
}

// UserMigration: a function that knows the users of an older system, asked for those who are not here (yet).
// https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-migrate-user.html
import type { PoolUser } from '#model/user-pool.ts'
import { isObject } from '#shared/json.ts'
import { sendInvitation } from './messages.ts'
import { newUser } from './new-user.ts'
import { makePassword } from './passwords.ts'
import { readAttributes } from './schema-attributes.ts'
import type { SignIn } from './sign-in.ts'
import { runTrigger } from './triggers.ts'
import { refuseTakenNames, saveUser, takeAliases } from './users.ts'
import { findUser } from './lookups.ts'

/** Undefined where there is no such function, or it knows nobody. Throws what it refuses with. */
export const migrateUser = async (
  signIn: SignIn,
  password: string | undefined,
  source: 'UserMigration_Authentication' | 'UserMigration_ForgotPassword',
): Promise<PoolUser | undefined> => {
  const { parts, pool, client, call, name, clientMetadata } = signIn
  if (pool.settings.LambdaConfig.UserMigration === undefined) return undefined
  const response = await runTrigger(parts, {
    pool,
    client,
    user: { Username: name },
    trigger: 'UserMigration',
    source,
    request: {
      ...(password !== undefined && { password }),
      validationData: clientMetadata ?? null,
      userAttributes: null,
    },
    response: {
      userAttributes: null,
      finalUserStatus: null,
      messageAction: null,
      desiredDeliveryMediums: null,
      forceAliasCreation: null,
    },
  })
  const given = response['userAttributes']
  if (!isObject(given)) return undefined
  const texts = Object.entries(given).map(([Name, value]) => ({ Name, Value: String(value) }))
  const attributes = readAttributes(
    pool,
    texts.filter(({ Name }) => Name !== 'username'),
  )
  const isConfirmed = response['finalUserStatus'] === 'CONFIRMED' || password === undefined
  const base = newUser(parts, pool, {
    name,
    attributes,
    status:
      password === undefined ? 'RESET_REQUIRED' : isConfirmed ? 'CONFIRMED' : 'RESET_REQUIRED',
    nowMs: call.nowMs,
  })
  const user: PoolUser =
    password === undefined
      ? base
      : { ...base, password: await makePassword(parts, pool, base.Username, password) }
  const saved = await call.store.write(async (tx) => {
    const writing = { tx, view: tx, accountId: call.accountId }
    const held = await findUser(writing, pool, name)
    if (held !== undefined) return held
    await refuseTakenNames(writing, pool, user)
    await saveUser(writing, pool, undefined, user)
    await takeAliases(writing, pool, user, response['forceAliasCreation'] === true)
    return user
  })
  if (response['messageAction'] !== 'SUPPRESS' && password !== undefined && !isConfirmed)
    await sendInvitation(signIn, saved, password)
  return saved
}

// What user pools cost: a sign-in by password and the longest that the event loop stood still meanwhile, the issue of
// tokens, and pages of a list, with few and with 100,000 users in SQLite. `node bin/run.js bench/user-pools.ts [users]`
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { poolUsers } from '#identity/cognito-idp/collections.ts'
import { issueTokens } from '#identity/cognito-idp/issue-tokens.ts'
import { userPoolOperations } from '#identity/cognito-idp/operations.ts'
import { forgottenUserPoolParts } from '#identity/cognito-idp/parts.ts'
import { present } from '#shared/assert.ts'
import { randomIds } from '#shared/ids.ts'
import { systemRandom } from '#shared/random.ts'
import { saveUser } from '#identity/cognito-idp/users.ts'
import { anyPool, clientOf } from '#identity/cognito-idp/lookups.ts'
import { openSqliteStore } from '#store/sqlite.ts'

const USERS = Number(process.argv[2] ?? 100_000)
const ROUNDS = 50
const BATCH = 1_000
const PASSWORD = 'Correct-Horse-7'
const SCOPE = { accountId: '123456789012', region: 'us-east-1' }

const folder = await mkdtemp(join(tmpdir(), 'daemun-bench-'))
const store = openSqliteStore(join(folder, 'daemun.db'))
const parts = forgottenUserPoolParts()
const operations = userPoolOperations(parts)
const call = () => ({
  ...SCOPE,
  requestId: 'bench',
  nowMs: Date.now(),
  ids: randomIds(systemRandom),
  store,
})

const time = async (name: string, rounds: number, work: () => Promise<unknown>): Promise<void> => {
  const took: number[] = []
  for (let round = 0; round < rounds; round++) {
    const startedMs = performance.now()
    await work()
    took.push(performance.now() - startedMs)
  }
  took.sort((left, right) => left - right)
  const at = (share: number) => (took[Math.floor((took.length - 1) * share)] ?? 0).toFixed(2)
  process.stdout.write(`${name.padEnd(44)} p50 ${at(0.5)} ms   p99 ${at(0.99)} ms\n`)
}

const { UserPool } = await operations.CreateUserPool({ PoolName: 'bench' }, call())
const UserPoolId = UserPool.Id
const { UserPoolClient } = await operations.CreateUserPoolClient(
  { UserPoolId, ClientName: 'bench', ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'] },
  call(),
)
const { ClientId } = UserPoolClient
await operations.AdminCreateUser({ UserPoolId, Username: 'ada', MessageAction: 'SUPPRESS' }, call())
const permanent = { UserPoolId, Username: 'ada', Password: PASSWORD, Permanent: true }
await operations.AdminSetUserPassword(permanent, call())
const AuthParameters = { USERNAME: 'ada', PASSWORD }
const signIn = () =>
  operations.InitiateAuth({ AuthFlow: 'USER_PASSWORD_AUTH', ClientId, AuthParameters }, call())
const found = await store.read(async (view) => {
  const { pool, client } = await clientOf({ ...SCOPE, view }, ClientId)
  const [first] = await view.list(poolUsers, SCOPE, { prefix: `${pool.Id}/` })
  return { pool, client, user: present(first, 'the user').value }
})

const measure = async (users: number): Promise<void> => {
  await time(`sign-in, ${users} users`, ROUNDS, signIn)
  const source = 'TokenGeneration_Authentication' as const
  await time('tokens issued', 200, () =>
    issueTokens(parts, { ...found, groups: [], source, nowMs: Date.now() }),
  )
  await time(`list page of 60, ${users} users`, ROUNDS, () =>
    operations.ListUsers({ UserPoolId, Limit: 60 }, call()),
  )
  const Filter = `email ^= "user${Math.floor(users / 2)}"`
  await time(`list by address, ${users} users`, ROUNDS, () =>
    operations.ListUsers({ UserPoolId, Filter }, call()),
  )
}

const loop = monitorEventLoopDelay({ resolution: 1 })
loop.enable()
await measure(1)
loop.disable()
process.stdout.write(`event loop, longest stand-still: ${(loop.max / 1e6).toFixed(1)} ms\n`)
for (let from = 0; from < USERS; from += BATCH) {
  await store.write(async (tx) => {
    const pool = present(await anyPool({ view: tx, ...SCOPE }, UserPoolId), 'the pool')
    for (let at = from; at < Math.min(USERS, from + BATCH); at++) {
      const sub = systemRandom.uuid()
      const Attributes = { sub, email: `user${at}@example.com`, email_verified: 'true' }
      const user = { ...found.user, Username: `user${at}`, sub, Attributes }
      await saveUser({ tx, view: tx, ...SCOPE }, pool, undefined, user)
    }
  })
}
await measure(USERS)
await store.close()
await rm(folder, { recursive: true, force: true })

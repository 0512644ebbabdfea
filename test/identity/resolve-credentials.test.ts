import assert from 'node:assert/strict'
import { it } from 'node:test'
import { principalTags, rootPrincipal } from '#identity/principal.ts'
import { createResolveCredentials } from '#identity/resolve-credentials.ts'
import { createSealing } from '#identity/sealing.ts'
import { mintCredentials, roleSession } from '#identity/temporary-credentials.ts'
import type { DirectoryEntry, FindEntry } from '#model/documents.ts'
import type { AccessKeyEntry, PrincipalEntry, SigningIdentity } from '#model/identity.ts'
import { systemRandom } from '#shared/random.ts'

const ACCOUNT = '123456789012'
const NOW = Date.UTC(2026, 10, 21)
const sealing = createSealing(systemRandom.bytes(32), systemRandom)
const mint = { sealing, random: systemRandom }

const user: PrincipalEntry = {
  kind: 'principal',
  type: 'user',
  arn: `arn:aws:iam::${ACCOUNT}:user/team/ada`,
  principalId: 'AIDAEXAMPLE',
  accountId: ACCOUNT,
  name: 'ada',
  policies: [],
  tags: { team: 'gate' },
}
const role: PrincipalEntry = {
  ...user,
  type: 'role',
  arn: `arn:aws:iam::${ACCOUNT}:role/service/caller`,
  principalId: 'AROAEXAMPLE',
  name: 'caller',
}
const key: AccessKeyEntry = {
  kind: 'access-key',
  accessKeyId: 'AKIAEXAMPLE',
  sealedSecret: sealing.seal('access-key', Buffer.from('ada’s secret'), 'AKIAEXAMPLE'),
  status: 'Active',
  principalArn: user.arn,
}

/** A directory of these entries. */
const finding = (...entries: readonly DirectoryEntry[]): FindEntry => {
  const held = new Map<string, DirectoryEntry>()
  for (const entry of entries) {
    if (entry.kind === 'access-key') held.set(`access-key/${entry.accessKeyId}`, entry)
    if (entry.kind === 'principal') held.set(`principal/${entry.arn}`, entry)
  }
  // The name says the kind, as a directory's key does.
  return ((kind: string, name: string) => held.get(`${kind}/${name}`)) as FindEntry
}

const resolve = createResolveCredentials({ sealing, accountId: ACCOUNT })
const identityOf = (found: ReturnType<typeof resolve>): SigningIdentity => {
  assert.ok(typeof found === 'object', String(found))
  return found
}

it('finds the user behind an access key, with the condition keys of every request', () => {
  const asked = { accessKeyId: 'AKIAEXAMPLE', sessionToken: undefined }
  const identity = identityOf(resolve(asked, finding(user, key), NOW))
  assert.equal(identity.secretAccessKey, 'ada’s secret')
  assert.equal(identity.arn, user.arn)
  assert.equal(identity.userId, 'AIDAEXAMPLE')
  assert.equal(identity.principal, user)
  assert.equal(identity.contextKeys['aws:username'], 'ada')
  assert.equal(identity.contextKeys['aws:PrincipalTag/team'], 'gate')
})

it('says of a key why it signs nothing', () => {
  const asked = { accessKeyId: 'AKIAEXAMPLE', sessionToken: undefined }
  assert.equal(resolve(asked, finding(), NOW), 'unknown')
  assert.equal(resolve(asked, finding(key), NOW), 'unknown', 'its user is gone')
  assert.equal(resolve(asked, finding(user, { ...key, status: 'Inactive' }), NOW), 'inactive')
  assert.equal(resolve({ ...asked, sessionToken: 'x' }, finding(user, key), NOW), 'bad-token')
  // A sealed secret that was moved to another key opens nothing.
  const moved = { ...key, accessKeyId: 'AKIAOTHER' }
  const other = { accessKeyId: 'AKIAOTHER', sessionToken: undefined }
  assert.equal(resolve(other, finding(user, moved), NOW), 'unknown')
})

const session = () => {
  const made = mintCredentials(
    mint,
    {
      ...roleSession(role, 'me'),
      durationSeconds: 900,
      policies: ['{"Statement":[]}'],
      contextKeys: principalTags({ team: 'session' }),
    },
    NOW,
  )
  assert.ok(made !== 'too-large')
  return made
}

it('finds a session in its token alone, until it ends', () => {
  const made = session()
  const asked = { accessKeyId: made.accessKeyId, sessionToken: made.sessionToken }
  for (const again of [1, 2]) {
    const identity = identityOf(resolve(asked, finding(role), NOW + again))
    assert.equal(identity.secretAccessKey, made.secretAccessKey)
    assert.equal(identity.arn, `arn:aws:sts::${ACCOUNT}:assumed-role/caller/me`)
    assert.equal(identity.userId, 'AROAEXAMPLE:me')
    assert.deepEqual(identity.sessionPolicies, ['{"Statement":[]}'])
    assert.equal(identity.contextKeys['aws:PrincipalTag/team'], 'session', 'over the role’s own')
    assert.equal(identity.contextKeys['aws:PrincipalArn'], role.arn)
    assert.equal(identity.contextKeys['aws:username'], undefined)
  }
  assert.equal(resolve(asked, finding(role), NOW + 900_000), 'expired')
})

it('ties a token to its key, even one that it has opened before', () => {
  const [one, other] = [session(), session()]
  const asked = { accessKeyId: one.accessKeyId, sessionToken: one.sessionToken }
  identityOf(resolve(asked, finding(role), NOW))
  assert.equal(
    resolve({ ...asked, accessKeyId: other.accessKeyId }, finding(role), NOW),
    'bad-token',
  )
  assert.equal(resolve({ ...asked, sessionToken: undefined }, finding(role), NOW), 'unknown')
})

it('leaves the sessions of a role that was deleted and made again without a principal', () => {
  const made = session()
  const asked = { accessKeyId: made.accessKeyId, sessionToken: made.sessionToken }
  const again = { ...role, principalId: 'AROANEW' }
  assert.equal(identityOf(resolve(asked, finding(again), NOW)).principal, undefined)
  assert.equal(identityOf(resolve(asked, finding(), NOW)).principal, undefined)
})

it('takes the development pair for the account’s root, and only where there is one', () => {
  const asked = { accessKeyId: 'test', sessionToken: undefined }
  assert.equal(resolve(asked, finding(), NOW), 'unknown')
  const development = { accessKeyId: 'test', secretAccessKey: 'test' }
  const lenient = createResolveCredentials({ sealing, accountId: ACCOUNT, development })
  const identity = identityOf(lenient(asked, finding(), NOW))
  assert.deepEqual(identity.principal, rootPrincipal(ACCOUNT))
  assert.equal(lenient({ ...asked, sessionToken: 'x' }, finding(), NOW), 'bad-token')
})

it('refuses a session whose policies do not fit a token', () => {
  const long = Buffer.from(systemRandom.bytes(20_000)).toString('base64')
  const wanted = { ...roleSession(role, 'me'), durationSeconds: 900, policies: [long] }
  assert.equal(mintCredentials(mint, wanted, NOW), 'too-large')
})

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { secretlessIamOperations } from '#identity/iam/operations.ts'
import { createIssueCredentials } from '#identity/issue-credentials.ts'
import { createSealing } from '#identity/sealing.ts'
import { openSession } from '#identity/session-token.ts'
import { randomIds } from '#shared/ids.ts'
import { systemRandom } from '#shared/random.ts'
import { createMemoryStore } from '#store/memory.ts'

const ACCOUNT = '123456789012'
const NOW = Date.UTC(2026, 10, 21)
const POOL = 'cognito-identity.amazonaws.com'

it('gives a pool’s user the role that trusts the pool, and nobody another', async () => {
  const store = createMemoryStore()
  const call = {
    accountId: ACCOUNT,
    region: 'us-east-1',
    requestId: 'r',
    nowMs: NOW,
    ids: randomIds(systemRandom),
    store,
  }
  const trust = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: POOL },
      Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
      Condition: { StringEquals: { [`${POOL}:aud`]: 'us-east-1:pool' } },
    },
  }
  await secretlessIamOperations.CreateRole(
    { RoleName: 'visitor', AssumeRolePolicyDocument: JSON.stringify(trust) },
    call,
  )
  const sealing = createSealing(systemRandom.bytes(32), systemRandom)
  const issue = createIssueCredentials({
    store,
    mint: { sealing, random: systemRandom },
    clock: { nowMs: () => NOW },
  })
  const request = {
    accountId: ACCOUNT,
    roleArn: `arn:aws:iam::${ACCOUNT}:role/visitor`,
    sessionName: 'CognitoIdentityCredentials',
    durationSeconds: 3_600,
    provider: POOL,
    contextKeys: { [`${POOL}:aud`]: 'us-east-1:pool', [`${POOL}:sub`]: 'us-east-1:me' },
    principalTags: { plan: 'gold' },
  }
  const made = await issue(request)
  assert.ok(typeof made === 'object', String(made))
  assert.equal(made.expiresAtMs, NOW + 3_600_000)
  assert.equal(made.arn, `arn:aws:sts::${ACCOUNT}:assumed-role/visitor/CognitoIdentityCredentials`)
  const session = openSession(sealing, made.sessionToken, made.accessKeyId)
  assert.equal(session?.contextKeys['aws:PrincipalTag/plan'], 'gold')
  assert.equal(session.contextKeys[`${POOL}:sub`], 'us-east-1:me')

  const other = { ...request, contextKeys: { [`${POOL}:aud`]: 'us-east-1:other' } }
  assert.equal(await issue(other), 'untrusted')
  assert.equal(await issue({ ...request, provider: 'elsewhere' }), 'untrusted')
  const nothing = `arn:aws:iam::${ACCOUNT}:role/nothing`
  assert.equal(await issue({ ...request, roleArn: nothing }), 'no-such-role')
  assert.equal(await issue({ ...request, accountId: '999999999999' }), 'no-such-role')
})

// The real AWS CLI with identity pools: a guest gets credentials, and the CLI signs with them.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { promisify } from 'node:util'
import { startGateway } from '../support/gateway.ts'

const run = promisify(execFile)

it('aws cognito-identity makes a pool, and a guest of it signs with what it gives', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-cli-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const gateway = await startGateway({ shape: 'serve' })
  t.after(() => gateway.stop())
  const { accessKeyId, secretAccessKey } = gateway.credentials
  const own = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  const aws = async (env: object, ...args: readonly string[]) => {
    const whole = ['--endpoint-url', gateway.endpoint, '--output', 'json', ...args]
    const { stdout } = await run('aws', whole, {
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_PAGER: '',
        ...env,
      },
      timeout: 60_000,
    })
    return stdout.trim() === '' ? {} : JSON.parse(stdout)
  }
  const pools = (...args: readonly string[]) => aws(own, 'cognito-identity', ...args)
  // Nothing is signed: the CLI has no credentials at all.
  const guest = (...args: readonly string[]) =>
    aws({}, '--no-sign-request', 'cognito-identity', ...args)
  const made = await pools(
    'create-identity-pool',
    '--identity-pool-name',
    'shop',
    '--allow-unauthenticated-identities',
  )
  const pool = ['--identity-pool-id', String(made.IdentityPoolId)]
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: 'cognito-identity.amazonaws.com' },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { 'cognito-identity.amazonaws.com:aud': made.IdentityPoolId },
      },
    },
  })
  const { Role } = await aws(
    own,
    'iam',
    'create-role',
    '--role-name',
    'guest',
    '--assume-role-policy-document',
    trust,
  )
  await pools('set-identity-pool-roles', ...pool, '--roles', `unauthenticated=${Role.Arn}`)
  const { IdentityId } = await guest('get-id', ...pool)
  const { Credentials } = await guest('get-credentials-for-identity', '--identity-id', IdentityId)
  const session = {
    AWS_ACCESS_KEY_ID: Credentials.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: Credentials.SecretKey,
    AWS_SESSION_TOKEN: Credentials.SessionToken,
  }
  const { Arn } = await aws(session, 'sts', 'get-caller-identity')
  assert.equal(Arn, 'arn:aws:sts::123456789012:assumed-role/guest/CognitoIdentityCredentials')
  const { Identities } = await pools('list-identities', ...pool, '--max-results', '10')
  assert.equal(Identities[0].IdentityId, IdentityId)
  await assert.rejects(
    aws(session, 'cognito-identity', 'list-identity-pools', '--max-results', '10'),
    /AccessDeniedException/,
  )
  await assert.rejects(guest('get-id', '--identity-pool-id', 'us-east-1:0'), /NotFound/)
})

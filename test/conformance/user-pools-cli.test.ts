// User pools through the AWS CLI, where calls have to be signed: operators sign, applications do not.
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { call, type Gateway, startGateway } from '../support/gateway.ts'
import { claimsOf, PASSWORD } from '../support/user-pools.ts'

const run = promisify(execFile)
const absent = spawnSync('aws', ['--version']).status !== 0 && 'the AWS CLI is not installed'

describe('user pools through the AWS CLI', { skip: absent }, () => {
  let gateway: Gateway
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daemun-cli-'))
    gateway = await startGateway({ shape: 'serve' })
  })
  after(async () => {
    await gateway?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const aws = async (...args: readonly string[]) => {
    const { stdout } = await run(
      'aws',
      ['--output', 'json', '--endpoint-url', gateway.endpoint, 'cognito-idp', ...args],
      {
        env: {
          PATH: process.env['PATH'],
          HOME: folder,
          AWS_ACCESS_KEY_ID: gateway.credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: gateway.credentials.secretAccessKey,
          AWS_DEFAULT_REGION: 'us-east-1',
          AWS_PAGER: '',
        },
        timeout: 60_000,
      },
    )
    return stdout.trim() === '' ? {} : JSON.parse(stdout)
  }

  it('makes pools and users signed, signs in unsigned, and refuses operators who do not sign', async () => {
    const { UserPool } = await aws('create-user-pool', '--pool-name', 'people')
    const pool = ['--user-pool-id', UserPool.Id]
    const flows = ['--explicit-auth-flows', 'ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']
    const made = await aws('create-user-pool-client', ...pool, '--client-name', 'web', ...flows)
    const { ClientId } = made.UserPoolClient
    await aws('admin-create-user', ...pool, '--username', 'ada', '--message-action', 'SUPPRESS')
    const password = ['--password', PASSWORD, '--permanent']
    await aws('admin-set-user-password', ...pool, '--username', 'ada', ...password)
    const parameters = `USERNAME=ada,PASSWORD=${PASSWORD}`
    const flow = ['--auth-flow', 'USER_PASSWORD_AUTH', '--auth-parameters', parameters]
    const { AuthenticationResult } = await aws('initiate-auth', '--client-id', ClientId, ...flow)
    assert.equal(claimsOf(AuthenticationResult.IdToken)['cognito:username'], 'ada')
    const user = await aws('get-user', '--access-token', AuthenticationResult.AccessToken)
    assert.equal(user.Username, 'ada')
    const unsigned = await call(gateway.endpoint, '/', {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AWSCognitoIdentityProviderService.AdminGetUser',
      },
      body: JSON.stringify({ UserPoolId: UserPool.Id, Username: 'ada' }),
    })
    assert.match(unsigned.text, /MissingAuthenticationToken/)
    const token = await call(gateway.endpoint, `/_daemun/user-pools/${UserPool.Id}/token`, {
      method: 'POST',
      body: '{"username":"ada"}',
    })
    assert.match(token.text, /Missing Authentication Token/)
    const mailbox = await call(gateway.endpoint, '/_daemun/mailbox')
    assert.equal(mailbox.status, 403)
  })
})

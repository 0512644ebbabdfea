// Who may call the management APIs of `daemun serve`: those who sign, and only what their policies allow.
import assert from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  APIGatewayClient,
  CreateRestApiCommand,
  DeleteRestApiCommand,
  GetRestApisCommand,
} from '@aws-sdk/client-api-gateway'
import * as iam from '@aws-sdk/client-iam'
import * as sts from '@aws-sdk/client-sts'
import { call, type Gateway, type GatewayCredentials, startGateway } from '../support/gateway.ts'

const ACCOUNT = '123456789012'

interface Keys extends GatewayCredentials {
  readonly sessionToken?: string
}

const policy = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements })

const keysOf = (made: sts.Credentials | undefined): Keys => ({
  accessKeyId: made?.AccessKeyId ?? '',
  secretAccessKey: made?.SecretAccessKey ?? '',
  sessionToken: made?.SessionToken ?? '',
})

describe('the management APIs of daemun serve', () => {
  let gateway: Gateway
  let dataDir: string
  /** Every secret that was shown: none may be found again. */
  const secrets: string[] = []
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'daemun-auth-'))
    gateway = await startGateway({ shape: 'serve', dataDir })
    secrets.push(gateway.credentials.secretAccessKey)
  })
  after(async () => {
    await gateway.stop()
    await rm(dataDir, { recursive: true, force: true })
  })

  const options = (credentials: Keys) => ({
    endpoint: gateway.endpoint,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
  })
  const iamAs = (keys: Keys) => new iam.IAMClient(options(keys))
  const stsAs = (keys: Keys) => new sts.STSClient(options(keys))
  const apisAs = (keys: Keys) => new APIGatewayClient(options(keys))
  const root = () => iamAs(gateway.credentials)

  const refuses = async (promise: Promise<unknown>, name: string, message: string | RegExp) =>
    assert.rejects(promise, (error: Error & { $metadata: { httpStatusCode?: number } }) => {
      assert.equal(error.name, name, error.message)
      assert.equal(error.$metadata.httpStatusCode, 403)
      if (typeof message === 'string') assert.equal(error.message, message)
      else assert.match(error.message, message)
      return true
    })

  const makeUser = async (UserName: string, PolicyDocument?: string): Promise<Keys> => {
    await root().send(new iam.CreateUserCommand({ UserName, Path: '/team/' }))
    if (PolicyDocument !== undefined) {
      await root().send(
        new iam.PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument }),
      )
    }
    const { AccessKey } = await root().send(new iam.CreateAccessKeyCommand({ UserName }))
    const keys = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    }
    secrets.push(keys.secretAccessKey)
    return keys
  }

  it('answer the root credential that was printed, and say who it is', async () => {
    const identity = await stsAs(gateway.credentials).send(new sts.GetCallerIdentityCommand({}))
    assert.equal(identity.Arn, `arn:aws:iam::${ACCOUNT}:root`)
    assert.equal(identity.Account, ACCOUNT)
    assert.equal(identity.UserId, ACCOUNT)
  })

  it('refuse who does not sign, signs with a key that is none, or with the wrong secret', async () => {
    const unsigned = await call(gateway.endpoint, '/restapis', {
      headers: { 'x-amz-date': '20261121T000000Z' },
    })
    assert.equal(unsigned.status, 403)
    assert.equal(unsigned.headers['x-amzn-errortype'], 'MissingAuthenticationTokenException')
    assert.equal(unsigned.text, '{"message":"Missing Authentication Token"}')
    const query = await call(gateway.endpoint, '/', {
      method: 'POST',
      headers: {
        host: 'iam.amazonaws.com',
        'x-amz-date': '20261121T000000Z',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'Action=ListUsers&Version=2010-05-08',
    })
    assert.equal(query.status, 403)
    assert.match(query.text, /<Code>MissingAuthenticationToken<\/Code><Message>Request is missing/)

    const nobody = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' }
    const invalid = 'The security token included in the request is invalid.'
    await refuses(
      apisAs(nobody).send(new GetRestApisCommand({})),
      'UnrecognizedClientException',
      invalid,
    )
    await refuses(iamAs(nobody).send(new iam.ListUsersCommand({})), 'InvalidClientTokenId', invalid)
    // The pair of `daemun start` that everybody knows opens nothing here.
    const development = { accessKeyId: 'test', secretAccessKey: 'test' }
    await refuses(
      apisAs(development).send(new GetRestApisCommand({})),
      'UnrecognizedClientException',
      invalid,
    )
    const wrong = { ...gateway.credentials, secretAccessKey: 'wrong' }
    await refuses(
      apisAs(wrong).send(new GetRestApisCommand({})),
      'InvalidSignatureException',
      /^The request signature we calculated does not match/,
    )
    await refuses(
      iamAs(wrong).send(new iam.ListUsersCommand({})),
      'SignatureDoesNotMatch',
      /^The request signature we calculated does not match/,
    )
  })

  it('let a user do what a policy allows, and name what it does not', async () => {
    const keys = await makeUser(
      'reader',
      policy(
        { Effect: 'Allow', Action: 'apigateway:GET', Resource: '*' },
        {
          Effect: 'Allow',
          Action: 'iam:*AccessKey*',
          Resource: `arn:aws:iam::${ACCOUNT}:user/team/\${aws:username}`,
        },
        {
          Effect: 'Deny',
          Action: 'apigateway:*',
          Resource: 'arn:aws:apigateway:*::/restapis/secret',
        },
      ),
    )
    const me = `arn:aws:iam::${ACCOUNT}:user/team/reader`
    const identity = await stsAs(keys).send(new sts.GetCallerIdentityCommand({}))
    assert.equal(identity.Arn, me)
    await apisAs(keys).send(new GetRestApisCommand({}))
    await refuses(
      apisAs(keys).send(new CreateRestApiCommand({ name: 'x' })),
      'AccessDeniedException',
      `User: ${me} is not authorized to perform: apigateway:POST on resource: arn:aws:apigateway:us-east-1::/restapis because no identity-based policy allows the apigateway:POST action`,
    )
    await refuses(
      apisAs(keys).send(new DeleteRestApiCommand({ restApiId: 'secret' })),
      'AccessDeniedException',
      /arn:aws:apigateway:us-east-1::\/restapis\/secret with an explicit deny in an identity-based policy$/,
    )
    // Its own path is part of what it is, though no request says it.
    const own = await iamAs(keys).send(new iam.ListAccessKeysCommand({ UserName: 'reader' }))
    assert.equal(own.AccessKeyMetadata?.length, 1)
    await refuses(
      iamAs(keys).send(new iam.CreateUserCommand({ UserName: 'evil' })),
      'AccessDenied',
      `User: ${me} is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::${ACCOUNT}:user/evil because no identity-based policy allows the iam:CreateUser action`,
    )
  })

  it('do not let a Deny be spelled around', async () => {
    const keys = await makeUser(
      'speller',
      policy(
        { Effect: 'Allow', Action: 'apigateway:*', Resource: '*' },
        { Effect: 'Deny', Action: 'apigateway:GET', Resource: 'arn:aws:apigateway:*::/restapis' },
      ),
    )
    const { signRequest } = await import('#languages/sigv4/sign.ts')
    for (const target of ['/restapis', '/restapis/', '/%72estapis', '/restapis?limit=1']) {
      const { host } = new URL(gateway.endpoint)
      const signed = signRequest({ method: 'GET', target, headers: ['host', host] }, keys, {
        service: 'apigateway',
        region: 'us-east-1',
        nowMs: Date.now(),
      })
      const headers: Record<string, string> = {}
      for (let at = 0; at + 1 < signed.length; at += 2)
        headers[signed[at] ?? ''] = signed[at + 1] ?? ''
      const answer = await call(gateway.endpoint, target, { headers })
      assert.notEqual(answer.status, 200, target)
    }
  })

  it('take a key out of service, and with its user for good', async () => {
    const all = policy({ Effect: 'Allow', Action: '*', Resource: '*' })
    const keys = await makeUser('leaver', all)
    await apisAs(keys).send(new GetRestApisCommand({}))
    const { accessKeyId: AccessKeyId } = keys
    const UserName = 'leaver'
    await root().send(new iam.UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Inactive' }))
    await refuses(
      apisAs(keys).send(new GetRestApisCommand({})),
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    )
    await root().send(new iam.UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Active' }))
    await apisAs(keys).send(new GetRestApisCommand({}))
    await root().send(new iam.DeleteAccessKeyCommand({ UserName, AccessKeyId }))
    await refuses(
      apisAs(keys).send(new GetRestApisCommand({})),
      'UnrecognizedClientException',
      /is invalid/,
    )
  })

  it('bound a user by its permissions boundary', async () => {
    const keys = await makeUser('bounded', policy({ Effect: 'Allow', Action: '*', Resource: '*' }))
    await root().send(
      new iam.PutUserPermissionsBoundaryCommand({
        UserName: 'bounded',
        PermissionsBoundary: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess',
      }),
    )
    await iamAs(keys).send(new iam.ListUsersCommand({}))
    await refuses(
      apisAs(keys).send(new GetRestApisCommand({})),
      'AccessDeniedException',
      /because no permissions boundary allows the apigateway:GET action$/,
    )
  })

  it('give a role to whom it trusts alone, narrowed by the session’s policy', async () => {
    const keys = await makeUser('taker')
    const other = await makeUser('other', policy({ Effect: 'Allow', Action: '*', Resource: '*' }))
    const me = `arn:aws:iam::${ACCOUNT}:user/team/taker`
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/gate/keeper`
    await root().send(
      new iam.CreateRoleCommand({
        RoleName: 'keeper',
        Path: '/gate/',
        AssumeRolePolicyDocument: policy({
          Effect: 'Allow',
          Principal: { AWS: me },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': 'open' } },
        }),
      }),
    )
    await root().send(
      new iam.AttachRolePolicyCommand({
        RoleName: 'keeper',
        PolicyArn: 'arn:aws:iam::aws:policy/AmazonAPIGatewayAdministrator',
      }),
    )
    const take = (from: Keys, more: Partial<sts.AssumeRoleCommandInput> = {}) =>
      stsAs(from).send(
        new sts.AssumeRoleCommand({
          RoleArn,
          RoleSessionName: 'shift',
          ExternalId: 'open',
          ...more,
        }),
      )
    await refuses(
      take(keys, { ExternalId: 'shut' }),
      'AccessDenied',
      `User: ${me} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
    )
    await refuses(take(other), 'AccessDenied', /is not authorized to perform: sts:AssumeRole/)
    await refuses(
      take(gateway.credentials),
      'AccessDenied',
      'Roles may not be assumed by root accounts.',
    )
    const taken = await take(keys)
    assert.match(taken.Credentials?.AccessKeyId ?? '', /^ASIA/)
    assert.equal(taken.AssumedRoleUser?.Arn, `arn:aws:sts::${ACCOUNT}:assumed-role/keeper/shift`)
    const session = keysOf(taken.Credentials)
    secrets.push(session.secretAccessKey)
    const identity = await stsAs(session).send(new sts.GetCallerIdentityCommand({}))
    assert.equal(identity.Arn, taken.AssumedRoleUser?.Arn)
    assert.match(identity.UserId ?? '', /^AROA[A-Z0-9]+:shift$/)
    await apisAs(session).send(new GetRestApisCommand({}))
    await apisAs(session).send(new CreateRestApiCommand({ name: 'by-role' }))

    const narrow = policy({ Effect: 'Allow', Action: 'apigateway:GET', Resource: '*' })
    const narrowed = keysOf((await take(keys, { Policy: narrow })).Credentials)
    await apisAs(narrowed).send(new GetRestApisCommand({}))
    await refuses(
      apisAs(narrowed).send(new CreateRestApiCommand({ name: 'x' })),
      'AccessDeniedException',
      /because no session policy allows the apigateway:POST action$/,
    )
    // A token that is another key's, and none at all.
    const mixed = { ...session, sessionToken: narrowed.sessionToken ?? '' }
    await refuses(
      apisAs(mixed).send(new GetRestApisCommand({})),
      'UnrecognizedClientException',
      /is invalid/,
    )
    const { sessionToken: _, ...without } = session
    await refuses(
      apisAs(without).send(new GetRestApisCommand({})),
      'UnrecognizedClientException',
      /is invalid/,
    )
  })

  it('give session and federation tokens, which go no further than their user', async () => {
    const allow = policy({
      Effect: 'Allow',
      Action: ['apigateway:*', 'sts:GetFederationToken'],
      Resource: '*',
    })
    const keys = await makeUser('federal', allow)
    const own = await stsAs(keys).send(new sts.GetSessionTokenCommand({ DurationSeconds: 900 }))
    await apisAs(keysOf(own.Credentials)).send(new GetRestApisCommand({}))
    await refuses(
      stsAs(keysOf(own.Credentials)).send(new sts.GetSessionTokenCommand({})),
      'AccessDenied',
      'Cannot call GetSessionToken with session credentials',
    )
    const guest = await stsAs(keys).send(new sts.GetFederationTokenCommand({ Name: 'guest' }))
    assert.equal(guest.FederatedUser?.Arn, `arn:aws:sts::${ACCOUNT}:federated-user/guest`)
    await refuses(
      apisAs(keysOf(guest.Credentials)).send(new GetRestApisCommand({})),
      'AccessDeniedException',
      /federated-user\/guest is not authorized/,
    )
  })

  it('keep every secret out of the log and off the disk', async () => {
    const log = gateway.events
      .filter((event) => event.event !== 'root-credential')
      .map((event) => JSON.stringify(event))
      .join('\n')
    const files = await readdir(dataDir, { recursive: true })
    for (const secret of secrets) {
      assert.ok(secret.length > 10)
      assert.ok(!log.includes(secret), 'in the log')
      for (const file of files) {
        const path = join(dataDir, file)
        if (!(await stat(path)).isFile()) continue
        assert.ok(!(await readFile(path, 'latin1')).includes(secret), `in ${file}`)
      }
    }
  })

  it('show the root credential once, and know it after a restart', async () => {
    await gateway.stop()
    gateway = await startGateway({ shape: 'serve', dataDir })
    assert.ok(!gateway.events.some((event) => event.event === 'root-credential'))
    const identity = await stsAs(gateway.credentials).send(new sts.GetCallerIdentityCommand({}))
    assert.equal(identity.Arn, `arn:aws:iam::${ACCOUNT}:root`)
  })
})

// Cognito Sync as its own SDK client sees it: data sets of an identity of a local pool, called with the credentials of
// that identity, which reach no other's.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as ci from '@aws-sdk/client-cognito-identity'
import * as sync from '@aws-sdk/client-cognito-sync'
import * as iam from '@aws-sdk/client-iam'
import { startGateway } from '../support/gateway.ts'

const POOLS = 'cognito-identity.amazonaws.com'

it('daemun serve keeps an identity’s data sets, counts changes and refuses stale ones', async (t) => {
  const gateway = await startGateway({ shape: 'serve' })
  t.after(() => gateway.stop())
  const options = { endpoint: gateway.endpoint, region: 'us-east-1', maxAttempts: 1 }
  const own = { ...options, credentials: gateway.credentials }
  const pools = new ci.CognitoIdentityClient(own)
  const { IdentityPoolId = '' } = await pools.send(
    new ci.CreateIdentityPoolCommand({
      IdentityPoolName: 'notes',
      AllowUnauthenticatedIdentities: true,
    }),
  )
  const roles = new iam.IAMClient(own)
  const { Role } = await roles.send(
    new iam.CreateRoleCommand({
      RoleName: 'guest',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { Federated: POOLS },
          Action: 'sts:AssumeRoleWithWebIdentity',
        },
      }),
    }),
  )
  await roles.send(
    new iam.PutRolePolicyCommand({
      RoleName: 'guest',
      PolicyName: 'own',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Action: 'cognito-sync:*',
          Resource: `arn:aws:cognito-sync:us-east-1:123456789012:identitypool/\${${POOLS}:aud}/identity/\${${POOLS}:sub}/*`,
        },
      }),
    }),
  )
  await pools.send(
    new ci.SetIdentityPoolRolesCommand({
      IdentityPoolId,
      Roles: { unauthenticated: Role?.Arn ?? '' },
    }),
  )
  const guest = async () => {
    const { IdentityId = '' } = await pools.send(new ci.GetIdCommand({ IdentityPoolId }))
    const { Credentials } = await pools.send(
      new ci.GetCredentialsForIdentityCommand({ IdentityId }),
    )
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    }
    return { IdentityId, client: new sync.CognitoSyncClient({ ...options, credentials }) }
  }
  const { IdentityId, client } = await guest()
  const where = { IdentityPoolId, IdentityId, DatasetName: 'prefs' }
  const refuses = (promise: Promise<unknown>, name: string, status: number, message = /./) =>
    assert.rejects(promise, (error: sync.CognitoSyncServiceException) => {
      assert.equal(error.name, name, error.message)
      assert.equal(error.$metadata.httpStatusCode, status)
      assert.match(error.message, message)
      return true
    })
  const read = (LastSyncCount?: number) =>
    client.send(new sync.ListRecordsCommand({ ...where, LastSyncCount }))
  const write = (SyncSessionToken: string | undefined, ...RecordPatches: sync.RecordPatch[]) =>
    client.send(
      new sync.UpdateRecordsCommand({ ...where, SyncSessionToken, RecordPatches, DeviceId: 'd1' }),
    )
  const patch = (Key: string, Value: string, SyncCount: number): sync.RecordPatch => ({
    Op: 'replace',
    Key,
    Value,
    SyncCount,
  })

  const empty = await read()
  assert.equal(empty.DatasetExists, false)
  assert.equal(empty.DatasetSyncCount, 0)
  const { Records: made } = await write(
    empty.SyncSessionToken,
    patch('theme', 'dark', 0),
    patch('size', '12', 0),
  )
  assert.deepEqual(
    made?.map(({ SyncCount }) => SyncCount),
    [1, 1],
  )
  await write(empty.SyncSessionToken, patch('theme', 'light', 1))
  const since = await read(1)
  assert.deepEqual(
    since.Records?.map(({ Key, Value }) => [Key, Value]),
    [['theme', 'light']],
  )
  assert.equal(since.DatasetSyncCount, 2)
  assert.equal(since.LastModifiedBy, 'd1')
  await refuses(
    write(since.SyncSessionToken, patch('theme', 'blue', 1)),
    'ResourceConflictException',
    409,
  )
  await refuses(write('nonsense', patch('x', 'y', 0)), 'InvalidParameterException', 400)
  await write(since.SyncSessionToken, { Op: 'remove', Key: 'size', SyncCount: 1 })
  const removed = (await read(2)).Records?.[0]
  assert.equal(removed?.Key, 'size')
  assert.equal(removed.Value, undefined)
  const { Dataset } = await client.send(new sync.DescribeDatasetCommand(where))
  assert.equal(Dataset?.NumRecords, 1)
  assert.equal(Dataset.DataStorage, 'themelight'.length)
  const listed = await client.send(new sync.ListDatasetsCommand({ IdentityPoolId, IdentityId }))
  assert.deepEqual(
    listed.Datasets?.map(({ DatasetName }) => DatasetName),
    ['prefs'],
  )
  const admin = new sync.CognitoSyncClient(own)
  const usage = await admin.send(new sync.DescribeIdentityPoolUsageCommand({ IdentityPoolId }))
  assert.equal(usage.IdentityPoolUsage?.DataStorage, 10)
  const { IdentityUsage } = await admin.send(
    new sync.DescribeIdentityUsageCommand({ IdentityPoolId, IdentityId }),
  )
  assert.equal(IdentityUsage?.DatasetCount, 1)
  const all = await admin.send(new sync.ListIdentityPoolUsageCommand({}))
  assert.equal(all.Count, 1)
  await client.send(new sync.DeleteDatasetCommand(where))
  assert.equal((await read(1)).DatasetDeletedAfterRequestedSyncCount, true)
  await refuses(
    client.send(new sync.DescribeDatasetCommand(where)),
    'ResourceNotFoundException',
    404,
  )

  const other = await guest()
  await refuses(
    other.client.send(new sync.ListRecordsCommand(where)),
    'AccessDeniedException',
    403,
    /cognito-sync:ListRecords/,
  )
  await refuses(
    admin.send(new sync.SubscribeToDatasetCommand({ ...where, DeviceId: 'd1' })),
    'NotImplementedException',
    501,
    /SubscribeToDataset of cognito-sync is not implemented here/,
  )
})

// Buckets of stacks. source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { buckets } from '#services/s3/buckets.ts'
import { workspace, type Workspace } from '../../deployment.ts'

const template = (properties: string, more = '', attributes = '') => `
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    ${attributes}
    Properties:
      ${properties.trim().replaceAll('\n', '\n      ')}
${more}`

const records = async ({ store }: Workspace) =>
  (await store.read((view) => view.list(buckets, GLOBAL_SCOPE))).map(({ value }) => value)

test('an update changes CORS, website, notifications and tags, and what the template stops saying is gone', async (t) => {
  const shop = workspace(t)
  await shop.template(template('BucketName: pics'))
  const before = (await records(shop))[0]
  const { report } = await shop.template(
    template(`
BucketName: pics
CorsConfiguration: {CorsRules: [{AllowedMethods: [GET], AllowedOrigins: ['*'], MaxAge: 5}]}
WebsiteConfiguration: {IndexDocument: i.html, RoutingRules: [{RoutingRuleCondition: {KeyPrefixEquals: a/}, RedirectRule: {HostName: b.example}}]}
NotificationConfiguration: {QueueConfigurations: [{Event: 's3:ObjectCreated:*', Queue: 'arn:aws:sqs:eu-west-1:123456789012:q'}]}
PublicAccessBlockConfiguration: {BlockPublicPolicy: true}
Tags: [{Key: a, Value: b}]`),
  )
  assert.deepEqual(report, [])
  const [changed] = await records(shop)
  assert.equal(changed?.id, before?.id)
  assert.deepEqual(changed?.cors, {
    CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'], MaxAgeSeconds: 5 }],
  })
  assert.deepEqual(changed?.website?.['RoutingRules'], [
    { Condition: { KeyPrefixEquals: 'a/' }, Redirect: { HostName: 'b.example' } },
  ])
  assert.deepEqual(changed?.notification?.['QueueConfigurations'], [
    { Events: ['s3:ObjectCreated:*'], QueueArn: 'arn:aws:sqs:eu-west-1:123456789012:q' },
  ])
  assert.deepEqual(changed?.tagging, { TagSet: [{ Key: 'a', Value: 'b' }] })
  assert.equal(changed?.publicAccessBlock?.['BlockPublicPolicy'], true)
  await shop.template(template('BucketName: pics'))
  const [plain] = await records(shop)
  assert.deepEqual(plain?.notification, {})
  assert.deepEqual(Object.keys(plain ?? {}).toSorted(), [
    'accountId',
    'createdMs',
    'id',
    'name',
    'notification',
    'region',
  ])
})

test('another name is another bucket, and policies keep what they say', async (t) => {
  const shop = workspace(t)
  const names = async () => (await records(shop)).map(({ name }) => name)
  await shop.template(template('BucketName: one'))
  await shop.template(template('BucketName: two'))
  assert.deepEqual(await names(), ['two'])
  await shop.template(template('BucketName: two', '', 'UpdateReplacePolicy: Retain'))
  await shop.template(
    template('BucketName: six', '', 'UpdateReplacePolicy: Retain\n    DeletionPolicy: Retain'),
  )
  assert.deepEqual(await names(), ['six', 'two'])
  await shop.template('Resources: {Topic: {Type: AWS::SNS::Topic}}')
  assert.deepEqual(await names(), ['six', 'two'])
})

test('a policy that lets everybody in is refused where the bucket blocks it', async (t) => {
  const shop = workspace(t)
  const open = `  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Version: '2012-10-17'
        Statement: {Effect: Allow, Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::pics/*'}
`
  const blocked = 'BucketName: pics\nPublicAccessBlockConfiguration: {BlockPublicPolicy: true}'
  await assert.rejects(shop.template(template(blocked, open)), /BlockPublicPolicy/)
  assert.deepEqual(await records(shop), [])
  await shop.template(template('BucketName: pics', open))
  assert.match((await records(shop))[0]?.policy ?? '', /s3:GetObject/)
})

test('versions, lifecycles and the like are reported by name', async (t) => {
  const { report } = await workspace(t).template(
    template(`
VersioningConfiguration: {Status: Enabled}
LifecycleConfiguration: {Rules: [{Status: Enabled, ExpirationInDays: 1}]}
AccessControl: PublicRead
OwnershipControls: {Rules: [{ObjectOwnership: ObjectWriter}]}`),
  )
  for (const name of [
    'VersioningConfiguration',
    'LifecycleConfiguration',
    'AccessControl',
    'OwnershipControls',
  ])
    assert.match(JSON.stringify(report), new RegExp(name))
})

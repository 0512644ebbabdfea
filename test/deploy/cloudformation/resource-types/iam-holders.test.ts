import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DirectoryEntry } from '#model/documents.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { directory } from '#store/collections.ts'
import { type Workspace, workspace } from '../../deployment.ts'

const TEMPLATE = (action: string, extra = ''): string => `
Resources:
  Caller:
    Type: AWS::IAM::Role
    Properties:
      RoleName: caller
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
      ManagedPolicyArns:
        - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
        - arn:aws:iam::aws:policy/AmazonSomethingUnknown
        - !Ref Managed
      Policies:
        - PolicyName: own
          PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: '${action}', Resource: '*'}]}
      Tags: [{Key: team, Value: gate}]
  Managed:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: 's3:GetObject', Resource: '*'}]}
  Gate: {Type: AWS::IAM::Group, Properties: {GroupName: gate}}
  Ada:
    Type: AWS::IAM::User
    Properties: {UserName: ada, Groups: [!Ref Gate], PermissionsBoundary: !Ref Managed}
  More:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: more
      Roles: [!Ref Caller]
      Groups: [!Ref Gate]
      PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: 'sqs:SendMessage', Resource: '*'}]}
  Provider:
    Type: AWS::IAM::OIDCProvider
    Properties: {Url: 'https://token.example.com', ClientIdList: [sts.amazonaws.com]}
${extra}
Outputs:
  Role: {Value: !GetAtt Caller.Arn}
`

const principal = async (shop: Workspace, arn: string) => {
  const entry: DirectoryEntry | undefined = await shop.store.read((view) =>
    view.get(directory, GLOBAL_SCOPE, `principal/${arn}`),
  )
  return entry?.kind === 'principal' ? entry : undefined
}

const ROLE = 'arn:aws:iam::123456789012:role/caller'
const USER = 'arn:aws:iam::123456789012:user/ada'

test('roles, users, groups and policies of a template take effect, and go with it', async (t) => {
  const shop = workspace(t)
  const { report } = await shop.template(TEMPLATE('execute-api:Invoke'))
  const role = await principal(shop, ROLE)
  const actions = (role?.policies ?? []).map((text) => JSON.parse(text).Statement[0].Action)
  assert.deepEqual(actions, [
    'execute-api:Invoke',
    'sqs:SendMessage',
    ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
    's3:GetObject',
  ])
  assert.deepEqual(role?.tags, { team: 'gate' })
  const user = await principal(shop, USER)
  assert.equal(user?.policies.length, 1, 'of its group')
  assert.match(user?.permissionsBoundary ?? '', /s3:GetObject/)
  // What AWS has and this gateway does not know is told, not taken.
  assert.ok(report.some(({ feature }) => feature === 'AmazonSomethingUnknown'))
  assert.ok(!report.some(({ feature }) => feature.startsWith('AWS::IAM')))

  const before = role?.principalId
  await shop.template(TEMPLATE('execute-api:ManageConnections'))
  const after = await principal(shop, ROLE)
  assert.equal(after?.principalId, before, 'the same role, changed')
  const changed = (after?.policies ?? []).map((text) => JSON.parse(text).Statement[0].Action)
  assert.ok(changed.includes('execute-api:ManageConnections'))
  assert.ok(changed.includes('sqs:SendMessage'), 'what another resource hung on it stays')
  assert.ok(!changed.includes('execute-api:Invoke'))

  await shop.template('Resources: {Topic: {Type: AWS::SNS::Topic}}')
  assert.equal(await principal(shop, ROLE), undefined)
  assert.equal(await principal(shop, USER), undefined)
})

test('a policy that is none is refused with its place, and nothing of the stack is made', async (t) => {
  const shop = workspace(t)
  await assert.rejects(shop.template(TEMPLATE('nonsense')), (error: Error) => {
    assert.match(error.message, /Caller.*Actions\/Conditions must be prefaced by a vendor/s)
    return true
  })
  assert.equal(await principal(shop, USER), undefined)
})

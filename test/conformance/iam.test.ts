// IAM as its own SDK client sees it, on a running gateway.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as iam from '@aws-sdk/client-iam'
import { type Gateway, startGateway } from '../support/gateway.ts'

const ALLOW = (action: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Sid: 'One', Effect: 'Allow', Action: action, Resource: '*' }],
  })
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
})
const ACCOUNT = '123456789012'

describe('IAM', () => {
  let gateway: Gateway
  let client: iam.IAMClient
  before(async () => {
    gateway = await startGateway({ shape: 'start' })
    client = new iam.IAMClient({
      endpoint: gateway.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    })
  })
  after(() => gateway.stop())

  const refuses = async (
    promise: Promise<unknown>,
    name: string,
    status: number,
    message: RegExp | string,
  ) =>
    assert.rejects(promise, (error: iam.IAMServiceException) => {
      assert.equal(error.name, name, error.message)
      assert.equal(error.$metadata.httpStatusCode, status)
      if (typeof message === 'string') assert.equal(error.message, message)
      else assert.match(error.message, message)
      return true
    })

  it('makes, lists, renames and deletes users, with AWS’s words where it cannot', async () => {
    const made = await client.send(
      new iam.CreateUserCommand({
        UserName: 'Ada',
        Path: '/team/',
        Tags: [{ Key: 'team', Value: 'gate' }],
      }),
    )
    assert.equal(made.User?.Arn, `arn:aws:iam::${ACCOUNT}:user/team/Ada`)
    assert.match(made.User?.UserId ?? '', /^AIDA[A-Z0-9]{17}$/)
    assert.ok(made.User?.CreateDate instanceof Date)
    await refuses(
      client.send(new iam.CreateUserCommand({ UserName: 'ADA' })),
      'EntityAlreadyExistsException',
      409,
      'User with name ADA already exists.',
    )
    await refuses(
      client.send(new iam.CreateUserCommand({ UserName: 'a b' })),
      'ValidationError',
      400,
      'The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-',
    )
    await client.send(new iam.CreateUserCommand({ UserName: 'bob' }))
    await client.send(new iam.CreateUserCommand({ UserName: 'Cyd' }))
    const first = await client.send(new iam.ListUsersCommand({ MaxItems: 2 }))
    assert.deepEqual(
      first.Users?.map((user) => user.UserName),
      ['Ada', 'bob'],
    )
    assert.equal(first.IsTruncated, true)
    const rest = await client.send(new iam.ListUsersCommand({ Marker: first.Marker }))
    assert.deepEqual(
      rest.Users?.map((user) => user.UserName),
      ['Cyd'],
    )
    assert.equal(rest.IsTruncated, false)
    await client.send(
      new iam.UpdateUserCommand({ UserName: 'Cyd', NewUserName: 'dee', NewPath: '/new/' }),
    )
    const dee = await client.send(new iam.GetUserCommand({ UserName: 'dee' }))
    assert.equal(dee.User?.Arn, `arn:aws:iam::${ACCOUNT}:user/new/dee`)
    await client.send(new iam.DeleteUserCommand({ UserName: 'dee' }))
    await refuses(
      client.send(new iam.GetUserCommand({ UserName: 'dee' })),
      'NoSuchEntityException',
      404,
      'The user with name dee cannot be found.',
    )
    const tags = await client.send(new iam.ListUserTagsCommand({ UserName: 'Ada' }))
    assert.deepEqual(tags.Tags, [{ Key: 'team', Value: 'gate' }])
    const root = await client.send(new iam.GetUserCommand({}))
    assert.equal(root.User?.Arn, `arn:aws:iam::${ACCOUNT}:root`)
  })

  it('shows a secret once, holds two keys at most, and keeps a user who has some', async () => {
    const first = await client.send(new iam.CreateAccessKeyCommand({ UserName: 'bob' }))
    assert.match(first.AccessKey?.AccessKeyId ?? '', /^AKIA[A-Z2-7]{16}$/)
    assert.equal(first.AccessKey?.SecretAccessKey?.length, 40)
    await client.send(new iam.CreateAccessKeyCommand({ UserName: 'bob' }))
    await refuses(
      client.send(new iam.CreateAccessKeyCommand({ UserName: 'bob' })),
      'LimitExceededException',
      409,
      'Cannot exceed quota for AccessKeysPerUser: 2',
    )
    const keys = await client.send(new iam.ListAccessKeysCommand({ UserName: 'bob' }))
    assert.equal(keys.AccessKeyMetadata?.length, 2)
    assert.doesNotMatch(JSON.stringify(keys), /Secret/)
    await refuses(
      client.send(new iam.DeleteUserCommand({ UserName: 'bob' })),
      'DeleteConflictException',
      409,
      'Cannot delete entity, must delete access keys first.',
    )
    for (const { AccessKeyId } of keys.AccessKeyMetadata ?? []) {
      await client.send(
        new iam.UpdateAccessKeyCommand({ UserName: 'bob', AccessKeyId, Status: 'Inactive' }),
      )
      const used = await client.send(new iam.GetAccessKeyLastUsedCommand({ AccessKeyId }))
      assert.equal(used.UserName, 'bob')
      await client.send(new iam.DeleteAccessKeyCommand({ UserName: 'bob', AccessKeyId }))
    }
    await client.send(new iam.DeleteUserCommand({ UserName: 'bob' }))
  })

  it('keeps roles with their trust, and refuses what is no trust policy', async () => {
    const made = await client.send(
      new iam.CreateRoleCommand({
        RoleName: 'caller',
        AssumeRolePolicyDocument: TRUST,
        MaxSessionDuration: 7200,
        Description: 'calls',
      }),
    )
    assert.match(made.Role?.RoleId ?? '', /^AROA/)
    assert.equal(decodeURIComponent(made.Role?.AssumeRolePolicyDocument ?? ''), TRUST)
    const malformed = async (document: string, message: RegExp | string) =>
      refuses(
        client.send(
          new iam.CreateRoleCommand({ RoleName: 'x', AssumeRolePolicyDocument: document }),
        ),
        'MalformedPolicyDocumentException',
        400,
        message,
      )
    await malformed('{', 'This policy contains invalid Json')
    await malformed(
      TRUST.replace('"Effect"', '"Resource":"*","Effect"'),
      'Has prohibited field Resource',
    )
    await malformed(
      TRUST.replace('sts:AssumeRole', 's3:GetObject'),
      'AssumeRole policy may only specify STS AssumeRole actions.',
    )
    await malformed(
      ALLOW('sts:AssumeRole').replace(',"Resource":"*"', ''),
      /Missing required field Principal/,
    )
    await malformed('{"Version":"2012-10-17"}', /^Syntax errors in policy\./)
    await client.send(new iam.UpdateRoleCommand({ RoleName: 'caller', MaxSessionDuration: 3600 }))
    const role = await client.send(new iam.GetRoleCommand({ RoleName: 'caller' }))
    assert.equal(role.Role?.MaxSessionDuration, 3600)
    assert.equal(role.Role?.Description, 'calls')
  })

  it('has managed policies in versions, attached and as boundaries', async () => {
    const { Policy } = await client.send(
      new iam.CreatePolicyCommand({ PolicyName: 'invoke', PolicyDocument: ALLOW('execute-api:*') }),
    )
    const PolicyArn = Policy?.Arn ?? ''
    assert.equal(PolicyArn, `arn:aws:iam::${ACCOUNT}:policy/invoke`)
    await client.send(new iam.AttachRolePolicyCommand({ RoleName: 'caller', PolicyArn }))
    const basic = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'
    await client.send(new iam.AttachRolePolicyCommand({ RoleName: 'caller', PolicyArn: basic }))
    await client.send(
      new iam.PutUserPermissionsBoundaryCommand({
        UserName: 'Ada',
        PermissionsBoundary: PolicyArn,
      }),
    )
    const attached = await client.send(
      new iam.ListAttachedRolePoliciesCommand({ RoleName: 'caller' }),
    )
    assert.deepEqual(attached.AttachedPolicies, [
      { PolicyName: 'AWSLambdaBasicExecutionRole', PolicyArn: basic },
      { PolicyName: 'invoke', PolicyArn },
    ])
    const { PolicyVersion } = await client.send(
      new iam.CreatePolicyVersionCommand({
        PolicyArn,
        PolicyDocument: ALLOW('execute-api:Invoke'),
        SetAsDefault: true,
      }),
    )
    assert.equal(PolicyVersion?.VersionId, 'v2')
    const version = await client.send(
      new iam.GetPolicyVersionCommand({ PolicyArn, VersionId: 'v2' }),
    )
    assert.equal(
      decodeURIComponent(version.PolicyVersion?.Document ?? ''),
      ALLOW('execute-api:Invoke'),
    )
    await refuses(
      client.send(new iam.DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v2' })),
      'DeleteConflictException',
      409,
      'Cannot delete the default version of a policy.',
    )
    await client.send(new iam.DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))
    const entities = await client.send(new iam.ListEntitiesForPolicyCommand({ PolicyArn }))
    assert.deepEqual(
      entities.PolicyRoles?.map((one) => one.RoleName),
      ['caller'],
    )
    assert.deepEqual(
      entities.PolicyUsers?.map((one) => one.UserName),
      ['Ada'],
    )
    await refuses(
      client.send(new iam.DeletePolicyCommand({ PolicyArn })),
      'DeleteConflictException',
      409,
      'Cannot delete a policy attached to entities.',
    )
    const local = await client.send(new iam.ListPoliciesCommand({ Scope: 'Local' }))
    assert.deepEqual(
      local.Policies?.map(({ PolicyName, AttachmentCount }) => [PolicyName, AttachmentCount]),
      [['invoke', 1]],
    )
    const admin = 'arn:aws:iam::aws:policy/AdministratorAccess'
    assert.equal(
      (await client.send(new iam.GetPolicyCommand({ PolicyArn: admin }))).Policy?.PolicyName,
      'AdministratorAccess',
    )
    await refuses(
      client.send(
        new iam.AttachRolePolicyCommand({
          RoleName: 'caller',
          PolicyArn: 'arn:aws:iam::aws:policy/NoSuchThing',
        }),
      ),
      'NoSuchEntityException',
      404,
      /^Policy arn:aws:iam::aws:policy\/NoSuchThing does not exist or is not attachable\./,
    )
  })

  it('has inline policies of users, groups and roles, within their sizes', async () => {
    await client.send(new iam.CreateGroupCommand({ GroupName: 'gate' }))
    await client.send(new iam.AddUserToGroupCommand({ GroupName: 'gate', UserName: 'Ada' }))
    await client.send(
      new iam.PutGroupPolicyCommand({
        GroupName: 'gate',
        PolicyName: 'read',
        PolicyDocument: ALLOW('apigateway:GET'),
      }),
    )
    await client.send(
      new iam.PutUserPolicyCommand({
        UserName: 'Ada',
        PolicyName: 'all',
        PolicyDocument: ALLOW('execute-api:*'),
      }),
    )
    const listed = await client.send(new iam.ListUserPoliciesCommand({ UserName: 'Ada' }))
    assert.deepEqual(listed.PolicyNames, ['all'])
    const got = await client.send(
      new iam.GetGroupPolicyCommand({ GroupName: 'gate', PolicyName: 'read' }),
    )
    assert.equal(decodeURIComponent(got.PolicyDocument ?? ''), ALLOW('apigateway:GET'))
    await refuses(
      client.send(
        new iam.PutUserPolicyCommand({
          UserName: 'Ada',
          PolicyName: 'long',
          PolicyDocument: ALLOW(`s3:${'x'.repeat(1_900)}`),
        }),
      ),
      'LimitExceededException',
      409,
      'Maximum policy size of 2048 bytes exceeded for user Ada',
    )
    const members = await client.send(new iam.GetGroupCommand({ GroupName: 'gate' }))
    assert.deepEqual(
      members.Users?.map((user) => user.UserName),
      ['Ada'],
    )
    const groups = await client.send(new iam.ListGroupsForUserCommand({ UserName: 'Ada' }))
    assert.deepEqual(
      groups.Groups?.map((group) => group.GroupName),
      ['gate'],
    )
    await refuses(
      client.send(new iam.DeleteGroupCommand({ GroupName: 'gate' })),
      'DeleteConflictException',
      409,
      'Cannot delete entity, must remove users from group first.',
    )
  })

  it('simulates what a user may do: by the group, within the boundary, and by which statement', async () => {
    const answer = await client.send(
      new iam.SimulatePrincipalPolicyCommand({
        PolicySourceArn: `arn:aws:iam::${ACCOUNT}:user/team/Ada`,
        ActionNames: ['execute-api:Invoke', 'apigateway:GET', 's3:GetObject'],
      }),
    )
    assert.deepEqual(
      answer.EvaluationResults?.map((one) => [
        one.EvalActionName,
        one.EvalDecision,
        one.MatchedStatements?.map((statement) => statement.SourcePolicyId).join(),
        one.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary,
      ]),
      [
        ['execute-api:Invoke', 'allowed', 'boundary#One', true],
        ['apigateway:GET', 'implicitDeny', '', false],
        ['s3:GetObject', 'implicitDeny', '', false],
      ],
    )
    const custom = await client.send(
      new iam.SimulateCustomPolicyCommand({
        PolicyInputList: [
          JSON.stringify({
            Version: '2012-10-17',
            Statement: {
              Effect: 'Deny',
              Action: 's3:*',
              Resource: '*',
              Condition: { StringEquals: { 'aws:PrincipalTag/team': 'gate' } },
            },
          }),
        ],
        ActionNames: ['s3:GetObject'],
      }),
    )
    assert.equal(custom.EvaluationResults?.[0]?.EvalDecision, 'implicitDeny')
    assert.deepEqual(custom.EvaluationResults?.[0]?.MissingContextValues, ['aws:principaltag/team'])
  })

  it('has OpenID Connect providers', async () => {
    const { OpenIDConnectProviderArn: arn } = await client.send(
      new iam.CreateOpenIDConnectProviderCommand({
        Url: 'https://token.example.com/oidc',
        ClientIDList: ['sts.amazonaws.com'],
        ThumbprintList: ['a'.repeat(40)],
      }),
    )
    assert.equal(arn, `arn:aws:iam::${ACCOUNT}:oidc-provider/token.example.com/oidc`)
    await client.send(
      new iam.AddClientIDToOpenIDConnectProviderCommand({
        OpenIDConnectProviderArn: arn,
        ClientID: 'mine',
      }),
    )
    const got = await client.send(
      new iam.GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }),
    )
    assert.deepEqual(got.ClientIDList, ['sts.amazonaws.com', 'mine'])
    const list = await client.send(new iam.ListOpenIDConnectProvidersCommand({}))
    assert.deepEqual(list.OpenIDConnectProviderList, [{ Arn: arn }])
    await client.send(new iam.DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }))
  })

  it('counts what an account has', async () => {
    const { SummaryMap } = await client.send(new iam.GetAccountSummaryCommand({}))
    assert.equal(SummaryMap?.Users, 1)
    assert.equal(SummaryMap?.Groups, 1)
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { identityPools } from '#identity/cognito-identity/collections.ts'
import { SCOPE, workspace } from '../../deployment.ts'

const TEMPLATE = (guests: boolean, extra = ''): string => `
Resources:
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      IdentityPoolName: shop
      AllowUnauthenticatedIdentities: ${guests}
      CognitoIdentityProviders:
        - {ClientId: abc, ProviderName: cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab, ServerSideTokenCheck: true}
      IdentityPoolTags: [{Key: team, Value: gate}]
      PushSync: {ApplicationArns: [x]}
${extra}
Outputs:
  Pool: {Value: !Ref Pool}
  Name: {Value: !GetAtt Pool.Name}
`

const ROLES = `
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref Pool
      Roles: {authenticated: 'arn:aws:iam::123456789012:role/user'}
      RoleMappings:
        mine:
          IdentityProvider: cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab:abc
          Type: Rules
          AmbiguousRoleResolution: Deny
          RulesConfiguration:
            Rules: [{Claim: dept, MatchType: Equals, Value: x, RoleARN: 'arn:aws:iam::123456789012:role/x'}]
  Tags:
    Type: AWS::Cognito::IdentityPoolPrincipalTag
    Properties:
      IdentityPoolId: !Ref Pool
      IdentityProviderName: cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab
      UseDefaults: false
      PrincipalTags: {dept: 'custom:dept'}
`

test('an identity pool of a template has its roles and tags, keeps its id, and goes with it', async (t) => {
  const shop = workspace(t)
  const pools = () => shop.store.read((view) => view.list(identityPools, SCOPE))
  const { report } = await shop.template(TEMPLATE(true, ROLES))
  assert.ok(report.some(({ feature }) => feature === 'PushSync'))
  const [made] = await pools()
  assert.match(made?.key ?? '', /^eu-west-1:/)
  assert.equal(made?.value.AllowUnauthenticatedIdentities, true)
  assert.equal(made.value.CognitoIdentityProviders[0]?.ServerSideTokenCheck, true)
  assert.deepEqual(made.value.roles, { authenticated: 'arn:aws:iam::123456789012:role/user' })
  const provider = 'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab'
  assert.equal(made.value.roleMappings[`${provider}:abc`]?.rules[0]?.Value, 'x')
  assert.deepEqual(made.value.principalTags[provider]?.PrincipalTags, { dept: 'custom:dept' })

  await shop.template(TEMPLATE(false, ROLES))
  const [changed] = await pools()
  assert.equal(changed?.key, made.key)
  assert.equal(changed?.value.AllowUnauthenticatedIdentities, false)
  assert.equal(Object.keys(changed.value.roleMappings).length, 1)

  await shop.template(TEMPLATE(false))
  assert.deepEqual((await pools())[0]?.value.roles, {})
  await shop.template('Resources: {Other: {Type: AWS::IAM::Group}}')
  assert.deepEqual(await pools(), [])
})

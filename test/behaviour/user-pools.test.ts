// User pools of a template: its triggers, its clients and an API that lets in whom they signed in.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import * as idp from '@aws-sdk/client-cognito-identity-provider'
import { type Gateway, SHAPES, startGateway } from '../support/gateway.ts'
import { claimsOf, idpClient, PASSWORD, type TestPool } from '../support/user-pools.ts'

const TEMPLATE = `
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  Pets:
    Type: AWS::Serverless::Api
    Properties:
      Name: pets
      StageName: prod
      Auth:
        DefaultAuthorizer: People
        Authorizers:
          People: {UserPoolArn: !GetAtt Pool.Arn}
  Who:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: |
        exports.handler = async (event) => ({
          statusCode: 200, body: JSON.stringify(event.requestContext.authorizer.claims) })
      Events:
        Get: {Type: Api, Properties: {Path: /who, Method: get, RestApiId: !Ref Pets}}
  Trigger:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: |
        exports.handler = async (event) => {
          const { request, response, triggerSource: source } = event
          if (source === 'PreSignUp_SignUp') {
            if (event.userName === 'mallory') throw new Error('No entry')
            response.autoConfirmUser = true
            response.autoVerifyEmail = true
          }
          if (source.startsWith('TokenGeneration'))
            response.claimsOverrideDetails = {
              claimsToAddOrOverride: { team: 'gate', sub: 'forged' }, claimsToSuppress: ['email'] }
          if (source === 'DefineAuthChallenge_Authentication') {
            const last = request.session.at(-1)
            response.issueTokens = last?.challengeResult === true
            response.failAuthentication = request.session.length > 1 && !response.issueTokens
            response.challengeName = 'CUSTOM_CHALLENGE'
          }
          if (source === 'CreateAuthChallenge_Authentication') {
            response.publicChallengeParameters = { question: '6 * 7' }
            response.privateChallengeParameters = { answer: '42' }
          }
          if (source === 'VerifyAuthChallengeResponse_Authentication')
            response.answerCorrect = request.challengeAnswer === request.privateChallengeParameters.answer
          return event
        }
      Events:
        Users:
          Type: Cognito
          Properties:
            UserPool: !Ref Pool
            Trigger: [PreSignUp, PreTokenGeneration, DefineAuthChallenge, CreateAuthChallenge, VerifyAuthChallengeResponse]
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      UserPoolName: people
      AutoVerifiedAttributes: [email]
      MfaConfiguration: OFF
      Policies: {PasswordPolicy: {MinimumLength: '10'}}
      Schema: [{Name: plan, AttributeDataType: String}]
      UserPoolAddOns: {AdvancedSecurityMode: AUDIT}
  Client:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      UserPoolId: !Ref Pool
      ExplicitAuthFlows: [ALLOW_USER_PASSWORD_AUTH, ALLOW_CUSTOM_AUTH, ALLOW_REFRESH_TOKEN_AUTH]
  Keeper:
    Type: AWS::Cognito::UserPoolClient
    Properties: {UserPoolId: !Ref Pool, ClientName: keeper, GenerateSecret: true}
  Domain: {Type: AWS::Cognito::UserPoolDomain, Properties: {Domain: pets-people, UserPoolId: !Ref Pool}}
  Admins: {Type: AWS::Cognito::UserPoolGroup, Properties: {GroupName: admins, UserPoolId: !Ref Pool, Precedence: 1}}
  Scopes:
    Type: AWS::Cognito::UserPoolResourceServer
    Properties:
      {Identifier: pets, Name: pets, UserPoolId: !Ref Pool, Scopes: [{ScopeName: read, ScopeDescription: reads}]}
  Google:
    Type: AWS::Cognito::UserPoolIdentityProvider
    Properties:
      {ProviderName: Corp, ProviderType: OIDC, UserPoolId: !Ref Pool, ProviderDetails: {client_id: a, client_secret: b, oidc_issuer: 'https://idp.example.com'}}
  Root:
    Type: AWS::Cognito::UserPoolUser
    Properties: {Username: root, UserPoolId: !Ref Pool, UserAttributes: [{Name: email, Value: root@example.com}]}
  RootIsAdmin:
    Type: AWS::Cognito::UserPoolUserToGroupAttachment
    Properties: {UserPoolId: !Ref Pool, GroupName: !Ref Admins, Username: !Ref Root}
Outputs:
  Secret: {Value: !GetAtt Keeper.ClientSecret}
`

for (const shape of SHAPES) {
  describe(`a template with a user pool, by ${shape}`, () => {
    let gateway: Gateway
    let client: idp.CognitoIdentityProviderClient
    let pool: TestPool
    let folder: string
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'daemun-pools-'))
      const file = join(folder, 'template.yaml')
      await writeFile(file, TEMPLATE)
      gateway = await startGateway({ shape, file })
      client = idpClient(gateway)
      const { UserPools = [] } = await client.send(new idp.ListUserPoolsCommand({ MaxResults: 10 }))
      const poolId = UserPools[0]?.Id ?? ''
      const { UserPoolClients = [] } = await client.send(
        new idp.ListUserPoolClientsCommand({ UserPoolId: poolId }),
      )
      const web = UserPoolClients.find(({ ClientName }) => ClientName !== 'keeper')
      pool = { poolId, clientId: web?.ClientId ?? '' }
    })
    after(async () => {
      await gateway.stop()
      await rm(folder, { recursive: true, force: true })
    })

    it('lets in whom it signed up and in, with the claims that its functions give', async () => {
      const signUp = (Username: string) =>
        client.send(
          new idp.SignUpCommand({
            ClientId: pool.clientId,
            Username,
            Password: PASSWORD,
            UserAttributes: [
              { Name: 'email', Value: `${Username}@example.com` },
              { Name: 'custom:plan', Value: 'gold' },
            ],
          }),
        )
      const up = await signUp('ada')
      assert.equal(up.UserConfirmed, true)
      await assert.rejects(signUp('mallory'), {
        name: 'UserLambdaValidationException',
        message: 'PreSignUp failed with error No entry.',
      })
      const { AuthenticationResult: tokens } = await client.send(
        new idp.InitiateAuthCommand({
          AuthFlow: 'USER_PASSWORD_AUTH',
          ClientId: pool.clientId,
          AuthParameters: { USERNAME: 'ada', PASSWORD },
        }),
      )
      assert.equal(claimsOf(tokens?.IdToken)['sub'], up.UserSub)
      const api = gateway.api('pets')
      const who = await gateway.call(api, '/prod/who', {
        headers: { authorization: tokens?.IdToken ?? '' },
      })
      assert.equal(who.status, 200, who.text)
      const claims = JSON.parse(who.text)
      assert.equal(claims.team, 'gate')
      assert.equal(claims['custom:plan'], 'gold')
      assert.equal(claims.email, undefined)
      for (const authorization of ['', tokens?.AccessToken ?? '', `${tokens?.IdToken}x`]) {
        const refused = await gateway.call(api, '/prod/who', { headers: { authorization } })
        assert.equal(refused.status, 401, refused.text)
      }
    })

    it('signs in by the challenge that its functions make, and not with a wrong answer', async () => {
      const begin = () =>
        client.send(
          new idp.InitiateAuthCommand({
            AuthFlow: 'CUSTOM_AUTH',
            ClientId: pool.clientId,
            AuthParameters: { USERNAME: 'ada' },
          }),
        )
      const answer = (Session: string | undefined, ANSWER: string) =>
        client.send(
          new idp.RespondToAuthChallengeCommand({
            ChallengeName: 'CUSTOM_CHALLENGE',
            ClientId: pool.clientId,
            Session,
            ChallengeResponses: { USERNAME: 'ada', ANSWER },
          }),
        )
      const first = await begin()
      assert.equal(first.ChallengeParameters?.['question'], '6 * 7')
      assert.equal(first.ChallengeParameters['answer'], undefined)
      const right = await answer(first.Session, '42')
      assert.equal(claimsOf(right.AuthenticationResult?.AccessToken)['username'], 'ada')
      await assert.rejects(answer(first.Session, '42'), { name: 'NotAuthorizedException' })
      const second = await begin()
      const again = await answer(second.Session, '41')
      assert.equal(again.ChallengeName, 'CUSTOM_CHALLENGE')
      await assert.rejects(answer(again.Session, '41'), { name: 'NotAuthorizedException' })
    })

    it('has its clients, domain, groups, scopes, providers and users', async () => {
      const { poolId } = pool
      const UserPoolId = poolId
      const described = await client.send(new idp.DescribeUserPoolCommand({ UserPoolId }))
      assert.equal(described.UserPool?.Domain, 'pets-people')
      assert.equal(described.UserPool.Policies?.PasswordPolicy?.MinimumLength, 10)
      assert.equal(described.UserPool.EstimatedNumberOfUsers, 2)
      const groups = await client.send(
        new idp.AdminListGroupsForUserCommand({ UserPoolId, Username: 'root' }),
      )
      assert.deepEqual(
        groups.Groups?.map(({ GroupName }) => GroupName),
        ['admins'],
      )
      const members = await client.send(
        new idp.ListUsersInGroupCommand({ UserPoolId, GroupName: 'admins' }),
      )
      assert.deepEqual(
        members.Users?.map(({ Username }) => Username),
        ['root'],
      )
      const server = await client.send(
        new idp.DescribeResourceServerCommand({ UserPoolId, Identifier: 'pets' }),
      )
      assert.equal(server.ResourceServer?.Scopes?.[0]?.ScopeName, 'read')
      const provider = await client.send(
        new idp.DescribeIdentityProviderCommand({ UserPoolId, ProviderName: 'Corp' }),
      )
      assert.equal(provider.IdentityProvider?.ProviderDetails?.['client_secret'], 'b')
    })
  })
}

// Every trigger of a user pool that is provided here, through the SDK: what the function is asked, what it decides, and
// that it is invoked only where its policy lets the pool.
// source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as idp from '@aws-sdk/client-cognito-identity-provider'
import * as awsLambda from '@aws-sdk/client-lambda'
import { ROLE, zipOf } from '../lambda/api/support.ts'
import { type Gateway, type Shape, startGateway } from '../support/gateway.ts'
import {
  claimsOf,
  idpClient,
  mailTo,
  makePool,
  OTHER_PASSWORD,
  PASSWORD,
  type TestPool,
} from '../support/user-pools.ts'

/** Decides everything, and says in its log what it was asked. */
const CODE = `exports.handler = async (event) => {
  const { request, response, triggerSource: source, userName } = event
  console.log('ASKED ' + source + ' ' + userName + ' ' + JSON.stringify(request))
  if (userName === 'mallory') throw new Error(source + ' says no')
  if (source === 'PreSignUp_SignUp') response.autoVerifyEmail = request.validationData?.verify === 'yes'
  if (source.startsWith('CustomMessage_')) {
    response.emailSubject = 'Yours'
    response.emailMessage = 'Take ' + request.codeParameter + (request.usernameParameter ? ' as ' + request.usernameParameter : '')
  }
  if (source.startsWith('TokenGeneration_')) {
    if (event.version === '1')
      response.claimsOverrideDetails = { claimsToAddOrOverride: { plan: 'gold' }, claimsToSuppress: ['email'],
        groupOverrideDetails: { groupsToOverride: ['made-up'] } }
    else
      response.claimsAndScopeOverrideDetails = {
        idTokenGeneration: { claimsToAddOrOverride: { plan: 'id' } },
        accessTokenGeneration: { claimsToAddOrOverride: { plan: { deep: [1] } }, scopesToAdd: ['pets:read'],
          scopesToSuppress: ['aws.cognito.signin.user.admin'] } }
  }
  if (source === 'DefineAuthChallenge_Authentication') {
    const last = request.session.at(-1)
    response.issueTokens = last?.challengeResult === true
    response.failAuthentication = request.session.length > 0 && !response.issueTokens
    response.challengeName = 'CUSTOM_CHALLENGE'
  }
  if (source === 'CreateAuthChallenge_Authentication') {
    response.publicChallengeParameters = { question: '6 * 7' }
    response.privateChallengeParameters = { answer: '42' }
    response.challengeMetadata = 'SUM'
  }
  if (source === 'VerifyAuthChallengeResponse_Authentication')
    response.answerCorrect = request.challengeAnswer === request.privateChallengeParameters.answer
  if (source.startsWith('UserMigration_') && userName.startsWith('old')) {
    if (request.password !== undefined && request.password !== '${PASSWORD}') throw new Error('wrong')
    response.userAttributes = { email: userName + '@example.com', email_verified: 'true' }
    response.finalUserStatus = 'CONFIRMED'
    response.messageAction = 'SUPPRESS'
  }
  return event
}`
const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:trigger'
const NAMES = [
  'PreSignUp',
  'PostConfirmation',
  'PreAuthentication',
  'PostAuthentication',
  'CustomMessage',
  'DefineAuthChallenge',
  'CreateAuthChallenge',
  'VerifyAuthChallengeResponse',
  'UserMigration',
] as const
const ALL = Object.fromEntries(NAMES.map((name) => [name, ARN]))

const ROWS: readonly (readonly [Shape, readonly string[]])[] = [
  ['start', ['--enforce-iam']],
  ['serve', []],
]

for (const [shape, args] of ROWS) {
  describe(`the triggers of a user pool, ${shape}`, () => {
    let gateway: Gateway
    let client: idp.CognitoIdentityProviderClient
    let lambda: awsLambda.LambdaClient
    before(async () => {
      gateway = await startGateway({ shape, args })
      client = idpClient(gateway)
      const { endpoint, credentials } = gateway
      lambda = new awsLambda.LambdaClient({ endpoint, region: 'us-east-1', credentials })
      await lambda.send(
        new awsLambda.CreateFunctionCommand({
          FunctionName: 'trigger',
          Runtime: 'nodejs22.x',
          Handler: 'index.handler',
          Role: ROLE,
          Code: { ZipFile: zipOf({ 'index.js': CODE }) },
        }),
      )
    })
    after(async () => {
      client?.destroy()
      lambda?.destroy()
      await gateway?.stop()
    })
    const permit = (StatementId: string, SourceArn: string) =>
      lambda.send(
        new awsLambda.AddPermissionCommand({
          FunctionName: 'trigger',
          StatementId,
          Action: 'lambda:InvokeFunction',
          Principal: 'cognito-idp.amazonaws.com',
          SourceArn,
        }),
      )
    const arnOf = ({ poolId }: TestPool) =>
      `arn:aws:cognito-idp:us-east-1:123456789012:userpool/${poolId}`
    const poolWith = async (LambdaConfig: idp.LambdaConfigType): Promise<TestPool> => {
      const pool = await makePool(client, { LambdaConfig })
      await permit(`pool-${pool.poolId.split('_')[1]}`, arnOf(pool))
      return pool
    }
    const signUp = ({ clientId }: TestPool, Username: string, more: object = {}) =>
      client.send(
        new idp.SignUpCommand({
          ClientId: clientId,
          Username,
          Password: PASSWORD,
          UserAttributes: [{ Name: 'email', Value: `${Username}@example.com` }],
          ...more,
        }),
      )
    const confirm = async ({ clientId: ClientId }: TestPool, Username: string) => {
      const { code: ConfirmationCode } = await mailTo(gateway, Username)
      await client.send(new idp.ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode }))
    }
    const signIn = ({ clientId: ClientId }: TestPool, USERNAME: string, given = PASSWORD) =>
      client.send(
        new idp.InitiateAuthCommand({
          AuthFlow: 'USER_PASSWORD_AUTH',
          ClientId,
          AuthParameters: { USERNAME, PASSWORD: given },
        }),
      )
    /** What the function was asked for this user under that name, past or to come. */
    const asked = async (source: string, userName: string) => {
      const start = `ASKED ${source} ${userName} `
      const { line } = await gateway.event(
        (event) => event.event === 'function-log' && String(event['line']).includes(start),
      )
      const text = String(line)
      return JSON.parse(text.slice(text.indexOf(start) + start.length))
    }

    it('are invoked only where the function’s policy lets this pool', async () => {
      const pool = await makePool(client, { LambdaConfig: { PreSignUp: ARN } })
      const denied = {
        name: 'UnexpectedLambdaException',
        message: 'PreSignUp invocation failed due to error AccessDeniedException.',
      }
      await assert.rejects(signUp(pool, 'ann'), denied)
      await permit('of-another', `${arnOf(pool)}x`)
      await assert.rejects(signUp(pool, 'ann'), denied)
      await permit('of-this', arnOf(pool))
      await signUp(pool, 'ann')
    })

    it('PreSignUp and PostConfirmation: refuse, verify, and hear of who is confirmed', async () => {
      const pool = await poolWith(ALL)
      await assert.rejects(signUp(pool, 'mallory'), {
        name: 'UserLambdaValidationException',
        message: 'PreSignUp failed with error PreSignUp_SignUp says no.',
      })
      const ValidationData = [{ Name: 'verify', Value: 'yes' }]
      await signUp(pool, 'bea', { ValidationData, ClientMetadata: { from: 'shop' } })
      const request = await asked('PreSignUp_SignUp', 'bea')
      assert.deepEqual(request.clientMetadata, { from: 'shop' })
      assert.equal(request.userAttributes.email, 'bea@example.com')
      await confirm(pool, 'bea')
      const heard = await asked('PostConfirmation_ConfirmSignUp', 'bea')
      assert.equal(heard.userAttributes['cognito:user_status'], 'CONFIRMED')
      assert.equal(heard.userAttributes.email_verified, 'true')

      const who = { ClientId: pool.clientId, Username: 'bea' }
      await client.send(new idp.ForgotPasswordCommand(who))
      const { code: ConfirmationCode, message } = await mailTo(gateway, 'bea', 2)
      assert.equal(message, `Take ${ConfirmationCode}`)
      const Password = OTHER_PASSWORD
      await client.send(
        new idp.ConfirmForgotPasswordCommand({ ...who, ConfirmationCode, Password }),
      )
      await asked('PostConfirmation_ConfirmForgotPassword', 'bea')
    })

    it('PreAuthentication and PostAuthentication: refuse a sign-in, and hear of one', async () => {
      const pool = await poolWith(ALL)
      await signUp(pool, 'cy')
      await confirm(pool, 'cy')
      assert.ok((await signIn(pool, 'cy')).AuthenticationResult)
      await asked('PreAuthentication_Authentication', 'cy')
      const heard = await asked('PostAuthentication_Authentication', 'cy')
      assert.equal(heard.newDeviceUsed, false)
      await assert.rejects(signIn(pool, 'mallory'), { name: 'UserLambdaValidationException' })
    })

    it('PreTokenGeneration: V1_0 changes the id token, V2_0 the access token and its scopes', async () => {
      const first = await poolWith({ PreTokenGeneration: ARN })
      await signUp(first, 'dee')
      await confirm(first, 'dee')
      const one = (await signIn(first, 'dee')).AuthenticationResult
      const id = claimsOf(one?.IdToken)
      assert.deepEqual(
        [id['plan'], id['email'], id['cognito:groups']],
        ['gold', undefined, ['made-up']],
      )
      assert.equal(claimsOf(one?.AccessToken)['plan'], undefined)

      const second = await poolWith({
        PreTokenGenerationConfig: { LambdaArn: ARN, LambdaVersion: 'V2_0' },
      })
      await signUp(second, 'eve')
      await confirm(second, 'eve')
      const two = (await signIn(second, 'eve')).AuthenticationResult
      assert.equal(claimsOf(two?.IdToken)['plan'], 'id')
      const access = claimsOf(two?.AccessToken)
      assert.deepEqual([access['plan'], access['scope']], [{ deep: [1] }, 'pets:read'])
    })

    it('CustomMessage: writes the messages of sign-ups and invitations', async () => {
      const pool = await poolWith({ CustomMessage: ARN })
      await signUp(pool, 'fay')
      const { message, code } = await mailTo(gateway, 'fay')
      assert.equal(message, `Take ${code}`)
      const UserAttributes = [{ Name: 'email', Value: 'gus@example.com' }]
      await client.send(
        new idp.AdminCreateUserCommand({
          UserPoolId: pool.poolId,
          Username: 'gus',
          UserAttributes,
        }),
      )
      const invited = await mailTo(gateway, 'gus')
      assert.equal(invited.message, `Take ${invited.code} as gus`)
    })

    it('DefineAuthChallenge, CreateAuthChallenge and VerifyAuthChallengeResponse: ask and judge', async () => {
      const pool = await poolWith(ALL)
      await signUp(pool, 'hal')
      await confirm(pool, 'hal')
      const answer = async (ANSWER: string) => {
        const begun = await client.send(
          new idp.InitiateAuthCommand({
            AuthFlow: 'CUSTOM_AUTH',
            ClientId: pool.clientId,
            AuthParameters: { USERNAME: 'hal' },
          }),
        )
        assert.deepEqual(begun.ChallengeParameters, { question: '6 * 7', USERNAME: 'hal' })
        return client.send(
          new idp.RespondToAuthChallengeCommand({
            ChallengeName: 'CUSTOM_CHALLENGE',
            ClientId: pool.clientId,
            Session: begun.Session,
            ChallengeResponses: { USERNAME: 'hal', ANSWER },
          }),
        )
      }
      assert.ok((await answer('42')).AuthenticationResult)
      await assert.rejects(answer('41'), { name: 'NotAuthorizedException' })
    })

    it('UserMigration: takes in who signs in, or has forgotten a password, elsewhere', async () => {
      const pool = await poolWith({ UserMigration: ARN })
      await assert.rejects(signIn(pool, 'old-ida', OTHER_PASSWORD), {
        name: 'UserLambdaValidationException',
      })
      assert.ok((await signIn(pool, 'old-ida')).AuthenticationResult)
      await assert.rejects(signIn(pool, 'nobody'), { name: 'NotAuthorizedException' })
      const who = { ClientId: pool.clientId, Username: 'old-jo' }
      const { CodeDeliveryDetails } = await client.send(new idp.ForgotPasswordCommand(who))
      assert.equal(CodeDeliveryDetails?.AttributeName, 'email')
    })

    it('senders of their own, and functions for federated users, are refused by name', async () => {
      const sender = { LambdaArn: ARN, LambdaVersion: 'V1_0' } as const
      for (const name of ['CustomSMSSender', 'CustomEmailSender'] as const)
        await assert.rejects(
          makePool(client, {
            LambdaConfig: { [name]: sender, KMSKeyID: 'arn:aws:kms:us-east-1:123456789012:key/a' },
          }),
          {
            name: 'NotImplementedException',
            message: new RegExp(`The trigger ${name} is not provided here`),
          },
        )
    })

    it('a function that is gone is one that nobody permits', async () => {
      const pool = await poolWith({ PreAuthentication: ARN.replace('trigger', 'gone') })
      await assert.rejects(signIn(pool, 'kim'), {
        name: 'UnexpectedLambdaException',
        message: 'PreAuthentication invocation failed due to error AccessDeniedException.',
      })
    })
  })
}

// What a signed request tells events and templates of who signed it.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  ask,
  httpRoute,
  lambdaIntegration,
  type Sent,
  testServices,
  testStage,
  textOf,
} from '../../support/http-api.ts'
import { askRest, restIntegration, restMethod, type TestRestApi } from '../../support/rest-api.ts'
import { ALLOW_ALL, signedBy, type TestSigner, testSigners } from '../../support/signers.ts'

const ANN: TestSigner = { name: 'ann', policies: [ALLOW_ALL] }
const PETS: TestRestApi = {
  methods: { 'GET /pets': restMethod({ authorizationType: 'AWS_IAM' }) },
}
const PETS_SENT: Sent = { target: '/prod/pets' }

const hearing = (signer: TestSigner) => testServices({ signers: testSigners(signer) })

const answer = async (sent: (nowMs: number) => Sent, api = PETS, heard = hearing(ANN)) => {
  const response = await askRest(api, heard, sent(heard.clock.nowMs()))
  return { body: textOf(response.body), heard }
}

describe('who signed', () => {
  const ROLE: TestSigner = {
    name: 'reader',
    type: 'role',
    policies: [ALLOW_ALL],
    identity: {
      contextKeys: {
        'cognito-identity.amazonaws.com:aud': 'us-east-1:pool',
        'cognito-identity.amazonaws.com:sub': 'us-east-1:identity',
        'cognito-identity.amazonaws.com:amr': ['authenticated', 'graph.facebook.com'],
      },
    },
  }

  it('is in the event of a REST API [F127]', async () => {
    const given = await answer((nowMs) => signedBy('ann', PETS_SENT, nowMs))
    const { requestContext } = given.heard.event() as {
      requestContext: { identity: object; authorizer?: object }
    }
    assert.deepEqual(requestContext.identity, {
      cognitoIdentityPoolId: null,
      accountId: '123456789012',
      cognitoIdentityId: null,
      caller: 'AIDAANN',
      sourceIp: '192.0.2.7',
      principalOrgId: null,
      accessKey: 'AKIAANN',
      cognitoAuthenticationType: null,
      cognitoAuthenticationProvider: null,
      userArn: 'arn:aws:iam::123456789012:user/ann',
      userAgent: null,
      user: 'AIDAANN',
    })
    assert.equal(requestContext.authorizer, undefined)
    assert.ok(!JSON.stringify(given.heard.event()).includes('secret of'))
  })

  it('is in $context.identity of a template, with what Cognito said [behaviour.md 8.1: identity pools]', async () => {
    const members = [
      'accessKey',
      'accountId',
      'caller',
      'user',
      'userArn',
      'cognitoIdentityId',
      'cognitoIdentityPoolId',
      'cognitoAuthenticationType',
      'cognitoAuthenticationProvider',
    ]
    const api: TestRestApi = {
      methods: {
        'GET /pets': restMethod({
          authorizationType: 'AWS_IAM',
          methodResponses: { '200': { statusCode: '200' } },
          methodIntegration: restIntegration({
            type: 'MOCK',
            requestTemplates: { 'application/json': '{"statusCode":200}' },
            integrationResponses: {
              '200': {
                statusCode: '200',
                responseTemplates: {
                  'application/json': `{${members.map((name) => `"${name}":"$context.identity.${name}"`).join()}}`,
                },
              },
            },
          }),
        }),
      },
    }
    const given = await answer((nowMs) => signedBy('reader', PETS_SENT, nowMs), api, hearing(ROLE))
    assert.deepEqual(JSON.parse(given.body), {
      accessKey: 'AKIAREADER',
      accountId: '123456789012',
      caller: 'AROAREADER:session',
      user: 'AROAREADER:session',
      userArn: 'arn:aws:sts::123456789012:assumed-role/reader/session',
      cognitoIdentityId: 'us-east-1:identity',
      cognitoIdentityPoolId: 'us-east-1:pool',
      cognitoAuthenticationType: 'authenticated',
      cognitoAuthenticationProvider: 'graph.facebook.com',
    })
  })

  it('is under requestContext.authorizer.iam of an HTTP API, and in identity of format 1.0', async () => {
    const heard = hearing(ROLE)
    const stage = testStage({ routes: [httpRoute('GET /pets', { authorizationType: 'AWS_IAM' })] })
    const sent = signedBy('reader', { target: '/pets' }, heard.clock.nowMs())
    assert.equal((await ask(stage, heard, sent)).statusCode, 200)
    const { requestContext } = heard.event() as { requestContext: { authorizer: object } }
    assert.deepEqual(requestContext.authorizer, {
      iam: {
        accessKey: 'AKIAREADER',
        accountId: '123456789012',
        callerId: 'AROAREADER:session',
        cognitoIdentity: {
          amr: ['authenticated', 'graph.facebook.com'],
          identityId: 'us-east-1:identity',
          identityPoolId: 'us-east-1:pool',
        },
        principalOrgId: null,
        userArn: 'arn:aws:sts::123456789012:assumed-role/reader/session',
        userId: 'AROAREADER:session',
      },
    })
  })

  it("is in identity of an HTTP API's event of format 1.0", async () => {
    const heard = hearing(ANN)
    const stage = testStage({
      routes: [httpRoute('GET /pets', { authorizationType: 'AWS_IAM' })],
      integrations: [lambdaIntegration({ payloadFormatVersion: '1.0' })],
    })
    await ask(stage, heard, signedBy('ann', { target: '/pets' }, heard.clock.nowMs()))
    const { requestContext } = heard.event() as {
      requestContext: { identity: Record<string, unknown> }
    }
    const { accessKey, accountId, caller, user, userArn } = requestContext.identity
    assert.deepEqual(
      { accessKey, accountId, caller, user, userArn },
      {
        accessKey: 'AKIAANN',
        accountId: '123456789012',
        caller: 'AIDAANN',
        user: 'AIDAANN',
        userArn: 'arn:aws:iam::123456789012:user/ann',
      },
    )
  })
})

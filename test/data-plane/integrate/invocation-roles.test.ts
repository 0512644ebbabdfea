import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSigners } from '#data-plane/admit/signers.ts'
import { createAssumeServiceRole } from '#identity/assume-service-role.ts'
import { createSealing } from '#identity/sealing.ts'
import type { FindEntry } from '#model/documents.ts'
import type { PrincipalEntry } from '#model/identity.ts'
import { systemRandom } from '#shared/random.ts'
import {
  AUTHORIZER_ARN,
  AUTHORIZER_URI,
  allows,
  guarded,
  guardedServices,
} from '../../support/authorizers.ts'
import { finds } from '../../support/directory.ts'
import {
  ask,
  FUNCTION_ARN,
  httpRoute,
  lambdaIntegration,
  testStage,
} from '../../support/http-api.ts'
import { askRest, FUNCTION_URI, restIntegration, restMethod } from '../../support/rest-api.ts'
import { policy } from '../../support/signers.ts'

const ROLE = 'arn:aws:iam::123456789012:role/service-role/invoker'

const trusting = (service: string) =>
  policy({ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' })

const role = (more: Partial<PrincipalEntry> = {}): PrincipalEntry => ({
  kind: 'principal',
  type: 'role',
  arn: ROLE,
  principalId: 'AROAINVOKER',
  accountId: '123456789012',
  name: 'invoker',
  policies: [],
  trustPolicy: trusting('apigateway.amazonaws.com'),
  ...more,
})

const may = (functionArn: string, more: object = {}) =>
  policy({ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: functionArn, ...more })

const OFFICE = { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } }
const IN_TLS = { Bool: { 'aws:SecureTransport': 'true' } }

/** What a role may be like, and whether it may invoke the function. */
const roles = (
  functionArn: string,
): readonly (readonly [string, Partial<PrincipalEntry>, RegExp?])[] => [
  ['may invoke it', { policies: [may(functionArn)] }],
  ['may, of all functions', { policies: [may('*', { Condition: IN_TLS })] }],
  ['has no policies', {}, /invoker may not invoke .*implicit-deny/],
  ['may invoke another', { policies: [may(`${functionArn}2`)] }, /implicit-deny/],
  [
    'is denied it',
    { policies: [may('*'), may(functionArn, { Effect: 'Deny' })] },
    /deny by statement 0 of identity policy/,
  ],
  [
    'is held back by its boundary',
    { policies: [may('*')], permissionsBoundary: may(`${functionArn}2`) },
    /implicit-deny/,
  ],
  [
    'may from an address: API Gateway has none',
    { policies: [may('*', { Condition: OFFICE })] },
    /./,
  ],
  [
    'does not trust API Gateway',
    { policies: [may('*')], trustPolicy: trusting('lambda.amazonaws.com') },
    /cannot assume the role .*untrusted .*apigateway\.amazonaws\.com/,
  ],
]

const services = (refusesUnknown = true) => {
  const guardedOnes = guardedServices(() => allows())
  const sealing = createSealing(systemRandom.bytes(32), systemRandom)
  const heard = {
    ...guardedOnes.heard,
    services: {
      ...guardedOnes.heard.services,
      signers: createSigners(() => 'unknown'),
      aws: {
        endpoint: () => undefined,
        credentials: { accessKeyId: 'AKIAOWN', secretAccessKey: 'own' },
        assumeRole: createAssumeServiceRole({
          mint: { sealing, random: systemRandom },
          isElsewhere: () => false,
          refusesUnknown,
        }),
      },
    },
  }
  return { heard, asked: guardedOnes.asked }
}

type Heard = ReturnType<typeof services>['heard']
type Serve = (heard: Heard, find: FindEntry) => ReturnType<typeof ask>

const rest = (uri: string, type: 'AWS_PROXY' | 'AWS'): Serve => {
  const methodIntegration = restIntegration({
    type,
    uri,
    credentials: ROLE,
    integrationResponses: { '200': { statusCode: '200' } },
  })
  const api = { methods: { 'GET /pets': restMethod({ methodIntegration }) } }
  return (heard, find) => askRest(api, heard, {}, find)
}

const httpApi: Serve = (heard, find) =>
  ask(testStage({ integrations: [lambdaIntegration({ credentialsArn: ROLE })] }), heard, {}, find)

const restAuthorizer: Serve = (heard, find) =>
  askRest(
    guarded({ authorizerCredentials: ROLE }),
    heard,
    { headers: ['Authorization', 'Bearer x'] },
    find,
  )

const httpAuthorizer: Serve = (heard, find) => {
  const stage = testStage({
    routes: [httpRoute('$default', { authorizationType: 'CUSTOM', authorizerId: 'auth1' })],
    integrations: [lambdaIntegration()],
    authorizers: [
      {
        authorizerId: 'auth1',
        name: 'guard',
        authorizerType: 'REQUEST',
        authorizerUri: AUTHORIZER_URI,
        authorizerCredentialsArn: ROLE,
        authorizerPayloadFormatVersion: '2.0',
      },
    ],
  })
  return ask(stage, heard, {}, find)
}

const PLACES: readonly (readonly [string, string, Serve])[] = [
  ['an AWS_PROXY integration of a REST API', FUNCTION_ARN, rest(FUNCTION_URI, 'AWS_PROXY')],
  ['an AWS integration of a REST API', FUNCTION_ARN, rest(FUNCTION_URI, 'AWS')],
  ['an AWS_PROXY integration of an HTTP API', FUNCTION_ARN, httpApi],
  ['an authorizer of a REST API', AUTHORIZER_ARN, restAuthorizer],
  ['an authorizer of an HTTP API', AUTHORIZER_ARN, httpAuthorizer],
]

for (const [place, functionArn, serve] of PLACES) {
  describe(`${place} invokes in its role only what the role may invoke`, () => {
    for (const [name, more, hint] of roles(functionArn)) {
      it(`a role that ${name}: ${hint === undefined ? 200 : 500}`, async () => {
        const { heard } = services()
        const response = await serve(heard, finds({ [`principal/${ROLE}`]: role(more) }))
        const why = heard.records[0]?.error?.hint ?? ''
        assert.equal(response.statusCode, hint === undefined ? 200 : 500, why)
        if (hint !== undefined) assert.match(why, hint)
      })
    }

    it('a role that is not there is refused by a server, and not asked for on a machine of one’s own', async () => {
      const statuses: number[] = []
      for (const refusesUnknown of [true, false]) {
        const { heard } = services(refusesUnknown)
        statuses.push((await serve(heard, finds({}))).statusCode)
      }
      assert.deepEqual(statuses, [500, 200])
    })
  })
}

it('a role that changes is asked anew', async () => {
  const { heard } = services()
  const statuses: number[] = []
  for (const policies of [[may('*')], [], [may('*')]]) {
    const find = finds({ [`principal/${ROLE}`]: role({ policies }) })
    statuses.push((await httpApi(heard, find)).statusCode)
  }
  assert.deepEqual(statuses, [200, 500, 200])
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AwsAccess, Services } from '#data-plane/plan.ts'
import type { Integration } from '#model/apigateway/rest-api.ts'
import type { UpstreamRequest } from '#transport/contract.ts'
import { ask, lambdaIntegration, testServices, testStage } from '../../support/http-api.ts'
import { askRest, FUNCTION_URI, restIntegration, restMethod } from '../../support/rest-api.ts'
import { policy, signedBy, testSigners } from '../../support/signers.ts'

const CALLERS = 'arn:aws:iam::*:user/*'
const ROLE = 'arn:aws:iam::123456789012:role/writer'

const INVOKE = policy({ Effect: 'Allow', Action: 'execute-api:*', Resource: '*' })
const FUNCTIONS = policy({ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: '*' })

const services = (aws: Partial<AwsAccess> = {}) => {
  const sent: UpstreamRequest[] = []
  const overrides: Partial<Services> = {
    signers: testSigners(
      { name: 'ann', policies: [INVOKE] },
      { name: 'bob', policies: [INVOKE, FUNCTIONS] },
    ),
    upstream: {
      call: async (request) => {
        sent.push(request)
        return { statusCode: 200, headers: [], body: new Uint8Array() }
      },
      stream: () => Promise.reject(new Error('not streamed')),
      close: () => Promise.resolve(),
    },
    aws: {
      endpoint: () => 'http://service.example',
      credentials: { accessKeyId: 'AKIAOWN', secretAccessKey: 'own' },
      ...aws,
    },
  }
  const heard = testServices(overrides)
  const signature = () => {
    const headers = sent[0]?.headers ?? []
    return headers[headers.findIndex((name) => /^authorization$/i.test(name)) + 1] ?? ''
  }
  return { heard, sent, signature }
}

const method = (more: Partial<Integration>, authorizationType = 'AWS_IAM') => ({
  methods: {
    'GET /pets': restMethod({
      authorizationType,
      methodIntegration: restIntegration({
        type: 'AWS',
        uri: 'arn:aws:apigateway:us-east-1:sqs:path/1/orders',
        integrationResponses: { '200': { statusCode: '200' } },
        ...more,
      }),
    }),
  },
})

const PETS = { target: '/prod/pets' }

describe('a service is called', () => {
  it('with the caller’s own key where the integration asks for it', async () => {
    const { heard, signature } = services()
    const sent = signedBy('ann', PETS, heard.clock.nowMs())
    assert.equal((await askRest(method({ credentials: CALLERS }), heard, sent)).statusCode, 200)
    assert.match(signature(), /Credential=AKIAANN\/\d{8}\/us-east-1\/sqs\/aws4_request/)
  })

  it('not at all where nobody signed', async () => {
    const { heard, sent } = services()
    const response = await askRest(method({ credentials: CALLERS }, 'NONE'), heard, PETS)
    assert.equal(response.statusCode, 500)
    assert.match(heard.records[0]?.error?.hint ?? '', /does not ask for AWS_IAM/)
    assert.equal(sent.length, 0)
  })

  it('in the role of the integration, where somebody issues credentials for it', async () => {
    const asked: unknown[] = []
    const { heard, signature, sent } = services({
      assumeRole: ({ roleArn, service }) => {
        asked.push([roleArn, service])
        return {
          accessKeyId: 'ASIAROLE',
          secretAccessKey: 'of the role',
          sessionToken: 'sealed',
          expiresAtMs: 0,
          arn: 'arn:aws:sts::123456789012:assumed-role/writer/session',
          userId: 'AROAWRITER:session',
        }
      },
    })
    await askRest(method({ credentials: ROLE }, 'NONE'), heard, PETS)
    assert.deepEqual(asked, [[ROLE, 'sqs']])
    assert.match(signature(), /Credential=ASIAROLE\//)
    assert.ok(sent[0]?.headers.includes('sealed'))
  })

  it('with the keys of the gateway where nobody does, which is reported', async () => {
    for (const aws of [{}, { assumeRole: () => undefined }]) {
      const { heard, signature } = services(aws)
      await askRest(method({ credentials: ROLE }, 'NONE'), heard, PETS)
      assert.match(signature(), /Credential=AKIAOWN\//)
    }
  })

  it('not at all in a role that does not trust API Gateway', async () => {
    const { heard, sent } = services({ assumeRole: () => 'untrusted' })
    const response = await askRest(method({ credentials: ROLE }, 'NONE'), heard, PETS)
    assert.equal(response.statusCode, 500)
    assert.match(heard.records[0]?.error?.hint ?? '', /cannot assume the role .*writer: untrusted/)
    assert.equal(sent.length, 0)
  })
})

describe('a function is invoked in the caller’s name only where the caller may', () => {
  const rows: readonly (readonly [string, Partial<Integration>])[] = [
    ['AWS_PROXY', { type: 'AWS_PROXY', uri: FUNCTION_URI }],
    ['AWS', { uri: FUNCTION_URI }],
  ]
  for (const [name, integration] of rows) {
    it(`${name} of a REST API`, async () => {
      const statuses: number[] = []
      for (const caller of ['ann', 'bob']) {
        const { heard } = services()
        const sent = signedBy(caller, PETS, heard.clock.nowMs())
        const api = method({ ...integration, credentials: CALLERS })
        statuses.push((await askRest(api, heard, sent)).statusCode)
        assert.equal(heard.invoked.length, caller === 'bob' ? 1 : 0)
      }
      assert.deepEqual(statuses, [500, 200])
    })
  }

  it('AWS_PROXY of an HTTP API', async () => {
    const { heard } = services()
    const stage = testStage({ integrations: [lambdaIntegration({ credentialsArn: CALLERS })] })
    assert.equal((await ask(stage, heard)).statusCode, 500)
    assert.equal(heard.invoked.length, 0)
  })
})

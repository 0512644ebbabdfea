// The other actions of execute-api: who may flush a cache, and who may call @connections.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { acceptRequest } from '#data-plane/accept/request.ts'
import { compileInvalidateCache } from '#data-plane/admit/invalidate-cache.ts'
import { admitToConnection } from '#data-plane/admit/manage-connections.ts'
import { compileResourcePolicy } from '#data-plane/admit/resource-policy.ts'
import { limitsAt, type MethodSource } from '#data-plane/compiling.ts'
import { GatewayFailure, type RestRequest } from '#data-plane/plan.ts'
import { restDocument, restPlan, restMethod, SCOPE } from '../../support/rest-api.ts'
import { EMPTY_DIRECTORY } from '../../support/directory.ts'
import { type Sent, sentRequest, testServices } from '../../support/http-api.ts'
import { ALLOW_ALL, policy, signedBy, testIdentity, testSigners } from '../../support/signers.ts'

const PLACE = { scope: SCOPE, apiId: 'abc123', stageName: 'prod' }
const FACTS = { ...PLACE, apiName: 'pets', deploymentId: 'd', stageVariables: {} }
const allow = (action: string, more: object = {}) =>
  policy({ Effect: 'Allow', Action: action, Resource: '*', ...more })

const accepted = (sent: Sent, path: string, heard: ReturnType<typeof testServices>) =>
  acceptRequest(
    sentRequest(sent),
    { ...PLACE, path, fullPath: `/prod${path}`, domainName: '', domainPrefix: '' },
    heard.services,
    'REST',
    EMPTY_DIRECTORY,
  )

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html */
describe('Cache-Control: max-age=0 is obeyed', () => {
  const mayInvalidate = (resourcePolicy?: string, policies?: readonly string[]): boolean => {
    const api = { methods: { 'GET /pets': restMethod() } }
    const document = restDocument({
      ...api,
      ...(resourcePolicy !== undefined && { api: { policy: resourcePolicy } }),
    })
    const limits = limitsAt('GET /pets', [])
    const [resource] = document.resources
    const method = resource?.resourceMethods?.['GET']
    assert.ok(resource && method)
    const source: MethodSource = {
      stage: FACTS,
      document,
      api: document.api,
      resource,
      method,
      isBinary: () => false,
      resourcePolicy: compileResourcePolicy(document.api, FACTS, limits),
      authorizersCacheGeneration: 0,
      limits,
    }
    const heard = testServices({ signers: testSigners() })
    const plan = restPlan(api)
    const match = plan.routes.match('GET', '/pets')
    assert.ok(match)
    const request: RestRequest = Object.assign(accepted({}, '/pets', heard), { stage: plan, match })
    const signer = policies && testIdentity({ name: 'ann', policies })
    const caller = signer === undefined ? {} : { signer: () => signer }
    return compileInvalidateCache(source)(request, caller, heard.services)
  }

  it('for who signed and may execute-api:InvalidateCache', () => {
    assert.equal(mayInvalidate(undefined, [allow('execute-api:InvalidateCache')]), true)
    assert.equal(mayInvalidate(undefined, [allow('execute-api:Invoke')]), false)
    assert.equal(mayInvalidate(undefined, []), false)
  })

  it('for anybody, only where the resource policy allows it', () => {
    assert.equal(mayInvalidate(), false)
    const anyone = { Principal: '*' }
    assert.equal(mayInvalidate(allow('execute-api:InvalidateCache', anyone)), true)
    assert.equal(mayInvalidate(allow('execute-api:Invoke', anyone)), false)
  })

  it('not where the resource policy denies it to who may by their own policies', () => {
    const denies = policy({
      Effect: 'Deny',
      Principal: '*',
      Action: 'execute-api:InvalidateCache',
      Resource: 'execute-api:/*',
    })
    assert.equal(mayInvalidate(denies, [ALLOW_ALL]), false)
  })
})

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html */
describe('@connections is reached', () => {
  const ID = 'L0SM9cOFvHcCIhw='
  const target = `/prod/@connections/${encodeURIComponent(ID)}`
  const ARN = `arn:aws:execute-api:us-east-1:123456789012:abc123/prod/POST/@connections/${ID}`
  const call = (policies: readonly string[], isSigned = true) => {
    const heard = testServices({ signers: testSigners({ name: 'ann', policies }) })
    const sent: Sent = { method: 'POST', target, body: 'x' }
    const request = accepted(
      isSigned ? signedBy('ann', sent, heard.clock.nowMs()) : sent,
      `/@connections/${encodeURIComponent(ID)}`,
      heard,
    )
    return admitToConnection(request, PLACE, ID, heard.services)
  }

  it('by who signed and may execute-api:ManageConnections on the connection', async () => {
    const policies = [
      policy({ Effect: 'Allow', Action: 'execute-api:ManageConnections', Resource: ARN }),
    ]
    await assert.doesNotReject(call(policies))
  })

  it('by nobody else', async () => {
    await assert.rejects(call([allow('execute-api:Invoke')]), (error) => {
      assert.ok(error instanceof GatewayFailure)
      assert.equal(error.responseType, 'ACCESS_DENIED')
      assert.equal(
        error.message,
        `User: arn:aws:iam::123456789012:user/ann is not authorized to perform: execute-api:ManageConnections on resource: ${ARN.replace('123456789012', '********9012')}`,
      )
      return true
    })
    await assert.rejects(call([ALLOW_ALL], false), { message: 'Missing Authentication Token' })
  })
})

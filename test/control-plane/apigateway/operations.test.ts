import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { ServiceError } from '#wire/errors.ts'
import { createSetting, operations } from './setting.ts'

/** An API with one of everything, and the update of each thing. */
const createAll = async () => {
  const { run, createMockApi } = createSetting()
  const { restApiId, at } = await createMockApi()
  const { id: apiKey } = await run(operations.CreateApiKey, {})
  const response = { ...at, statusCode: '200' }
  await run(operations.PutMethodResponse, response)
  await run(operations.PutIntegrationResponse, response)
  await run(operations.CreateModel, {
    restApiId,
    name: 'Pet',
    contentType: 'application/json',
    schema: '{"type":"object"}',
  })
  const validator = await run(operations.CreateRequestValidator, { restApiId })
  const deployment = await run(operations.CreateDeployment, { restApiId, stageName: 'dev' })
  const plan = await run(operations.CreateUsagePlan, {
    name: 'plan',
    apiStages: [{ apiId: restApiId, stage: 'dev' }],
  })
  const { id: documentationPartId } = await run(operations.CreateDocumentationPart, {
    restApiId,
    location: { type: 'API' },
    properties: '{}',
  })
  const version = { restApiId, documentationVersion: '1' }
  await run(operations.CreateDocumentationVersion, version)
  const domain = { domainName: 'api.example.com' }
  await run(operations.CreateDomainName, domain)
  const mapping = { ...domain, basePath: 'v1' }
  await run(operations.CreateBasePathMapping, { ...mapping, restApiId, stage: 'dev' })
  const targetArns = ['arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/a/b']
  const { id: vpcLinkId } = await run(operations.CreateVpcLink, { name: 'link', targetArns })
  const { clientCertificateId } = await run(operations.GenerateClientCertificate, {})
  type Operations = readonly { readonly op: 'add'; readonly path: string; readonly value: string }[]
  const updates: Readonly<Record<string, (patchOperations: Operations) => Promise<unknown>>> = {
    account: (patchOperations) => run(operations.UpdateAccount, { patchOperations }),
    api: (patchOperations) => run(operations.UpdateRestApi, { restApiId, patchOperations }),
    apiKey: (patchOperations) => run(operations.UpdateApiKey, { apiKey, patchOperations }),
    basePathMapping: (patchOperations) =>
      run(operations.UpdateBasePathMapping, { ...mapping, patchOperations }),
    clientCertificate: (patchOperations) =>
      run(operations.UpdateClientCertificate, { clientCertificateId, patchOperations }),
    documentationPart: (patchOperations) =>
      run(operations.UpdateDocumentationPart, { restApiId, documentationPartId, patchOperations }),
    documentationVersion: (patchOperations) =>
      run(operations.UpdateDocumentationVersion, { ...version, patchOperations }),
    domainName: (patchOperations) =>
      run(operations.UpdateDomainName, { ...domain, patchOperations }),
    vpcLink: (patchOperations) => run(operations.UpdateVpcLink, { vpcLinkId, patchOperations }),
    deployment: (patchOperations) =>
      run(operations.UpdateDeployment, { restApiId, deploymentId: deployment.id, patchOperations }),
    gatewayResponse: (patchOperations) =>
      run(operations.UpdateGatewayResponse, {
        restApiId,
        responseType: 'THROTTLED',
        patchOperations,
      }),
    integration: (patchOperations) => run(operations.UpdateIntegration, { ...at, patchOperations }),
    integrationResponse: (patchOperations) =>
      run(operations.UpdateIntegrationResponse, { ...response, patchOperations }),
    method: (patchOperations) => run(operations.UpdateMethod, { ...at, patchOperations }),
    methodResponse: (patchOperations) =>
      run(operations.UpdateMethodResponse, { ...response, patchOperations }),
    model: (patchOperations) =>
      run(operations.UpdateModel, { restApiId, modelName: 'Pet', patchOperations }),
    resource: (patchOperations) =>
      run(operations.UpdateResource, { restApiId, resourceId: at.resourceId, patchOperations }),
    stage: (patchOperations) =>
      run(operations.UpdateStage, { restApiId, stageName: 'dev', patchOperations }),
    usagePlan: (patchOperations) =>
      run(operations.UpdateUsagePlan, { usagePlanId: plan.id, patchOperations }),
    validator: (patchOperations) =>
      run(operations.UpdateRequestValidator, {
        restApiId,
        requestValidatorId: validator.id,
        patchOperations,
      }),
  }
  return { updates, restApiId }
}

// Words of the paths that exist, so that what is made of them goes deep, among words of none.
const words = (text: string): readonly string[] => text.split(' ')
const SEGMENTS = words(
  'methodSettings variables canarySettings stageVariableOverrides throttle responseParameters requestTemplates requestModels endpointConfiguration types accessLogSettings apiStages tlsConfig binaryMediaTypes * ~ ~1 ~01 __proto__ constructor application~1json GET 0 throttling rateLimit deploymentId',
)
const PATHS = words(
  '/name /description /policy /pathPart /parentId /type /uri /httpMethod /schema /statusCode /timeoutInMillis /apiKeySource /minimumCompressionSize /endpointConfiguration/types/0 /endpointConfiguration/ipAddressType /endpointConfiguration/vpcEndpointIds /binaryMediaTypes/a~1b /requestParameters/x /requestTemplates/a~1b /responseTemplates/__proto__ /responseParameters/x /requestModels/a~1b /tlsConfig/insecureSkipVerification /cacheKeyParameters/x /passthroughBehavior /*/*/throttling/rateLimit /~1/GET/logging/loglevel /__proto__/constructor/caching/enabled /variables/__proto__ /variables /canarySettings/percentTraffic /canarySettings/stageVariableOverrides/x /canarySettings /accessLogSettings/format /deploymentId /cacheClusterSize /features /stages /quota /quota/period /certificateArn /endpointConfiguration/types /endpointConfiguration/types/EDGE /mutualTlsAuthentication/truststoreUri /mutualTlsAuthentication/truststoreVersion /managementPolicy /securityPolicy /routingMode /basepath /restapiId /stage /properties /throttle/burstLimit /apiStages /apiStages/a:b/throttle /apiStages/a:b/throttle/x/GET/rateLimit',
)

const operation = fc.record({
  op: fc.constantFrom('add', 'remove', 'replace', 'copy', 'move', 'test', 'wrong', undefined),
  path: fc.option(
    fc.oneof(
      fc.constantFrom(...PATHS),
      fc
        .array(fc.oneof(fc.constantFrom(...SEGMENTS), fc.string()), { maxLength: 6 })
        .map((segments) => `/${segments.join('/')}`),
    ),
    { nil: undefined },
  ),
  value: fc.option(fc.oneof(fc.string(), fc.constantFrom('true', '-1', '1e999', '{}', '[1]')), {
    nil: undefined,
  }),
  from: fc.option(fc.constantFrom('/canarySettings/deploymentId', '/x'), { nil: undefined }),
})

describe('the operations of apigateway', () => {
  it('answer a hostile patch or refuse it, and are never broken by it', async () => {
    const { updates, restApiId } = await createAll()
    const property = fc.asyncProperty(
      fc.constantFrom(...Object.values(updates)),
      fc.array(operation, { minLength: 1, maxLength: 3 }),
      async (update, patchOperations) => {
        try {
          // What a client sends need not be what the types say.
          const sent: unknown = patchOperations
          await update(sent as Parameters<typeof update>[0])
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error
        }
      },
    )
    await fc.assert(property, { numRuns: 3000, seed: 20261121 })
    assert.equal(Object.hasOwn(Object.prototype, 'GET'), false)
    assert.match(restApiId, /^[a-z0-9]{10}$/)
  })

  it('refuse names that nothing has, whatever they are', async () => {
    const { restApiId } = await createAll()
    const { run } = createSetting()
    for (const name of ['', '/', '..', '__proto__', 'constructor', `${restApiId}/x`, '\u0000']) {
      const at = { restApiId: name, resourceId: name, httpMethod: name, statusCode: '200' }
      for (const answer of [
        run(operations.GetRestApi, at),
        run(operations.GetResource, at),
        run(operations.GetMethodResponse, at),
        run(operations.GetStage, { restApiId: name, stageName: name }),
        run(operations.GetModel, { restApiId: name, modelName: name }),
        run(operations.GetApiKey, { apiKey: name }),
        run(operations.GetUsagePlan, { usagePlanId: name }),
        run(operations.GetDomainName, { domainName: name }),
        run(operations.GetBasePathMapping, { domainName: name, basePath: name }),
        run(operations.GetVpcLink, { vpcLinkId: name }),
        run(operations.GetClientCertificate, { clientCertificateId: name }),
        run(operations.GetDocumentationPart, { restApiId: name, documentationPartId: name }),
        run(operations.GetDocumentationVersion, { restApiId, documentationVersion: name }),
        run(operations.GetSdkType, { id: name }),
      ]) {
        await assert.rejects(answer, { code: 'NotFoundException' })
      }
    }
  })
})

// Quick create: CreateApi with a target makes an API that serves at once: one integration, one
// catch-all route, and a `$default` stage that deploys by itself. AWS owns the three
// (`apiGatewayManaged`) and lets only the target be changed.
import type { CreateApiRequest } from '@aws-sdk/client-apigatewayv2'
import type { Api, IntegrationV2 } from '#model/apigatewayv2/api.ts'
import { functionOfUri } from '#model/arn.ts'
import { integrationsV2, routesV2 } from '#store/collections.ts'
import type { WriteCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { defined } from '../defined.ts'
import { deployStage } from './deployments.ts'
import { integrationDefaults } from './integration-rules.ts'
import { writeIntegration } from './integrations.ts'
import { newPartId, partsOf } from './lookups.ts'
import { merged } from './merge.ts'
import { writeRoute } from './routes.ts'
import { newStage } from './stage-rules.ts'

type Target = Pick<Uncapitalized<CreateApiRequest>, 'target' | 'routeKey' | 'credentialsArn'>

export const quickCreate = async (call: WriteCall, api: Api, input: Target): Promise<void> => {
  if (input.target === undefined) {
    if (input.routeKey === undefined && input.credentialsArn === undefined) return
    throw badRequest('Target must be specified with RouteKey or CredentialsArn')
  }
  if (api.protocolType !== 'HTTP') {
    throw badRequest('Quick create is only supported for HTTP APIs')
  }
  const integrationId = await newPartId(call, integrationsV2, api.apiId, 7)
  await writeIntegration(call, api, {
    integrationId,
    apiGatewayManaged: true,
    ...targetFacts(input.target),
    ...defined({ credentialsArn: input.credentialsArn }),
  })
  await writeRoute(call, api, {
    routeId: await newPartId(call, routesV2, api.apiId, 7),
    routeKey: input.routeKey ?? '$default',
    apiKeyRequired: false,
    authorizationType: 'NONE',
    apiGatewayManaged: true,
    target: `integrations/${integrationId}`,
  })
  const stage = newStage(call, api.protocolType, '$default')
  await deployStage(call, api.apiId, { ...stage, autoDeploy: true, apiGatewayManaged: true })
}

/** Points a quick-created API elsewhere, as UpdateApi may. */
export const updateQuickCreated = async (
  call: WriteCall,
  api: Api,
  { target, routeKey, credentialsArn }: Target,
): Promise<void> => {
  if (target === undefined && routeKey === undefined && credentialsArn === undefined) return
  const integrations = await partsOf(call, integrationsV2, api.apiId)
  const integration = integrations.find((each) => each.apiGatewayManaged === true)
  const routes = await partsOf(call, routesV2, api.apiId)
  const route = routes.find((each) => each.apiGatewayManaged === true)
  if (integration === undefined || route === undefined) {
    throw badRequest(
      'Target, RouteKey and CredentialsArn can be updated on quick-created APIs only',
    )
  }
  const retargeted =
    target === undefined
      ? integration
      : { integrationId: integration.integrationId, ...kept(integration), ...targetFacts(target) }
  await writeIntegration(call, api, merged<IntegrationV2>(retargeted, { credentialsArn }))
  if (routeKey !== undefined) await writeRoute(call, api, { ...route, routeKey })
}

const kept = ({ apiGatewayManaged, credentialsArn }: IntegrationV2): Partial<IntegrationV2> =>
  defined({ apiGatewayManaged, credentialsArn })

/** A URL is proxied to with its method and payload 1.0, a function invoked with payload 2.0. */
const targetFacts = (target: string): Omit<IntegrationV2, 'integrationId'> => {
  const isFunction = functionOfUri(target) !== undefined
  const integrationType = isFunction ? 'AWS_PROXY' : 'HTTP_PROXY'
  return {
    ...integrationDefaults('HTTP', { integrationType }),
    integrationType,
    integrationMethod: isFunction ? 'POST' : 'ANY',
    integrationUri: target,
    payloadFormatVersion: isFunction ? '2.0' : '1.0',
  }
}

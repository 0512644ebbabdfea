// The integrations of WebSocket APIs. A Lambda proxy has an event of its own; all others do what those of REST APIs do,
// with a message where a request has its body, and are compiled by the same code.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integrations.html
import {
  compileSelectionExpression,
  type SelectionExpression,
  SelectionExpressionError,
} from '#languages/selection-expression/selection-expression.ts'
import type { IntegrationV2 } from '#model/apigatewayv2/api.ts'
import type { RestMethodPlan } from '../../plan.ts'
import { utf8Of } from '../payload.ts'
import { compileIntegration } from '../integrations/index.ts'
import { misconfigured } from '../misconfigured.ts'
import { SELECTION_VARIABLES, socketVariable } from '../../admit/socket-variables.ts'
import { compileSocketProxy } from './aws-proxy.ts'
import { restSource, type SocketRouteSource, unservedResponses } from './rest-source.ts'

export const compileSocketIntegration = (
  source: SocketRouteSource,
  integration: IntegrationV2 | undefined,
): RestMethodPlan['integrate'] => {
  if (integration === undefined) return misconfigured(`${source.route.routeKey} has no integration`)
  if (integration.integrationType === 'AWS_PROXY') return compileSocketProxy(source, integration)
  const unserved = unservedResponses(source, integration)
  if (unserved !== undefined) return source.limits.refuse(unserved)
  const templates = Object.keys(integration.requestTemplates ?? {})
  const isChosen = integration.templateSelectionExpression !== undefined && templates.length > 0
  if (!isChosen) return compileIntegration(restSource(source, integration))
  return compileByTemplate(source, integration, templates)
}

/**
 * One integration for each template: which of them is meant is known with the message.
 * AWS: a selection that no template answers to goes by `$default`, else by passthroughBehavior.
 */
const compileByTemplate = (
  source: SocketRouteSource,
  integration: IntegrationV2,
  keys: readonly string[],
): RestMethodPlan['integrate'] => {
  const select = expressionOf(integration.templateSelectionExpression ?? '', source)
  if (select === undefined) return source.limits.refusal()
  const compiled = new Map(
    keys.map((key) => [key, compileIntegration(restSource(source, integration, key))]),
  )
  const otherwise = compiled.get('$default') ?? compileIntegration(restSource(source, integration))
  return (request, caller, services) => {
    const integrate = (bytes: Uint8Array) => {
      const key = select(socketVariable(utf8Of(bytes), request))
      return (compiled.get(key) ?? otherwise)(request, caller, services)
    }
    const message = request.readBody()
    return 'byteLength' in message ? integrate(message) : message.then(integrate)
  }
}

const expressionOf = (
  text: string,
  { limits }: SocketRouteSource,
): SelectionExpression | undefined => {
  try {
    return compileSelectionExpression(text, SELECTION_VARIABLES)
  } catch (error) {
    if (!(error instanceof SelectionExpressionError)) throw error
    limits.refuse(`the template selection expression ${error.message}`)
    return undefined
  }
}

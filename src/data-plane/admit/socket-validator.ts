// Is a message well formed? The model that the route chooses for it says so.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-request-validation.html
import {
  compileSelectionExpression,
  SelectionExpressionError,
} from '#languages/selection-expression/selection-expression.ts'
import { noStep } from '../compiling.ts'
import {
  restSource,
  type SocketRouteSource,
} from '../integrate/websocket-integrations/rest-source.ts'
import type { SocketRoutePlan } from '../plan.ts'
import { compileBodyValidator } from './body-validator.ts'
import { SELECTION_VARIABLES, socketVariable } from './socket-variables.ts'

/** AWS: without modelSelectionExpression a route validates nothing; a key without a model neither. */
export const compileSocketValidator = (source: SocketRouteSource): SocketRoutePlan['validate'] => {
  const { route, limits } = source
  const { modelSelectionExpression: expression, requestModels = {} } = route
  if (expression === undefined || Object.keys(requestModels).length === 0) return noStep
  const validators = new Map(
    Object.entries(requestModels).map(([key, model]) => {
      const requestModels = { 'application/json': model }
      const rest = restSource({ ...source, route: { ...route, requestModels } })
      return [key, compileBodyValidator(rest)]
    }),
  )
  try {
    const select = compileSelectionExpression(expression, SELECTION_VARIABLES)
    return async (request) => {
      const message = Buffer.from(await request.readBody()).toString('utf8')
      const key = select(socketVariable(message, request))
      await (validators.get(key) ?? validators.get('$default') ?? noStep)(request)
    }
  } catch (error) {
    if (!(error instanceof SelectionExpressionError)) throw error
    return limits.refuse(`the model selection expression ${error.message}`)
  }
}

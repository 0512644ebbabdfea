// Auth of an Api or HttpApi event: whether it fits the API that it belongs to.
import { isObject, type JsonObject } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import { failRoute, type RouteEvent, type SamContext } from '../context.ts'

export const checkEventAuth = (
  context: SamContext,
  event: RouteEvent,
  apiAuth: JsonObject,
): void => {
  const own = objectOf(event.properties['Auth'])
  if (own === undefined) return
  const refuse = (problem: string) => failRoute(context, event, ['Auth'], problem)
  const { Authorizer: authorizer, AuthorizationScopes: scopes, OverrideApiAuth: override } = own
  if (apiAuth['Authorizers'] !== undefined && !isObject(apiAuth['Authorizers'])) return
  if (authorizer !== undefined && typeof authorizer !== 'string') {
    refuse('the authorizer of a method must be the name of one of the API')
    return
  }
  if (scopes !== undefined && !Array.isArray(scopes))
    refuse('`AuthorizationScopes` must be a list of strings')
  const { ApiKeyRequired: key, ResourcePolicy: policy } = own
  if (override === true && authorizer === undefined && key === undefined && policy === undefined) {
    refuse('`OverrideApiAuth` needs an Authorizer, ApiKeyRequired or ResourcePolicy')
  }
}

// Who may connect to a WebSocket API. Only `$connect` asks: whoever is connected was admitted.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
import type { Authorizer } from '#model/apigateway/rest-api.ts'
import type { AuthorizerV2 } from '#model/apigatewayv2/api.ts'
import { routeArn } from '#model/arn.ts'
import { ANONYMOUS, type Caller } from '#model/caller.ts'
import { makeConnectFacts } from '../integrate/websocket-integrations/event.ts'
import {
  restSource,
  type SocketRouteSource,
} from '../integrate/websocket-integrations/rest-source.ts'
import type { RestRequest, SocketRoutePlan } from '../plan.ts'
import { deniedByAuthorizer } from './access-denied.ts'
import { withAuthorizerNotes } from './authorizers/authorizer-notes.ts'
import type { Authorized } from './authorizers/authorizer.ts'
import { REST_FAILURES } from './authorizers/failures.ts'
import { type AuthorizerQuestion, compileRestLambda } from './authorizers/rest-lambda.ts'
import { admitSigned } from './signed-access.ts'

/** AWS: on every other route the setting is refused at its creation; a document that has it all the same means none. */
export const compileSocketAuthorization = (
  source: SocketRouteSource,
): SocketRoutePlan['authorize'] => {
  const { route, document, stage, limits } = source
  if (route.routeKey !== '$connect' || route.authorizationType === 'NONE') return () => ANONYMOUS
  const { scope, apiId, stageName } = stage
  const resource = routeArn(scope, apiId, stageName, route.routeKey)
  if (route.authorizationType === 'AWS_IAM') {
    return (request, services) =>
      admitSigned(request, { action: 'execute-api:Invoke', resource, scope }, services)
  }
  if (route.authorizationType !== 'CUSTOM') {
    return limits.refuse(`${route.authorizationType} authorization`)
  }
  const authorizer = document.authorizers.find(
    ({ authorizerId }) => authorizerId === route.authorizerId,
  )
  if (authorizer === undefined) {
    return () => {
      throw REST_FAILURES.broken(`the authorizer ${route.authorizerId} is not in this deployment`)
    }
  }
  const ask = withAuthorizerNotes(
    authorizer.authorizerId,
    compileRestLambda(restSource(source), asRest(authorizer), questionOf(resource)),
  )
  return (request, services) => {
    const found = ask(request, services)
    const admit = (authorized: Authorized) => admitAuthorized(authorized, resource)
    return found instanceof Promise ? found.then(admit) : admit(found)
  }
}

const admitAuthorized = ({ caller, evaluation }: Authorized, resource: string): Caller => {
  if (evaluation?.decision === 'allow') return caller
  throw deniedByAuthorizer(evaluation ?? { decision: 'implicit-deny' }, resource)
}

/** AWS: `{"type":"REQUEST","methodArn":"…/$connect",…}` with the members of the CONNECT event. */
const questionOf = (methodArn: string): AuthorizerQuestion => ({
  arn: () => methodArn,
  // AWS: without its identity a handshake is a 401. [behaviour.md 8.1]
  needsIdentity: true,
  makeEvent: (request: RestRequest) =>
    JSON.stringify({ type: 'REQUEST', methodArn, ...makeConnectFacts(request) }),
})

/** The authorizer of a WebSocket API in the form of one of a REST API: its sources say `route.request` instead. */
const asRest = (authorizer: AuthorizerV2): Authorizer => {
  const { authorizerId, name, identitySource = [], authorizerUri } = authorizer
  const { authorizerCredentialsArn, authorizerResultTtlInSeconds } = authorizer
  return {
    id: authorizerId,
    name,
    type: 'REQUEST',
    identitySource: identitySource
      .map((source) => source.trim().replace(/^\$?route\.request\./, 'method.request.'))
      .join(','),
    // AWS: results are not cached unless it is asked for.
    authorizerResultTtlInSeconds: authorizerResultTtlInSeconds ?? 0,
    ...(authorizerUri !== undefined && { authorizerUri }),
    ...(authorizerCredentialsArn !== undefined && {
      authorizerCredentials: authorizerCredentialsArn,
    }),
  }
}

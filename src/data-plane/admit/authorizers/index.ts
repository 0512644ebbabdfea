// Which authorizer a method or route names, compiled. One that does not exist here refuses everyone.
import type { Route } from '#model/apigatewayv2/api.ts'
import type { HttpDocument } from '#model/documents.ts'
import type { Limits, MethodSource, StageFacts } from '../../compiling.ts'
import type { HttpApiAuthorizer, RestAuthorizer } from './authorizer.ts'

/** A route of an HTTP API, while it is compiled. */
export interface RouteSource {
  readonly stage: StageFacts
  readonly document: HttpDocument
  readonly route: Route
  /** How often the cache of authorizers' answers was reset. */
  readonly generation: number
  readonly limits: Limits
}

/** For `CUSTOM`, `COGNITO_USER_POOLS` and `JWT`. */
export const compileRestAuthorizer = ({ method, limits }: MethodSource): RestAuthorizer =>
  limits.refuse(
    FEATURES.get(method.authorizationType) ?? `${method.authorizationType} authorization`,
  )

/** For `CUSTOM` and `JWT`. */
export const compileHttpApiAuthorizer = ({ route, limits }: RouteSource): HttpApiAuthorizer =>
  limits.refuse(FEATURES.get(route.authorizationType) ?? route.authorizationType)

const FEATURES: ReadonlyMap<string, string> = new Map([
  ['CUSTOM', 'Lambda authorizers'],
  ['COGNITO_USER_POOLS', 'Cognito user pool authorizers'],
  ['JWT', 'JWT authorizers'],
])

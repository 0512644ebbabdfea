// Which authorizer a method or route names, compiled. One that does not exist here refuses everyone.
import type { MethodSource, RouteSource } from '../../compiling.ts'
import type { HttpApiAuthorizer, RestAuthorizer } from './authorizer.ts'
import { withAuthorizerNotes } from './authorizer-notes.ts'
import { compileCognito } from './cognito.ts'
import { type AuthorizerFailures, HTTP_API_FAILURES, REST_FAILURES } from './failures.ts'
import { compileHttpApiLambda } from './http-api-lambda.ts'
import { compileJwt } from './jwt.ts'
import { compileRestLambda } from './rest-lambda.ts'

/** For `CUSTOM`, `COGNITO_USER_POOLS` and `JWT`. */
export const compileRestAuthorizer = (source: MethodSource): RestAuthorizer => {
  const { document, method, limits } = source
  const authorizer = document.authorizers.find(({ id }) => id === method.authorizerId)
  switch (method.authorizationType) {
    case 'CUSTOM':
      if (authorizer === undefined) return withoutAuthorizer(REST_FAILURES, method.authorizerId)
      return withAuthorizerNotes(authorizer.id, compileRestLambda(source, authorizer))
    case 'COGNITO_USER_POOLS':
      if (authorizer === undefined) return withoutAuthorizer(REST_FAILURES, method.authorizerId)
      return withAuthorizerNotes(authorizer.id, compileCognito(source, authorizer))
    default:
      return limits.refuse(
        FEATURES.get(method.authorizationType) ?? `${method.authorizationType} authorization`,
      )
  }
}

/** For `CUSTOM` and `JWT`. */
export const compileHttpApiAuthorizer = (source: RouteSource): HttpApiAuthorizer => {
  const { document, route, limits } = source
  const authorizer = document.authorizers.find(
    ({ authorizerId }) => authorizerId === route.authorizerId,
  )
  switch (route.authorizationType) {
    case 'CUSTOM':
      if (authorizer === undefined) return withoutAuthorizer(HTTP_API_FAILURES, route.authorizerId)
      return compileHttpApiLambda(source, authorizer)
    case 'JWT':
      if (authorizer === undefined) return withoutAuthorizer(HTTP_API_FAILURES, route.authorizerId)
      return compileJwt(authorizer, route.authorizationScopes)
    default:
      return limits.refuse(`${route.authorizationType} authorization`)
  }
}

/** Nobody passes where the authorizer that should say so is not there. */
const withoutAuthorizer = (failures: AuthorizerFailures, id: string | undefined) => (): never => {
  throw failures.broken(`the authorizer ${id} does not exist in this deployment`)
}

const FEATURES: ReadonlyMap<string, string> = new Map([
  // The REST form of November 2026: how it is written on the wire is not known. [behaviour.md 18]
  ['JWT', 'JWT authorizers'],
])

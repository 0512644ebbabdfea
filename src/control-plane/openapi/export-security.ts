// Who may call, as security schemes and requirements: read-security.ts the other way round.
import type { Authorizer, Method } from '#model/apigateway/rest-api.ts'
import type { RestDocument } from '#model/documents.ts'
import { defined, nonEmpty } from '../defined.ts'
import type { ExportExtensions } from './export-rest-api.ts'

type Members = Readonly<Record<string, unknown>>

export interface ExportedSecurity {
  /** Of `securityDefinitions` or `components.securitySchemes`; undefined where nothing needs one. */
  readonly schemes: Members | undefined
  requirementsOf(method: Method): readonly Members[] | undefined
}

export const exportSecurity = (
  document: RestDocument,
  extensions: ExportExtensions,
): ExportedSecurity => {
  const { authorizers } = document
  const names = new Set(authorizers.map(({ name }) => name))
  const apiKey = freeName('api_key', names)
  const sigv4 = freeName('sigv4', names)
  const methods = document.resources.flatMap((each) => Object.values(each.resourceMethods ?? {}))
  const schemes: [string, Members][] = authorizers.map((authorizer) => [
    authorizer.name,
    authorizerScheme(authorizer, extensions),
  ])
  if (methods.some((method) => method.authorizationType === 'AWS_IAM')) {
    const scheme = { type: 'apiKey', name: 'Authorization', in: 'header' }
    schemes.push([sigv4, { ...scheme, 'x-amazon-apigateway-authtype': 'awsSigv4' }])
  }
  if (methods.some((method) => method.apiKeyRequired)) {
    schemes.push([apiKey, { type: 'apiKey', name: 'x-api-key', in: 'header' }])
  }
  return {
    schemes: nonEmpty(Object.fromEntries(schemes)),
    requirementsOf: (method) => {
      const requirements: Members[] = []
      const authorizer = authorizers.find(({ id }) => id === method.authorizerId)
      if (method.authorizationType === 'AWS_IAM') requirements.push({ [sigv4]: [] })
      else if (authorizer !== undefined && method.authorizationType !== 'NONE') {
        requirements.push({ [authorizer.name]: method.authorizationScopes ?? [] })
      }
      if (method.apiKeyRequired) requirements.push({ [apiKey]: [] })
      return nonEmpty(requirements)
    },
  }
}

const freeName = (wanted: string, taken: ReadonlySet<string>): string => {
  let name = wanted
  for (let count = 2; taken.has(name); count++) name = `${wanted}_${count}`
  return name
}

const authorizerScheme = (authorizer: Authorizer, extensions: ExportExtensions): Members => {
  const header = /^method\.request\.header\.([^,\s]+)$/.exec(authorizer.identitySource ?? '')?.[1]
  // AWS: a scheme has to name a header; where a REQUEST authorizer has its own list, it is "Unused".
  const isRequest = authorizer.type === 'REQUEST'
  const scheme = {
    type: 'apiKey',
    name: (isRequest ? undefined : header) ?? 'Unused',
    in: 'header',
  }
  if (!extensions.authorizers) return scheme
  return defined({
    ...scheme,
    'x-amazon-apigateway-authtype': authorizer.authType,
    'x-amazon-apigateway-authorizer': defined({
      type: authorizer.type.toLowerCase(),
      authorizerUri: authorizer.authorizerUri,
      authorizerCredentials: authorizer.authorizerCredentials,
      authorizerResultTtlInSeconds: authorizer.authorizerResultTtlInSeconds,
      identitySource: isRequest || header === undefined ? authorizer.identitySource : undefined,
      identityValidationExpression: authorizer.identityValidationExpression,
      providerARNs: nonEmpty(authorizer.providerARNs),
    }),
  })
}

// Security schemes and requirements: who may call which operation, by which authorizer.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html
import { isObject } from '#shared/json.ts'
import { defined } from '../defined.ts'
import type { Authorization, AuthorizerDefinition, AuthorizerKind } from './definition.ts'
import { extension, reportUnknownMembers } from './read-extensions.ts'
import {
  entriesOf,
  flagAt,
  listAt,
  numberAt,
  objectAt,
  type Place,
  placeOf,
  type Reading,
  textAt,
  textsAt,
  within,
} from './reading.ts'

type Scheme =
  | { readonly kind: 'authorizer'; readonly authorizer: AuthorizerDefinition }
  | { readonly kind: 'apiKey' }
  | { readonly kind: 'iam' }
  /** Nothing that API Gateway checks. */
  | { readonly kind: 'unchecked' }

export type Schemes = ReadonlyMap<string, Scheme>

export interface Security {
  readonly authorization: Authorization
  readonly apiKeyRequired: boolean
}

const AUTHORIZER_KINDS: readonly AuthorizerKind[] = [
  'token',
  'request',
  'cognito_user_pools',
  'jwt',
]

export const readSchemes = (reading: Reading, root: Place): Schemes => {
  const components = objectAt(reading, root, 'components')
  // Swagger's place is tolerated in OpenAPI 3 documents too, as AWS seems to. [behaviour.md 18.9]
  const homes = [
    objectAt(reading, root, 'securityDefinitions'),
    components && objectAt(reading, components, 'securitySchemes'),
  ]
  const schemes = new Map<string, Scheme>()
  for (const home of homes) {
    for (const [name, value, at] of entriesOf(home)) {
      const place = placeOf(reading, value, at)
      if (place !== undefined) schemes.set(name, readScheme(reading, name, place))
    }
  }
  return schemes
}

export const authorizersOf = (schemes: Schemes): readonly AuthorizerDefinition[] =>
  [...schemes.values()].flatMap((scheme) =>
    scheme.kind === 'authorizer' ? [scheme.authorizer] : [],
  )

const readScheme = (reading: Reading, name: string, place: Place): Scheme => {
  const authType = textAt(reading, place, extension(reading, place, 'authtype'))
  const authorizer = objectAt(reading, place, extension(reading, place, 'authorizer'))
  if (authorizer !== undefined) return readAuthorizer(reading, name, place, authorizer, authType)
  if (authType?.toLowerCase() === 'awssigv4') return { kind: 'iam' }
  const auth = objectAt(reading, place, extension(reading, place, 'auth'))
  if (auth && textAt(reading, auth, 'type')?.toUpperCase() === 'AWS_IAM') return { kind: 'iam' }
  const isKey =
    textAt(reading, place, 'type') === 'apiKey' &&
    textAt(reading, place, 'in') === 'header' &&
    textAt(reading, place, 'name')?.toLowerCase() === 'x-api-key'
  return { kind: isKey ? 'apiKey' : 'unchecked' }
}

const AUTHORIZER_MEMBERS = [
  'type',
  'authorizerUri',
  'authorizerCredentials',
  'authorizerResultTtlInSeconds',
  'identitySource',
  'identityValidationExpression',
]
const REST_AUTHORIZER_MEMBERS = [...AUTHORIZER_MEMBERS, 'providerARNs']
const HTTP_AUTHORIZER_MEMBERS = [
  ...AUTHORIZER_MEMBERS,
  'authorizerPayloadFormatVersion',
  'enableSimpleResponses',
  'jwtConfiguration',
]

const readAuthorizer = (
  reading: Reading,
  name: string,
  scheme: Place,
  place: Place,
  authType: string | undefined,
): Scheme => {
  const isRest = reading.target === 'REST'
  const members = isRest ? REST_AUTHORIZER_MEMBERS : HTTP_AUTHORIZER_MEMBERS
  reportUnknownMembers(reading, place, members)
  const written = textAt(reading, place, 'type')?.toLowerCase()
  const type = AUTHORIZER_KINDS.find((kind) => kind === written)
  if (type === undefined) {
    const at = within(place.at, 'type')
    reading.errors.add(at, `an authorizer's type is one of ${AUTHORIZER_KINDS.join(', ')}`)
    return { kind: 'unchecked' }
  }
  const jwt = objectAt(reading, place, 'jwtConfiguration')
  const isHeader = textAt(reading, scheme, 'in') === 'header'
  const text = (key: string) => textAt(reading, place, key)
  return {
    kind: 'authorizer',
    authorizer: defined({
      name,
      at: place.at,
      type,
      authType,
      authorizerUri: text('authorizerUri'),
      authorizerCredentials: text('authorizerCredentials'),
      authorizerPayloadFormatVersion: versionText(text('authorizerPayloadFormatVersion')),
      authorizerResultTtlInSeconds: numberAt(reading, place, 'authorizerResultTtlInSeconds'),
      enableSimpleResponses: flagAt(reading, place, 'enableSimpleResponses'),
      identitySource: readIdentitySource(reading, place),
      identityValidationExpression: text('identityValidationExpression'),
      jwtConfiguration:
        jwt &&
        defined({ issuer: textAt(reading, jwt, 'issuer'), audience: readAudience(reading, jwt) }),
      providerARNs: textsAt(reading, place, 'providerARNs'),
      headerName: isHeader ? textAt(reading, scheme, 'name') : undefined,
    }),
  }
}

/** YAML reads `2.0` as the number 2. */
export const versionText = (version: string | undefined): string | undefined =>
  version === '1' || version === '2' ? `${version}.0` : version

const readIdentitySource = (reading: Reading, place: Place): string | undefined =>
  Array.isArray(place.value['identitySource'])
    ? textsAt(reading, place, 'identitySource')?.join(',')
    : textAt(reading, place, 'identitySource')

const readAudience = (reading: Reading, jwt: Place): readonly string[] | undefined => {
  if (typeof jwt.value['audience'] !== 'string') return textsAt(reading, jwt, 'audience')
  return [jwt.value['audience']]
}

/** What an operation asks of its callers. Its own `security` replaces the document's. [F109] */
export const readSecurity = (
  reading: Reading,
  schemes: Schemes,
  root: Place,
  operation: Place,
): Security => {
  const place = operation.value['security'] === undefined ? root : operation
  const required = readRequirements(reading, schemes, place)
  const auth = objectAt(reading, operation, extension(reading, operation, 'auth'))
  const type = auth && textAt(reading, auth, 'type')?.toUpperCase()
  if (type === 'NONE' || type === 'AWS_IAM') return { ...required, authorization: { type } }
  if (auth !== undefined) {
    reading.warnings.add(within(auth.at, 'type'), `the type ${type} is not used, see security`)
  }
  return required
}

const readRequirements = (reading: Reading, schemes: Schemes, place: Place): Security => {
  let authorization: Authorization = { type: 'NONE' }
  let apiKeyRequired = false
  const demand = (wanted: Authorization, at: string): void => {
    const same = JSON.stringify(wanted) === JSON.stringify(authorization)
    if (authorization.type === 'NONE') authorization = wanted
    else if (!same) reading.warnings.add(at, 'a method has one authorizer: this one is not used')
  }
  for (const [requirement, at] of listAt(reading, place, 'security')) {
    if (!isObject(requirement)) {
      reading.errors.add(at, 'a security requirement is expected')
      continue
    }
    if (Object.keys(requirement).length === 0 && listAt(reading, place, 'security').length > 1) {
      reading.warnings.add(at, 'security that is optional is always required')
    }
    for (const name of Object.keys(requirement)) {
      const here = within(at, name)
      const scheme = schemes.get(name)
      const scopes = textsAt(reading, { value: requirement, at }, name) ?? []
      // AWS: its own guide imports a document whose scheme is not defined. [dg:
      // request-validation-sample-api-swagger]
      if (scheme === undefined) {
        reading.warnings.add(here, `there is no security scheme ${name}: nothing is checked`)
      } else if (scheme.kind === 'authorizer') demand({ type: 'AUTHORIZER', name, scopes }, here)
      else if (scheme.kind === 'iam') demand({ type: 'AWS_IAM' }, here)
      else if (scheme.kind === 'apiKey' && reading.target === 'REST') apiKeyRequired = true
      else reading.warnings.add(here, `the security scheme ${name} is not checked by API Gateway`)
    }
  }
  return { authorization, apiKeyRequired }
}

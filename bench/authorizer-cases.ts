// What authorizers take for one request, with the request made anew each time and its token a text of its own, as a
// socket gives it. Issue 7 allows 5 µs for a cached Lambda authorizer, 5 µs for a known token and 80 µs for a new one.
import { acceptRequest, withRoute } from '#data-plane/accept/request.ts'
import { createAuthorizerCaches } from '#data-plane/admit/authorizers/caches.ts'
import type { Services } from '#data-plane/plan.ts'
import { allows, guarded, guardedServices } from '../test/support/authorizers.ts'
import { EMPTY_DIRECTORY } from '../test/support/directory.ts'
import { httpRoute, sentRequest, testServices, testStage } from '../test/support/http-api.ts'
import { restPlan } from '../test/support/rest-api.ts'
import { ISSUER, issuerServer, NOW, rsaKey, signToken } from '../test/support/tokens.ts'

type Case = readonly [name: string, run: () => unknown]

const address = (path: string) => ({
  apiId: 'abc123',
  stageName: 'prod',
  path,
  fullPath: `/prod${path}`,
  domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
  domainPrefix: 'abc123',
})

const TEMPLATE = sentRequest({ target: '/prod/pets' })

const fresh = (text: string) => {
  const bytes = Buffer.from(text, 'latin1')
  return () => ({
    ...TEMPLATE,
    headers: [...TEMPLATE.headers, 'Authorization', bytes.toString('latin1')],
  })
}

const lambdaCase = async (): Promise<Case> => {
  const services: Services = {
    ...guardedServices(() => allows()).heard.services,
    observe: undefined,
  }
  const plan = restPlan(guarded())
  const match = plan.routes.match('GET', '/pets')
  if (match === undefined) throw new Error('no method')
  const http = fresh(`Bearer ${'x'.repeat(700)}`)
  const run = () => {
    const request = acceptRequest(http(), address('/pets'), services, 'REST', EMPTY_DIRECTORY)
    return match.plan.authorize(withRoute(request, plan, match), services)
  }
  await run()
  return ['authorizer: Lambda TOKEN, cached, 700 bytes of token', run]
}

const jwtCases = async (): Promise<readonly Case[]> => {
  const key = rsaKey()
  const services: Services = {
    ...testServices({ upstream: issuerServer(key).upstream }).services,
    observe: undefined,
  }
  const plan = testStage({
    routes: [
      httpRoute('$default', {
        authorizationType: 'JWT',
        authorizerId: 'auth1',
        authorizationScopes: ['pets/read'],
      }),
    ],
    authorizers: [
      {
        authorizerId: 'auth1',
        name: 'tokens',
        authorizerType: 'JWT',
        identitySource: ['$request.header.Authorization'],
        jwtConfiguration: { issuer: ISSUER, audience: ['web'] },
      },
    ],
  })
  const match = plan.routes.match('GET', '/pets')
  if (match === undefined) throw new Error('no route')
  const claims = {
    iss: ISSUER,
    aud: 'web',
    sub: '2b0d7cf2-5a54-4f3c-a2cf-1d5ae1a1d0c6',
    scope: 'openid pets/read',
    exp: NOW + 3600,
    iat: NOW,
    username: 'ann',
    groups: ['admin', 'staff'],
  }
  const http = fresh(`Bearer ${signToken(key, claims)}`)
  const runWith = (given: Services) => () => {
    const request = acceptRequest(http(), address('/pets'), given, 'HTTP', EMPTY_DIRECTORY)
    return match.plan.authorize(withRoute(request, plan, match), given)
  }
  const forgetful: Services = {
    ...services,
    authorizers: {
      ...createAuthorizerCaches(),
      tokens: { get: () => undefined, put: () => undefined, size: 0 },
    },
  }
  const [warm, cold] = [runWith(services), runWith(forgetful)]
  await warm()
  await cold()
  return [
    ['authorizer: JWT RS256, a token seen before', warm],
    ['authorizer: JWT RS256, a new token', cold],
  ]
}

export const authorizerCases = async (): Promise<readonly Case[]> => [
  await lambdaCase(),
  ...(await jwtCases()),
]

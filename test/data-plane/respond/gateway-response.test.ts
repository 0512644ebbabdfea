import { EMPTY_DIRECTORY } from '../../support/directory.ts'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { acceptRequest } from '#data-plane/accept/request.ts'
import { limitsAt } from '#data-plane/compiling.ts'
import { GatewayFailure, type Limitation } from '#data-plane/plan.ts'
import { compileGatewayResponses, RESPONSE_TYPES } from '#data-plane/respond/gateway-response.ts'
import type { GatewayResponse } from '#model/apigateway/rest-api.ts'
import { headersOf, type Sent, sentRequest, testServices, textOf } from '../../support/http-api.ts'
import { SCOPE } from '../../support/rest-api.ts'

const render = (
  failure: GatewayFailure,
  responses: readonly Partial<GatewayResponse>[] = [],
  sent: Sent = {},
  limitations: Limitation[] = [],
) => {
  const stage = {
    scope: SCOPE,
    apiId: 'abc123',
    apiName: 'pets',
    stageName: 'prod',
    deploymentId: 'dep123',
    stageVariables: { colour: 'red' },
  }
  const address = {
    apiId: 'abc123',
    stageName: 'prod',
    path: '/pets',
    fullPath: '/prod/pets',
    domainName: 'd',
    domainPrefix: 'd',
  }
  const plan = compileGatewayResponses(
    responses.map((response) => ({ responseType: '', defaultResponse: false, ...response })),
    stage,
    limitsAt('stage prod', limitations),
  )
  const request = acceptRequest(
    sentRequest(sent),
    address,
    testServices().services,
    'REST',
    EMPTY_DIRECTORY,
  )
  const response = plan.render(failure, request)
  return { ...response, text: textOf(response.body), byName: headersOf(response.headers) }
}

describe('each type has AWS’s status, x-amzn-ErrorType and form [behaviour.md 4]', () => {
  const rows: readonly (readonly [string, number, string, string])[] = [
    ['ACCESS_DENIED', 403, 'AccessDeniedException', '{"Message":"m"}'],
    ['API_CONFIGURATION_ERROR', 500, 'InternalServerErrorException', '{"message": "m"}'],
    ['AUTHORIZER_CONFIGURATION_ERROR', 500, 'AuthorizerConfigurationException', '{"message":"m"}'],
    ['AUTHORIZER_FAILURE', 500, 'AuthorizerFailureException', '{"message":"m"}'],
    ['BAD_REQUEST_BODY', 400, 'BadRequestException', '{"message": "m"}'],
    ['BAD_REQUEST_PARAMETERS', 400, 'BadRequestException', '{"message": "m"}'],
    ['DEFAULT_4XX', 400, 'BadRequestException', '{"message":"m"}'],
    ['DEFAULT_5XX', 500, 'InternalServerErrorException', '{"message": "m"}'],
    ['EXPIRED_TOKEN', 403, 'ExpiredTokenException', '{"message":"m"}'],
    ['FORBIDDEN', 403, 'ForbiddenException', '{"message":"m"}'],
    ['INTEGRATION_FAILURE', 504, 'InternalServerErrorException', '{"message": "m"}'],
    ['INTEGRATION_TIMEOUT', 504, 'InternalServerErrorException', '{"message": "m"}'],
    ['INVALID_API_KEY', 403, 'ForbiddenException', '{"message":"m"}'],
    ['INVALID_SIGNATURE', 403, 'InvalidSignatureException', '{"message":"m"}'],
    ['MISSING_AUTHENTICATION_TOKEN', 403, 'MissingAuthenticationTokenException', '{"message":"m"}'],
    ['NOT_IMPLEMENTED', 501, 'NotImplementedException', '{"message":"m"}'],
    ['QUOTA_EXCEEDED', 429, 'LimitExceededException', '{"message":"m"}'],
    ['REQUEST_TOO_LARGE', 413, 'RequestTooLargeException', 'm'],
    ['RESOURCE_NOT_FOUND', 404, 'NotFoundException', '{"message":"m"}'],
    ['THROTTLED', 429, 'TooManyRequestsException', '{"message":"m"}'],
    ['UNAUTHORIZED', 401, 'UnauthorizedException', '{"message":"m"}'],
    ['UNSUPPORTED_MEDIA_TYPE', 415, 'BadRequestException', '{"message": "m"}'],
    ['WAF_FILTERED', 403, 'ForbiddenException', '{"message":"m"}'],
  ]
  for (const [type, status, errorType, text] of rows) {
    it(type, () => {
      const response = render(new GatewayFailure(type, 'm'))
      assert.equal(response.statusCode, status)
      assert.deepEqual(response.byName['x-amzn-errortype'], [errorType])
      assert.deepEqual(response.byName['x-amzn-requestid'], ['uuid'])
      assert.equal(response.byName['x-amzn-trace-id'], undefined)
      assert.equal(response.text, text)
    })
  }
  it('and the table has no other', () => {
    assert.deepEqual(
      Object.keys(RESPONSE_TYPES),
      rows.map(([type]) => type),
    )
  })
})

describe('an API’s own gateway responses', () => {
  const denied = new GatewayFailure('UNAUTHORIZED', 'Unauthorized')
  const cors = { 'gatewayresponse.header.Access-Control-Allow-Origin': "'*'" }

  it('DEFAULT_4XX adds its headers to every 4xx and leaves 5xx alone', () => {
    const responses = [{ responseType: 'DEFAULT_4XX', responseParameters: cors }]
    const response = render(denied, responses)
    assert.equal(response.statusCode, 401)
    assert.equal(response.text, '{"message":"Unauthorized"}')
    assert.deepEqual(response.byName['access-control-allow-origin'], ['*'])
    const other = render(new GatewayFailure('INTEGRATION_TIMEOUT', 'late'), responses)
    assert.equal(other.byName['access-control-allow-origin'], undefined)
  })

  it('a status of DEFAULT_4XX is that of every type that has none of its own', () => {
    const responses = [
      { responseType: 'DEFAULT_4XX', statusCode: '418' },
      { responseType: 'THROTTLED', statusCode: '503' },
    ]
    assert.equal(render(denied, responses).statusCode, 418)
    assert.equal(render(new GatewayFailure('THROTTLED', 'm'), responses).statusCode, 503)
  })

  it('a template has references replaced and nothing else', () => {
    const text =
      '{"m":$context.error.messageString,"p":"${context.path}","c":"$stageVariables.colour",' +
      '"h":"$method.request.header.X-A","q":"$method.request.querystring.a","t":"$context.error.responseType.",' +
      '"n":"$context.identity.user","v":"#if(true)$other"}'
    const response = render(
      denied,
      [{ responseType: 'UNAUTHORIZED', responseTemplates: { 'application/json': text } }],
      { target: '/prod/pets?a=1', headers: ['X-A', 'b'] },
    )
    assert.equal(
      response.text,
      '{"m":"Unauthorized","p":"/prod/pets","c":"red","h":"b","q":"1","t":"UNAUTHORIZED.","n":"","v":"#if(true)$other"}',
    )
  })

  it('parameters may come from the request, the context and stage variables, in one line', () => {
    const response = render(
      denied,
      [
        {
          responseType: 'UNAUTHORIZED',
          responseParameters: {
            'gatewayresponse.header.X-Q': 'method.request.querystring.a',
            'gatewayresponse.header.X-C': 'context.error.message',
            'gatewayresponse.header.X-S': 'stageVariables.colour',
            'gatewayresponse.header.X-None': 'method.request.header.X-Missing',
            'gatewayresponse.header.x-amzn-ErrorType': "'Mine'",
          },
        },
      ],
      { target: '/prod/pets?a=1%0d%0aX-Evil:1' },
    )
    assert.deepEqual(response.byName['x-q'], ['1  X-Evil:1'])
    assert.deepEqual(response.byName['x-c'], ['Unauthorized'])
    assert.deepEqual(response.byName['x-s'], ['red'])
    assert.equal(response.byName['x-none'], undefined)
    assert.deepEqual(response.byName['x-amzn-errortype'], ['Mine'])
  })

  it('the template is chosen by Accept, and its type is the answer’s', () => {
    const responseTemplates = { 'text/html': '<p>', 'application/json': '{}' }
    const responses = [{ responseType: 'UNAUTHORIZED', responseTemplates }]
    const html = render(denied, responses, { headers: ['Accept', 'text/html,*/*'] })
    assert.equal(html.text, '<p>')
    assert.deepEqual(html.byName['content-type'], ['text/html'])
    assert.equal(render(denied, responses).text, '{}')
  })

  it('the default template stored with a type keeps the form of the type', () => {
    const responseTemplates = { 'application/json': '{"message":$context.error.messageString}' }
    const failure = new GatewayFailure('BAD_REQUEST_BODY', 'Invalid request body')
    const response = render(failure, [{ responseType: 'BAD_REQUEST_BODY', responseTemplates }])
    assert.equal(response.text, '{"message": "Invalid request body"}')
  })

  it('cannot change a 413 or the status of a 501', () => {
    const responses = ['DEFAULT_4XX', 'DEFAULT_5XX', 'REQUEST_TOO_LARGE'].map((responseType) => ({
      responseType,
      statusCode: '200',
      responseTemplates: { 'application/json': 'fine' },
    }))
    const large = render(new GatewayFailure('REQUEST_TOO_LARGE', 'm'), responses)
    assert.deepEqual([large.statusCode, large.text], [413, 'm'])
    assert.equal(render(new GatewayFailure('NOT_IMPLEMENTED', 'm'), responses).statusCode, 501)
  })

  it('a parameter that cannot be read is listed', () => {
    const limitations: Limitation[] = []
    const responseParameters = { 'gatewayresponse.header.X': 'what.is.this' }
    render(denied, [{ responseType: 'UNAUTHORIZED', responseParameters }], {}, limitations)
    assert.deepEqual(
      limitations.map(({ feature }) => feature),
      ['gateway response parameter gatewayresponse.header.X from what.is.this'],
    )
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileAccessLogFormat } from '#languages/access-log-format/compile-format.ts'
import { VARIABLE_NAMES } from '#languages/access-log-format/variables.ts'
import type { RequestRecord } from '#model/request-record.ts'
import { httpRecord, restRecord, socketRecord } from '../../support/api-records.ts'

const lineOf = (format: string, record: RequestRecord): string =>
  compileAccessLogFormat(format).render(record)
const valueOf = (name: string, record: RequestRecord): string => lineOf(`$context.${name}`, record)

/** By API and outcome, what each variable prints; those that are not here print `-`. */
const EVERY: Readonly<Record<string, string>> = {
  accountId: '123456789012',
  apiId: 'abc123',
  awsEndpointRequestId: 'inv-1',
  cipherSuite: 'TLS_AES_128_GCM_SHA256',
  dataProcessed: '30',
  deploymentId: 'dep1',
  domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
  domainPrefix: 'abc123',
  extendedRequestId: 'JKJaXmPLvHcESHA=',
  httpMethod: 'GET',
  'identity.sourceIp': '192.0.2.1',
  'identity.userAgent': 'curl/8',
  'integration.integrationStatus': '200',
  'integration.latency': '10',
  'integration.requestId': 'inv-1',
  'integration.status': '201',
  integrationLatency: '10',
  integrationStatus: '200',
  isCanaryRequest: 'false',
  operationName: 'getPet',
  path: '/prod/pets/1',
  protocol: 'HTTP/1.1',
  requestId: '41b45ea3-70b5-11e6-b7bd-69b5aaebc7d9',
  requestTime: '10/Mar/2020:00:03:59 +0000',
  requestTimeEpoch: '1583798639000',
  resourceId: 'res1',
  resourcePath: '/pets/{id}',
  responseLatency: '12',
  responseLength: '20',
  stage: 'prod',
  status: '200',
  tlsVersion: 'TLSv1.3',
  xrayTraceId: 'Root=1-5e6af48e-070707070707070707070707',
}
const AUTHORIZED: Readonly<Record<string, string>> = {
  'authorize.latency': '4',
  'authorize.status': '200',
  'authorizer.latency': '4',
  'authorizer.status': '200',
  'authorizer.principalId': 'user-1',
  'authorizer.integrationLatency': '3',
  'authorizer.integrationStatus': '200',
  'authorizer.requestId': 'inv-0',
}
const { resourcePath: _, ...ROUTED } = EVERY
const FAILED = {
  status: '403',
  'error.message': 'Forbidden',
  'error.messageString': '\\"Forbidden\\"',
  'error.responseType': 'ACCESS_DENIED',
}
const { awsEndpointRequestId: _1, ...rest } = EVERY
const UNASKED = Object.fromEntries(
  Object.entries(rest).filter(([name]) => !name.startsWith('integration')),
)

const CASES: readonly (readonly [string, RequestRecord, Readonly<Record<string, string>>])[] = [
  ['REST, served', restRecord(), EVERY],
  [
    'REST, by a Lambda authorizer and an API key',
    restRecord({
      caller: {
        principalId: 'user-1',
        authorizer: { tier: 'gold' },
        apiKeyId: 'key1',
        apiKey: '******abcdef',
      },
      authorizer: { integrationLatencyMs: 3.1, integrationStatus: 200, requestId: 'inv-0' },
    }),
    {
      ...EVERY,
      ...AUTHORIZED,
      'identity.apiKey': '******abcdef',
      'identity.apiKeyId': 'key1',
    },
  ],
  [
    'REST, signed',
    restRecord({
      caller: {
        identity: {
          accessKey: 'AKIA1',
          accountId: '111111111111',
          caller: 'AIDA1',
          user: 'AIDA1',
          userArn: 'arn:aws:iam::111111111111:user/a',
          cognitoIdentityId: 'id',
          cognitoIdentityPoolId: 'pool',
          cognitoAuthenticationType: 'authenticated',
          cognitoAuthenticationProvider: 'provider',
        },
      },
    }),
    {
      ...EVERY,
      'authenticate.latency': '4',
      'authenticate.status': '200',
      'authorize.latency': '4',
      'authorize.status': '200',
      'identity.accessKey': 'AKIA1',
      'identity.accountId': '111111111111',
      'identity.caller': 'AIDA1',
      'identity.user': 'AIDA1',
      'identity.userArn': 'arn:aws:iam::111111111111:user/a',
      'identity.cognitoIdentityId': 'id',
      'identity.cognitoIdentityPoolId': 'pool',
      'identity.cognitoAuthenticationType': 'authenticated',
      'identity.cognitoAuthenticationProvider': 'provider',
    },
  ],
  [
    'REST, denied',
    denied(restRecord()),
    {
      ...UNASKED,
      ...FAILED,
      'authorize.error': 'Forbidden',
      'authorize.latency': '4',
      'authorize.status': '403',
      'authorizer.error': 'Forbidden',
      'authorizer.latency': '4',
      'authorizer.status': '403',
    },
  ],
  [
    'REST, a body that does not fit, private, by a custom domain name',
    unasked({
      status: 400,
      steps: [],
      customDomain: { basePathMatched: 'v1', routingRuleIdMatched: 'rule1' },
      vpcEndpoint: { vpceId: 'vpce-1', vpcId: 'vpc-1' },
      error: {
        responseType: 'BAD_REQUEST_BODY',
        message: 'Invalid request body',
        validationErrorString: '[no]',
      },
    }),
    {
      ...UNASKED,
      status: '400',
      'customDomain.basePathMatched': 'v1',
      'customDomain.routingRuleIdMatched': 'rule1',
      'identity.vpceId': 'vpce-1',
      'identity.vpcId': 'vpc-1',
      'error.message': 'Invalid request body',
      'error.messageString': '\\"Invalid request body\\"',
      'error.responseType': 'BAD_REQUEST_BODY',
      'error.validationErrorString': '[no]',
    },
  ],
  [
    'HTTP, its function timed out',
    httpRecord({ status: 503, integration: { latencyMs: 30_000, error: 'timeout' } }),
    {
      ...Object.fromEntries(
        Object.entries(ROUTED).filter(
          ([name]) => !name.startsWith('integration') && name !== 'awsEndpointRequestId',
        ),
      ),
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: 'GET /pets/{id}',
      status: '503',
      'integration.error': 'timeout',
      integrationErrorMessage: 'timeout',
      'integration.latency': '30000',
      integrationLatency: '30000',
    },
  ],
  [
    'WebSocket, a message',
    socketRecord(),
    {
      ...ROUTED,
      routeKey: 'send',
      connectedAt: '1583798639000',
      connectionId: 'L0SM9cOFvHcCIhw=',
      eventType: 'MESSAGE',
      messageDirection: 'IN',
      messageId: 'DB7Baf1fvHcCIhw=',
    },
  ],
  [
    'WebSocket, its end',
    socketRecord({
      route: '$disconnect',
      isCanary: true,
      socket: {
        connectionId: 'c',
        connectedAtMs: 5,
        eventType: 'DISCONNECT',
        disconnectStatusCode: 1001,
        disconnectReason: 'Going away',
      },
    }),
    {
      ...ROUTED,
      isCanaryRequest: 'true',
      routeKey: '$disconnect',
      connectedAt: '5',
      connectionId: 'c',
      eventType: 'DISCONNECT',
      messageDirection: 'IN',
      disconnectStatusCode: '1001',
      disconnectReason: 'Going away',
    },
  ],
]

function unasked(changes: Partial<RequestRecord>): RequestRecord {
  const { integration: _integration, ...others } = restRecord(changes)
  return others
}

function denied(record: RequestRecord): RequestRecord {
  const { integration: _integration, ...others } = record
  return {
    ...others,
    status: 403,
    steps: [{ name: 'authorize', startMs: 0, durationMs: 3.6, outcome: 'ACCESS_DENIED' }],
    error: { responseType: 'ACCESS_DENIED', message: 'Forbidden' },
  }
}

describe('behaviour.md 12.1: every $context variable of an access log', () => {
  for (const [name, record, expected] of CASES) {
    it(name, () => {
      const actual = Object.fromEntries(
        VARIABLE_NAMES.map((variable) => [variable, valueOf(variable, record)]),
      )
      const wanted = Object.fromEntries(
        VARIABLE_NAMES.map((variable) => [variable, expected[variable] ?? '-']),
      )
      assert.deepEqual(actual, wanted)
      assert.deepEqual(
        Object.keys(expected).filter((variable) => !VARIABLE_NAMES.includes(variable)),
        [],
      )
    })
  }

  it('members of the authorizer, its claims one by one, and none of Object.prototype', () => {
    const authorizer = { tier: 'gold', n: 1, on: true, list: [1], claims: { sub: 's', o: {} } }
    const record = restRecord({ caller: { authorizer } })
    const format =
      '$context.authorizer.tier $context.authorizer.n $context.authorizer.on $context.authorizer.list $context.authorizer.claims.sub $context.authorizer.claims $context.authorizer.claims.o $context.authorizer.toString'
    assert.equal(lineOf(format, record), 'gold 1 true - s - - -')
  })

  it('a variable that no API has prints -, and is named', () => {
    const { render, unknown } = compileAccessLogFormat('$context.nope $context.constructor x')
    assert.equal(render(restRecord()), '- - x')
    assert.deepEqual(unknown, ['nope', 'constructor'])
  })
})

describe('the presets of the console', () => {
  it('CLF', () => {
    const format =
      '$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime] "$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength $context.requestId $context.extendedRequestId'
    assert.equal(
      lineOf(format, restRecord()),
      '192.0.2.1 - - [10/Mar/2020:00:03:59 +0000] "GET /pets/{id} HTTP/1.1" 200 20 41b45ea3-70b5-11e6-b7bd-69b5aaebc7d9 JKJaXmPLvHcESHA=',
    )
  })

  it('JSON, where the quoted message is quoted once', () => {
    const format = '{ "requestId":"$context.requestId", "message":$context.error.messageString }'
    const line = lineOf(format, denied(restRecord()))
    assert.equal(JSON.parse(line).message, 'Forbidden')
  })

  it('XML and CSV', () => {
    const record = restRecord({ userAgent: '<a href="x">&\'', path: '/a,"b"' })
    const xml = '<request id="$context.requestId"> <ua>$context.identity.userAgent</ua> </request>'
    assert.ok(lineOf(xml, record).includes('<ua>&lt;a href=&quot;x&quot;&gt;&amp;&apos;</ua>'))
    const csv = '$context.identity.sourceIp,$context.path,$context.status'
    assert.equal(lineOf(csv, record), '192.0.2.1,"/a,""b""",200')
    assert.equal(lineOf(csv, restRecord({ path: '=1+1' })), "192.0.2.1,'=1+1,200")
  })
})

const FORMATS: Readonly<Record<string, string>> = {
  words:
    '$context.identity.sourceIp "$context.identity.userAgent" "$context.path" $context.requestId',
  json: '{"ua":"$context.identity.userAgent","path":"$context.path","error":$context.error.messageString}',
  xml: '<r><ua>$context.identity.userAgent</ua><path>$context.path</path></r>',
  csv: '$context.requestId,$context.identity.userAgent,$context.path',
}
const HOSTILE = [
  '\n',
  '\r\n',
  '"',
  '\\',
  '\u001b[2J',
  '\u0000',
  '\u0085',
  '\u2028',
  '\u202e',
  '\ud800',
  '\udc00',
  '<',
  '>',
  '&',
  "'",
  ',',
  '=',
  '$context.requestId',
  '-',
  'é',
  '😀',
  '\u009b',
  '}',
  ']]>',
]

it('a fuzzer forges no line, no field and no terminal sequence in any format', () => {
  const rounds = process.argv.includes('--long') ? 200_000 : 10_000
  let seed = 42
  const next = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return (seed >>> 8) % below
  }
  const hostile = (): string =>
    Array.from({ length: 1 + next(6) }, () => HOSTILE[next(HOSTILE.length)] ?? '').join('')
  const compiled = Object.entries(FORMATS).map(
    ([kind, format]) => [kind, compileAccessLogFormat(format)] as const,
  )
  for (let round = 0; round < rounds; round++) {
    const [userAgent, path, message] = [hostile(), hostile(), hostile()]
    const error = { responseType: 'DEFAULT_4XX', message }
    for (const [kind, { render }] of compiled) {
      const line = render(restRecord({ userAgent, path, error }))
      assert.doesNotMatch(line, /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u, JSON.stringify(line))
      assert.ok(line.isWellFormed())
      if (kind === 'json') {
        const read = JSON.parse(line)
        assert.deepEqual(Object.keys(read), ['ua', 'path', 'error'])
        assert.equal(read.ua, userAgent.toWellFormed())
        assert.equal(read.error.toWellFormed(), message.toWellFormed())
      }
      if (kind === 'xml') assert.equal(line.split('<').length, 7)
      if (kind === 'words') assert.equal(line.replaceAll(/\\./gu, '').split('"').length, 5)
    }
  }
})

it('values and lines are bounded', () => {
  const format = '$context.path '.repeat(20)
  const line = lineOf(format, restRecord({ path: 'x'.repeat(1_000_000) }))
  assert.equal(line.length, 64 * 1024)
})

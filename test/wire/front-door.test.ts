import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { classify, type Destination, type FrontDoorOptions } from '#wire/front-door.ts'
import { loadServiceTable } from '#wire/table.ts'

const options: FrontDoorOptions = {
  accountId: '111111111111',
  region: 'eu-central-1',
  allowedHosts: ['daemun.test', 'Gate:4566'],
  allowedOrigins: ['http://localhost:3000'],
  isDataPlaneHost: (name) => /^[a-z0-9]{10}\.execute-api\./.test(name) || name === 'pets.example',
  isDataPlanePath: (path) =>
    /^\/restapis\/[^/]+\/[^/]+\/_user_request_/.test(path) || path.startsWith('/_aws/execute-api/'),
}

interface Request {
  readonly method?: string
  readonly target?: string
  readonly host?: string
  readonly headers?: readonly string[]
}

const at = ({ method = 'GET', target = '/', host = 'localhost:4566', headers = [] }: Request) =>
  classify({ method, target, host, headers }, options)

const signed = (service: string, region = 'us-west-2') => [
  'Authorization',
  `AWS4-HMAC-SHA256 Credential=AKID/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
]

/** The kind, and for a service its name: what the tables below are about. */
const brief = (destination: Destination): string => {
  if (destination.kind === 'service') return destination.service
  if (destination.kind === 'refused')
    return `${destination.error.statusCode} ${destination.error.code}`
  return destination.kind
}

const DENIED = '403 AccessDeniedException'
const NO_TOKEN = '403 MissingAuthenticationTokenException'

describe('the front door sends', () => {
  const table: readonly (readonly [string, Request, string])[] = [
    ['a host of the data plane', { host: 'abcde12345.execute-api.localhost:4566' }, 'data-plane'],
    ['the same in capitals and with a dot', { host: 'PETS.example.:80' }, 'data-plane'],
    [
      'a host of the data plane, whatever is signed',
      { host: 'pets.example', headers: signed('apigateway'), target: '/restapis' },
      'data-plane',
    ],
    ['our own pages', { target: '/_daemun/console' }, 'daemun'],
    ['a probe of health', { target: '/_localstack/health', host: '10.0.0.7:4566' }, 'health'],
    ['a call of v1', { target: '/restapis', headers: signed('apigateway') }, 'apigateway'],
    ['a call of v2', { target: '/v2/apis', headers: signed('apigateway') }, 'apigatewayv2'],
    ['a call of v2 tags', { target: '/v2/tags/x', headers: signed('apigateway') }, 'apigatewayv2'],
    ['what only begins like v2', { target: '/v2x', headers: signed('apigateway') }, 'apigateway'],
    ['what is signed for Lambda', { target: '/restapis', headers: signed('lambda') }, 'lambda'],
    ['what is signed for an API', { target: '/x', headers: signed('execute-api') }, 'data-plane'],
    [
      'a presigned call',
      { target: '/restapis?X-Amz-Credential=A/20260101/us-east-1/apigateway/aws4_request' },
      'apigateway',
    ],
    [
      'a target header',
      { method: 'POST', headers: ['X-Amz-Target', 'DynamoDB_20120810.PutItem'] },
      'dynamodb',
    ],
    [
      'the scope before the target header',
      { method: 'POST', headers: ['X-Amz-Target', 'AmazonSQS.SendMessage', ...signed('sts')] },
      'sts',
    ],
    [
      'a known host',
      { host: 'bucket.s3.us-east-1.amazonaws.com', headers: ['x-amz-date', ''] },
      's3',
    ],
    [
      'a known host of v2',
      { host: 'apigateway.localhost', target: '/v2/apis', headers: ['x-amz-date', ''] },
      'apigatewayv2',
    ],
    ['a path of an API', { target: '/restapis/abc/dev/_user_request_/pets' }, 'data-plane'],
    [
      'a path of an API, with a target header that is the client’s own',
      {
        target: '/restapis/abc/dev/_user_request_/pets',
        headers: ['X-Amz-Target', 'DynamoDB_20120810.Query'],
      },
      'data-plane',
    ],
    ['the other path of an API', { target: '/_aws/execute-api/abc/dev/pets' }, 'data-plane'],
    ['an unsigned call of v2', { target: '/v2/apis', headers: ['X-Amz-Date', ''] }, 'apigatewayv2'],
    ['an unsigned call of v1', { target: '/account', headers: ['X-Amz-Date', ''] }, 'apigateway'],
    [
      'an unsigned call of Lambda',
      { target: '/2015-03-31/functions/f/invocations', headers: ['X-Amz-Invocation-Type', ''] },
      'lambda',
    ],
    [
      'an unsigned call of nothing known',
      { target: '/bucket/key', headers: ['X-Amz-Date', ''] },
      '404 UnknownOperationException',
    ],
  ]
  for (const [says, request, expected] of table)
    it(`${says} to ${expected}`, () => {
      assert.equal(brief(at(request)), expected)
    })
})

describe('the management side', () => {
  const call: Request = { target: '/restapis', headers: signed('apigateway') }
  const withHeaders = (...headers: readonly string[]): Request => ({
    ...call,
    headers: [...signed('apigateway'), ...headers],
  })

  it('answers to loopback, to names of AWS, and to names that were allowed', () => {
    for (const host of [
      'localhost',
      'LOCALHOST:4566',
      'localhost.',
      '127.0.0.1:4566',
      '[::1]:4566',
      'api.localhost:1',
      'localhost.localstack.cloud:4566',
      'x.localhost.localstack.cloud:4566',
      'apigateway.eu-west-1.amazonaws.com',
      'daemun.test:4566',
      'gate',
    ])
      assert.equal(brief(at({ ...call, host })), 'apigateway', host)
  })

  it('refuses any other Host: DNS rebinding', () => {
    for (const host of [
      'evil.example',
      'evil.example:4566',
      '',
      '0.0.0.0:4566',
      '10.0.0.7',
      'localhost.evil.example',
      'evil-localhost',
      'localhost:4566.evil.example',
      '127.0.0.1.nip.io',
      'amazonaws.com.evil.example',
      'evilamazonaws.com',
      '[::1].evil.example',
      '[::ffff:127.0.0.1]',
    ]) {
      assert.equal(brief(at({ ...call, host })), DENIED, host)
      assert.equal(brief(at({ target: '/_daemun/x', host })), DENIED, host)
    }
  })

  it('refuses a foreign Origin, its own port’s included', () => {
    for (const origin of [
      'http://evil.example',
      'null',
      '',
      'http://localhost:4566',
      'http://localhost',
    ])
      assert.equal(brief(at(withHeaders('Origin', origin))), DENIED, origin)
    assert.equal(brief(at(withHeaders('origin', 'http://localhost:3000'))), 'apigateway')
  })

  it('refuses what a page can send without a preflight: a form, an image, a plain-text POST', () => {
    const forms: readonly Request[] = [
      {
        method: 'POST',
        target: '/restapis',
        headers: ['Content-Type', 'text/plain', 'Origin', 'http://evil.example'],
      },
      {
        method: 'POST',
        target: '/restapis?X-Amz-Date=1',
        headers: ['Content-Type', 'text/plain', 'Origin', 'null'],
      },
      {
        target: '/?Action=DeleteUser&X-Amz-Credential=A/20260101/us-east-1/iam/aws4_request',
        headers: ['Sec-Fetch-Site', 'cross-site', 'Sec-Fetch-Mode', 'no-cors'],
      },
      {
        method: 'POST',
        target: '/_daemun/x',
        headers: ['Sec-Fetch-Site', 'same-site', 'Sec-Fetch-Mode', 'navigate'],
      },
    ]
    for (const form of forms) assert.equal(brief(at(form)), DENIED)
    const link = ['Sec-Fetch-Site', 'cross-site', 'Sec-Fetch-Mode', 'navigate']
    assert.equal(brief(at({ target: '/_daemun/console', headers: link })), 'daemun')
  })

  it('refuses what has not the shape of a call of AWS', () => {
    assert.equal(brief(at({ target: '/restapis' })), NO_TOKEN)
    assert.equal(brief(at({ method: 'POST', target: '/v2/apis' })), NO_TOKEN)
    assert.equal(brief(at({ target: '/favicon.ico' })), NO_TOKEN)
    assert.equal(
      brief(at({ target: '/restapis', headers: ['Authorization', 'Bearer x'] })),
      NO_TOKEN,
    )
  })

  it('says with every refusal how to mend it', () => {
    const message = (request: Request) => {
      const destination = at(request)
      assert.ok(destination.kind === 'refused')
      return destination.error.message
    }
    assert.match(message({ ...call, host: 'my-box:4566' }), /--allowed-host my-box/)
    assert.match(message(withHeaders('Origin', 'http://a.b')), /--allowed-origin/)
    assert.match(message({ target: '/restapis' }), /AWS CLI/)
  })

  it('lets a request of the data plane have any Host and Origin', () => {
    const target = '/restapis/abc/dev/_user_request_/'
    const headers = ['Origin', 'http://evil.example']
    assert.equal(brief(at({ target, host: 'evil.example', headers })), 'data-plane')
  })
})

describe('a call', () => {
  it('is in the region of its scope and in the account of the gateway', () => {
    assert.deepEqual(at({ target: '/restapis', headers: signed('apigateway') }), {
      kind: 'service',
      service: 'apigateway',
      accountId: '111111111111',
      region: 'us-west-2',
      accessKeyId: 'AKID',
    })
  })

  it('is in the default region where it names none, or nothing that can be one', () => {
    for (const headers of [
      ['X-Amz-Date', ''],
      signed('apigateway', '../etc'),
      signed('apigateway', '__proto__'),
    ]) {
      const destination = at({ target: '/restapis', headers })
      assert.ok(destination.kind === 'service')
      assert.equal(destination.region, 'eu-central-1')
    }
  })
})

describe('the paths of apigateway', () => {
  it('are known without a signature, all of them and no others', async () => {
    const { document } = await loadServiceTable('apigateway')
    for (const { uri } of Object.values(document.operations)) {
      const target = uri.replaceAll(/\{\w+\}/g, 'x').split('?')[0] ?? ''
      assert.equal(brief(at({ target, headers: ['X-Amz-Date', ''] })), 'apigateway', uri)
    }
  })
})

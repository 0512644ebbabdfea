// The request of a test, as if a client had sent it; events and `$context` say of it what AWS says of a test.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-test-method.html
import type { acceptRequest, RequestAddress } from '#data-plane/accept/request.ts'

export interface TestRequest {
  readonly verb: string
  /** With its query. */
  readonly target: string
  readonly headers: readonly string[]
  readonly body: string
}

type Http = Parameters<typeof acceptRequest>[0]

const SOURCE_IP = 'test-invoke-source-ip'
const DOMAIN_PREFIX = 'testPrefix'
const DOMAIN_NAME = 'testPrefix.testDomainName'

export const testRequest = (
  { verb, target, headers, body }: TestRequest,
  { apiId, stageName }: { readonly apiId: string; readonly stageName: string },
): { readonly http: Http; readonly address: RequestAddress } => {
  const bytes = Buffer.from(body, 'utf8')
  const [path = '/'] = target.split('?', 1)
  return {
    http: {
      method: verb,
      target,
      httpVersion: '1.1',
      headers,
      host: DOMAIN_NAME,
      body: {
        declaredBytes: bytes.length,
        read: async () => bytes,
        stream: async function* () {
          yield bytes
        },
      },
      remoteAddress: SOURCE_IP,
      remotePort: 0,
      signal: new AbortController().signal,
    },
    address: {
      apiId,
      stageName,
      path,
      fullPath: path,
      domainName: DOMAIN_NAME,
      domainPrefix: DOMAIN_PREFIX,
    },
  }
}

export const rooted = (path: string): string => (path.startsWith('/') ? path : `/${path}`)

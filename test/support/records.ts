// Records of requests for tests of what reads them.
import type { RequestRecord } from '#model/request-record.ts'

export const requestRecord = (more: Partial<RequestRecord> = {}): RequestRecord => ({
  requestId: 'id-1',
  extendedRequestId: 'ext-1=',
  protocol: 'REST',
  accountId: '123456789012',
  region: 'us-east-1',
  apiId: 'abc123',
  apiName: 'pets',
  stage: 'prod',
  deploymentId: 'dep123',
  domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
  domainPrefix: 'abc123',
  httpMethod: 'GET',
  path: '/prod/pets/7',
  route: '/pets/{id}',
  httpProtocol: 'HTTP/1.1',
  sourceIp: '192.0.2.7',
  userAgent: 'curl',
  traceId: 'Root=1-5759e988-bd862e3fe1be46a994272793',
  status: 200,
  requestBytes: 0,
  responseBytes: 2,
  arrivedAtMs: 1_465_510_280_000,
  latencyMs: 12.5,
  steps: [
    { name: 'route', startMs: 0, durationMs: 0.1 },
    { name: 'authorize', startMs: 0.5, durationMs: 3 },
    { name: 'integration', startMs: 4, durationMs: 8 },
  ],
  ...more,
})

export const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:hello'

/** One that is sampled, and asked an authorizer and a function. */
export const tracedRecord = (more: Partial<RequestRecord> = {}): RequestRecord =>
  requestRecord({
    segment: {
      traceId: '1-5759e988-bd862e3fe1be46a994272793',
      id: '70de5b6f19ff9a0a',
      parentId: '53995c3f42cd8ad8',
      isSampled: true,
    },
    authorizer: {
      target: FUNCTION,
      integrationLatencyMs: 2,
      integrationStatus: 200,
      requestId: 'a-1',
    },
    integration: { target: FUNCTION, latencyMs: 8, status: 200, requestId: 'i-1' },
    ...more,
  })

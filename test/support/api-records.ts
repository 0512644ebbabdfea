// Request records as the data plane makes them, of each kind of API.
import type { RequestRecord } from '#model/request-record.ts'

export const restRecord = (changes: Partial<RequestRecord> = {}): RequestRecord => ({
  requestId: '41b45ea3-70b5-11e6-b7bd-69b5aaebc7d9',
  extendedRequestId: 'JKJaXmPLvHcESHA=',
  protocol: 'REST',
  accountId: '123456789012',
  region: 'us-east-1',
  apiId: 'abc123',
  apiName: 'pets',
  stage: 'prod',
  deploymentId: 'dep1',
  domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
  domainPrefix: 'abc123',
  httpMethod: 'GET',
  path: '/prod/pets/1',
  route: '/pets/{id}',
  resourceId: 'res1',
  operationName: 'getPet',
  httpProtocol: 'HTTP/1.1',
  sourceIp: '192.0.2.1',
  userAgent: 'curl/8',
  tls: { version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' },
  traceId: 'Root=1-5e6af48e-070707070707070707070707',
  status: 200,
  requestBytes: 10,
  responseBytes: 20,
  arrivedAtMs: Date.UTC(2020, 2, 10, 0, 3, 59),
  latencyMs: 12.4,
  integration: { latencyMs: 9.6, status: 200, functionStatus: 201, requestId: 'inv-1' },
  steps: [{ name: 'authorize', startMs: 0, durationMs: 3.6 }],
  ...changes,
})

export const httpRecord = (changes: Partial<RequestRecord> = {}): RequestRecord =>
  restRecord({
    protocol: 'HTTP',
    route: 'GET /pets/{id}',
    requestId: 'JKJaXmPLvHcESHA=',
    ...changes,
  })

export const socketRecord = (changes: Partial<RequestRecord> = {}): RequestRecord =>
  restRecord({
    protocol: 'WEBSOCKET',
    route: 'send',
    socket: {
      connectionId: 'L0SM9cOFvHcCIhw=',
      connectedAtMs: 1_583_798_639_000,
      eventType: 'MESSAGE',
      messageId: 'DB7Baf1fvHcCIhw=',
    },
    ...changes,
  })

// Segments as AWS shapes them for a stage. source: behaviour.md 12.4; guide apigateway-understanding-xray-traces
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { openXRayDaemon, segmentOf } from '#observability/xray.ts'
import { requestRecord, tracedRecord } from '../support/records.ts'

test('a segment names stage, request and what was waited for, as AWS’s does [behaviour.md 12.4]', () => {
  const { subsegments, ...segment } = segmentOf(tracedRecord()) ?? assert.fail('no segment')
  assert.deepEqual(segment, {
    id: '70de5b6f19ff9a0a',
    name: 'pets/prod',
    trace_id: '1-5759e988-bd862e3fe1be46a994272793',
    parent_id: '53995c3f42cd8ad8',
    start_time: 1_465_510_280,
    end_time: 1_465_510_280.0125,
    metadata: { default: { extended_request_id: 'ext-1=', request_id: 'id-1' } },
    http: {
      request: {
        url: 'https://abc123.execute-api.us-east-1.amazonaws.com/prod/pets/7',
        method: 'GET',
        user_agent: 'curl',
        client_ip: '192.0.2.7',
        x_forwarded_for: true,
      },
      response: { status: 200, content_length: 2 },
    },
    aws: {
      xray: { sampling_rule_name: 'Default' },
      api_gateway: {
        account_id: '123456789012',
        rest_api_id: 'abc123',
        stage: 'prod',
        request_id: 'id-1',
      },
    },
    annotations: { 'aws:api_id': 'abc123', 'aws:api_stage': 'prod' },
    origin: 'AWS::ApiGateway::Stage',
    resource_arn: 'arn:aws:apigateway:us-east-1::/restapis/abc123/stages/prod',
  })
  assert.ok(Array.isArray(subsegments))
  const [authorizer, integration] = subsegments as readonly Record<string, unknown>[]
  assert.equal(authorizer?.name, 'Lambda')
  assert.equal(integration?.start_time, 1_465_510_280.004)
  assert.deepEqual(integration?.aws, {
    operation: 'Invoke',
    function_name: 'hello',
    region: 'us-east-1',
    resource_names: ['hello'],
    request_id: 'i-1',
  })
  assert.notEqual(authorizer?.id, integration?.id)
})

test('nothing is made of a request that is not sampled, nor of an HTTP API [behaviour.md 12.4]', () => {
  assert.equal(segmentOf(requestRecord()), undefined)
  assert.equal(segmentOf(tracedRecord({ protocol: 'HTTP' })), undefined)
})

test('failures are faults, callers’ errors errors, and too many of them throttles', () => {
  const flags = (status: number) => {
    const { error, fault, throttle } = segmentOf(tracedRecord({ status })) ?? {}
    return { error, fault, throttle }
  }
  assert.deepEqual(flags(404), { error: true, fault: undefined, throttle: undefined })
  assert.deepEqual(flags(429), { error: true, fault: undefined, throttle: true })
  assert.deepEqual(flags(502), { error: undefined, fault: true, throttle: undefined })
})

test('what a datagram does not take is dropped and counted; a daemon that is away harms nobody', async () => {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  const daemon = openXRayDaemon({ host: '127.0.0.1', port })
  daemon.send(tracedRecord({ userAgent: 'x'.repeat(100_000) }))
  assert.deepEqual(daemon.counts, { sent: 0, dropped: 1 })
  daemon.send(tracedRecord())
  const [packet]: unknown[] = await once(socket, 'message')
  assert.match(String(packet), /^\{"format":"json","version":1\}\n\{"id":"70de5b6f19ff9a0a"/)
  socket.close()
  await once(socket, 'close')
  daemon.send(tracedRecord())
  await daemon.close()
})

// Which trace a request belongs to, and what is passed on. source: behaviour.md 12.4; W3C Trace Context
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { traceRequest, type Tracing } from '#data-plane/accept/trace-context.ts'
import { testServices } from '../../support/http-api.ts'
import { askRest, restMethod } from '../../support/rest-api.ts'

const { random } = testServices().services
const ROOT = '1-5759e988-bd862e3fe1be46a994272793'
const OWN = '0707070707070707'
const sampling = (answer: boolean): Tracing => ({ sample: () => answer, everything: false })
const traced = (
  headers: { readonly traceHeader?: string; readonly traceparent?: string },
  tracing = sampling(true),
) =>
  traceRequest(
    {
      traceHeader: headers.traceHeader,
      traceparent: headers.traceparent,
      host: 'h',
      httpMethod: 'GET',
      path: '/',
      arrivedAtMs: 1_465_510_280_000,
    },
    tracing,
    random,
  )

test('a request without a trace begins one, and the sampling rules decide [behaviour.md 12.4]', () => {
  assert.equal(
    traced({}).header,
    `Root=1-5759e988-070707070707070707070707;Parent=${OWN};Sampled=1`,
  )
  assert.equal(
    traced({}, sampling(false)).header,
    'Root=1-5759e988-070707070707070707070707;Sampled=0',
  )
})

test('what the caller decided stands; "?" leaves it to the rules', () => {
  const header = (sampled: string) => `Root=${ROOT};Parent=53995c3f42cd8ad8;Sampled=${sampled}`
  assert.deepEqual(
    [traced({ traceHeader: header('1') }, sampling(false)).header],
    [`Root=${ROOT};Parent=${OWN};Sampled=1`],
  )
  const refused = traced({ traceHeader: header('0') })
  assert.equal(refused.header, `Root=${ROOT};Parent=53995c3f42cd8ad8;Sampled=0`)
  assert.equal(refused.isSampled, false)
  assert.equal(traced({ traceHeader: header('?') }).isSampled, true)
  assert.equal(traced({ traceHeader: header('1') }).parentId, '53995c3f42cd8ad8')
})

test('traceparent is read where AWS’s header is not there, and passed on with our part as the parent', () => {
  const given = `00-${ROOT.slice(2).replace('-', '')}-53995c3f42cd8ad8-01`
  const { header, traceparent, parentId } = traced({ traceparent: given }, sampling(false))
  assert.equal(header, `Root=${ROOT};Parent=${OWN};Sampled=1`)
  assert.equal(traceparent, `00-5759e988bd862e3fe1be46a994272793-${OWN}-01`)
  assert.equal(parentId, '53995c3f42cd8ad8')
  assert.equal(traced({ traceparent: given.replace(/01$/, '00') }).isSampled, false)
  assert.equal(traced({}).traceparent, undefined, 'nobody speaks it')
})

test('trace headers that are none, or a megabyte long, begin a trace of their own', () => {
  const own = /^Root=1-5759e988-070707070707070707070707;/
  for (const traceHeader of [
    `Root=${ROOT};${'A=1;'.repeat(250_000)}`,
    'Root=1-zz;Sampled=1',
    '\u001b[2J',
    'Parent=53995c3f42cd8ad8',
  ]) {
    assert.match(traced({ traceHeader }).header, own)
  }
  for (const traceparent of [
    `00-${'0'.repeat(32)}-53995c3f42cd8ad8-01`,
    `ff-${'1'.repeat(32)}-53995c3f42cd8ad8-01`,
    `00-${'1'.repeat(32)}-${'0'.repeat(16)}-01`,
    `00-${'1'.repeat(1_000_000)}`,
  ]) {
    assert.match(traced({ traceparent }).header, own)
  }
})

test('a function of a traced stage gets Parent and Sampled; of another stage what came [behaviour.md 12.4]', async () => {
  const PETS = { methods: { 'GET /pets': restMethod() } }
  const heard = testServices({ tracing: sampling(true) })
  await askRest({ ...PETS, stage: { tracingEnabled: true } }, heard)
  assert.match(
    heard.invoked[0]?.traceId ?? '',
    /^Root=1-[0-9a-f-]+;Parent=0707070707070707;Sampled=1$/,
  )
  assert.deepEqual(heard.records[0]?.segment?.isSampled, true)
  await askRest(PETS, heard, { headers: ['X-Amzn-Trace-Id', `Root=${ROOT}`] })
  assert.equal(heard.invoked[1]?.traceId, `Root=${ROOT}`)
  assert.equal(heard.records[1]?.segment, undefined)
})

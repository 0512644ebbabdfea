import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { UpstreamRequest } from '#transport/contract.ts'
import {
  ask,
  httpRoute,
  lambdaIntegration,
  testServices,
  testStage,
} from '../../support/http-api.ts'
import { askRest, restIntegration, restMethod, restPlan } from '../../support/rest-api.ts'

/** Services whose private upstreams answer 200, and what they were asked under which names. */
const linked = (known: string) => {
  const sent: UpstreamRequest[] = []
  const asked: (readonly string[])[] = []
  const call = async (request: UpstreamRequest) => {
    sent.push(request)
    return { statusCode: 200, headers: [], body: new Uint8Array() }
  }
  const heard = testServices({
    privateUpstream: (names) => {
      asked.push(names)
      return names.includes(known)
        ? { call, stream: () => Promise.reject(new Error('not streamed')) }
        : undefined
    },
  })
  return { heard, sent, asked }
}

const rest = (more: Parameters<typeof restIntegration>[0] = {}) => ({
  methods: {
    'GET /pets': restMethod({
      methodIntegration: restIntegration({
        type: 'HTTP_PROXY',
        httpMethod: 'GET',
        uri: 'https://pets.internal/all',
        connectionType: 'VPC_LINK',
        connectionId: '${stageVariables.link}',
        ...more,
      }),
    }),
  },
  stage: { variables: { link: 'link1' } },
})

describe('a VPC link of a REST API', () => {
  it('F046: may be named by a stage variable; Host and certificate are those of the URI', async () => {
    const { heard, sent, asked } = linked('link1')
    assert.equal((await askRest(rest(), heard)).statusCode, 200)
    assert.deepEqual(asked[0], ['link1'])
    assert.deepEqual(sent[0]?.headers.slice(0, 2), ['Host', 'pets.internal'])
    assert.equal(sent[0]?.serverName, 'pets.internal')
    assert.equal(sent[0]?.path, '/all')
  })

  // source: https://docs.aws.amazon.com/apigateway/latest/developerguide/private-integration.html
  it('with an integration target is asked for the path with the stage', async () => {
    const { heard, sent, asked } = linked('arn:target')
    await askRest(rest({ integrationTarget: 'arn:target' }), heard)
    assert.equal(sent[0]?.path, '/prod/all')
    assert.deepEqual(asked[0], ['arn:target', 'link1'])
  })

  it('that leads nowhere is answered as a backend that cannot be reached, and says how to lead it', async () => {
    const { heard } = linked('another')
    assert.equal((await askRest(rest(), heard)).statusCode, 504)
    assert.match(heard.records[0]?.error?.hint ?? '', /--upstream NAME=.* one of link1/)
    assert.equal((await askRest(rest(), testServices())).statusCode, 504)
    assert.deepEqual(restPlan(rest()).limitations, [
      {
        effect: 'refused',
        where: 'GET /pets',
        feature: 'VPC link link1',
        unlessReached: ['link1'],
      },
    ])
  })
})

describe('a VPC link of an HTTP API', () => {
  const LISTENER = 'arn:aws:elasticloadbalancing:us-east-1:1:listener/app/a/b/c'
  const stage = (more: Parameters<typeof lambdaIntegration>[0] = {}) =>
    testStage({
      routes: [httpRoute('GET /pets/{id}')],
      integrations: [
        lambdaIntegration({
          integrationType: 'HTTP_PROXY',
          connectionType: 'VPC_LINK',
          connectionId: 'v1',
          integrationUri: LISTENER,
          payloadFormatVersion: '1.0',
          ...more,
        }),
      ],
      stage: { stageName: 'dev' },
    })
  const target = '/pets/a%20b?x=1'

  // source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-private.html
  it('passes the path on with the stage', async () => {
    const { heard, sent, asked } = linked(LISTENER)
    assert.equal((await ask(stage(), heard, { target })).statusCode, 200)
    assert.equal(sent[0]?.path, '/dev/pets/a%20b?x=1')
    assert.deepEqual(asked[0], [LISTENER, 'v1'])
    assert.equal(sent[0]?.serverName, undefined)
  })

  it('passes what mappings make of path and Host, and verifies the name of tlsConfig', async () => {
    const { heard, sent } = linked('v1')
    const requestParameters = { 'overwrite:path': '/all', 'overwrite:header.host': 'pets.internal' }
    const tlsConfig = { serverNameToVerify: 'secure.internal' }
    await ask(stage({ requestParameters, tlsConfig }), heard, { target })
    assert.equal(sent[0]?.path, '/all?x=1')
    assert.deepEqual(sent[0]?.headers.slice(0, 2), ['Host', 'pets.internal'])
    assert.equal(sent[0]?.serverName, 'secure.internal')
  })

  it('that leads nowhere is 503 Service Unavailable', async () => {
    assert.equal((await ask(stage(), linked('x').heard, { target })).statusCode, 503)
  })
})

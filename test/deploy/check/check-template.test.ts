import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { type Coverage, checkTemplate, createCheckStore } from '#deploy/check/check-template.ts'
import { TemplateError } from '#deploy/template/template-error.ts'
import { FUNCTION, restTemplate, SCOPE, workspace } from '../deployment.ts'

const check = (t: TestContext, text: string, name = 'template.yaml'): Promise<Coverage> => {
  const file = workspace(t).write(name, text)
  return checkTemplate({ file, parameters: {}, scope: SCOPE }, createCheckStore())
}

const told = ({ rows }: Coverage, where: string): readonly string[] =>
  rows.filter((row) => row.where === where).map(({ honour, what }) => `${honour} ${what}`)

test('every resource, property and intrinsic of a template has a row with its line', async (t) => {
  const coverage = await check(t, restTemplate())
  assert.deepEqual(told(coverage, 'Resources.Api'), ['enforced AWS::ApiGateway::RestApi'])
  assert.deepEqual(told(coverage, 'Resources.Pets.Properties.ParentId'), [
    'enforced ParentId',
    'enforced Fn::GetAtt',
  ])
  assert.deepEqual(told(coverage, 'Resources.GetPets.Properties.Integration.Type'), [
    'enforced Type',
  ])
  const properties = [...restTemplate().matchAll(/^ {6}(\w+):/gm)].length
  const top = coverage.rows.filter(
    ({ kind, where }) => kind === 'property' && where.split('.').length === 4,
  )
  assert.equal(top.length, properties)
  assert.ok(coverage.rows.every(({ line }) => line !== undefined && line > 1))
  assert.equal(coverage.worst, 'enforced')
})

test('what has no effect is inert, and so is everything of a resource that is a record only', async (t) => {
  const coverage = await check(
    t,
    `Resources:${FUNCTION}      TracingConfig: {Mode: Active}
      Colour: blue
  Table:
    Type: AWS::Kinesis::Stream
    Properties: {Name: pets}
`,
  )
  assert.deepEqual(told(coverage, 'Resources.Hello.Properties.Handler'), ['enforced Handler'])
  assert.deepEqual(told(coverage, 'Resources.Hello.Properties.Colour'), ['inert Colour'])
  assert.deepEqual(told(coverage, 'Resources.Table'), ['inert AWS::Kinesis::Stream'])
  assert.deepEqual(told(coverage, 'Resources.Table.Properties.Name'), ['inert Name'])
  assert.equal(coverage.worst, 'inert')
})

test('what requests are refused for is found by compiling, for an API without a stage, too', async (t) => {
  const undeployed = restTemplate().replace(/ {2}Deployment:[\s\S]*/, '')
  const clean = await check(t, undeployed)
  assert.equal(clean.counts.refused, 0)
  const coverage = await check(
    t,
    undeployed.replace(
      'Type: MOCK',
      'Type: HTTP_PROXY\n        IntegrationHttpMethod: GET\n        ConnectionType: VPC_LINK\n        ConnectionId: abc\n        Uri: http://internal.example/',
    ),
  )
  const [row] = coverage.rows.filter(({ kind }) => kind === 'request')
  assert.equal(row?.honour, 'refused')
  assert.match(String(row?.where), /^Api: GET \/pets/)
})

test('a SAM template is reported in its own words, events included', async (t) => {
  const coverage = await check(
    t,
    `Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: "exports.handler = async () => 1"
      Handler: index.handler
      Runtime: nodejs22.x
      Tracing: Active
      Events:
        Get: {Type: Api, Properties: {Path: /, Method: get}}
        Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
`,
  )
  assert.ok(told(coverage, 'Resources.F').includes('enforced AWS::Serverless::Function'))
  assert.deepEqual(told(coverage, 'Resources.F.Properties.Handler'), ['enforced Handler'])
  assert.deepEqual(told(coverage, 'Resources.F.Properties.Tracing'), ['inert Tracing'])
  assert.deepEqual(told(coverage, 'Resources.F.Properties.Events.Get'), ['enforced event Api'])
  assert.deepEqual(told(coverage, 'Resources.F.Properties.Events.Nightly'), [
    'enforced event Schedule',
  ])
})

test('an OpenAPI document has its operations and extensions, and what its API does to requests', async (t) => {
  const coverage = await check(
    t,
    JSON.stringify({
      openapi: '3.0.1',
      info: { title: 'pets', version: '1' },
      paths: {
        '/': {
          get: {
            responses: {},
            'x-amazon-apigateway-integration': {
              type: 'http_proxy',
              httpMethod: 'GET',
              uri: 'http://internal.example/',
              connectionType: 'VPC_LINK',
              connectionId: 'abc',
            },
          },
        },
      },
    }),
    'openapi.json',
  )
  const [operation] = coverage.rows.filter(({ where }) => where === 'paths./.get')
  assert.deepEqual([operation?.what, operation?.honour], ['http_proxy integration', coverage.worst])
  assert.deepEqual(told(coverage, 'paths./.get.x-amazon-apigateway-integration'), [
    'enforced x-amazon-apigateway-integration',
  ])
})

test('a template that cannot be deployed is the error that deploying it is', async (t) => {
  await assert.rejects(check(t, 'Resources: {A: {Type: 1}}\n'), TemplateError)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memberOf } from '#deploy/template/source.ts'
import { functionText, transformText } from './template.ts'

const connected = (connector: string, more = '') =>
  transformText(`Resources:${functionText('Hello', '')}
  Table: {Type: AWS::DynamoDB::Table}
  Queue: {Type: AWS::SQS::Queue}
  Link:
    Type: AWS::Serverless::Connector
    Properties: ${connector}
${more}`)

test('a connector gives the source its rights, and what depended on it depends on the policy', () => {
  const { errors, properties, attribute } = connected(
    '{Source: {Id: Hello}, Destination: {Id: Table}, Permissions: [Read]}',
    '  After: {Type: AWS::SNS::Topic, DependsOn: Link}\n',
  )
  assert.deepEqual(errors, [])
  assert.deepEqual(memberOf(properties('LinkPolicy'), 'Roles'), [{ Ref: 'HelloRole' }])
  assert.deepEqual(attribute('After', 'DependsOn'), ['LinkPolicy'])
})

test('a connector that SAM does not know of is refused with its id', () => {
  for (const connector of [
    '{Source: {Id: Table}, Destination: {Id: Queue}, Permissions: [Read]}',
    '{Source: {Id: Queue}, Destination: {Id: Hello}, Permissions: [Read]}',
    '{Source: {Id: Hello}, Destination: {Id: Nowhere}, Permissions: [Read]}',
    '{Source: {Id: Hello}, Destination: [], Permissions: [Read]}',
    '{Source: {Type: constructor, Arn: a}, Destination: {Type: name, Arn: b}, Permissions: [Write]}',
    '{Source: {Id: Hello}, Destination: {Id: __proto__}, Permissions: [Read]}',
  ]) {
    const { errors } = connected(connector)
    assert.deepEqual(
      errors.map(({ logicalId }) => logicalId),
      ['Link'],
      connector,
    )
  }
})

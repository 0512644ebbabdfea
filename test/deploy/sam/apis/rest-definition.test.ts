import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memberOf } from '#deploy/template/source.ts'
import { functionText, transformText } from '../template.ts'

const merged = (auth: string) => {
  const { errors, properties } = transformText(`Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      MergeDefinitions: true
      Auth: {Authorizers: {Mine: {UserPoolArn: arn}}}
      DefinitionBody:
        swagger: '2.0'
        info: {title: t, version: '1'}
        paths: {/a: {get: {security: [{Theirs: []}], responses: {}}}}
${functionText('Hello', `      Events: {Get: {Type: Api, Properties: {Path: /a, Method: get, RestApiId: !Ref Api${auth}}}}\n`)}`)
  assert.deepEqual(errors, [])
  const paths = memberOf(memberOf(properties('Api'), 'Body'), 'paths')
  return memberOf(memberOf(paths, '/a'), 'get')
}

test('a merged event leaves the security of the definition where it says none of its own', () => {
  const operation = merged('')
  assert.deepEqual(memberOf(operation, 'security'), [{ Theirs: [] }])
  assert.equal(
    memberOf(memberOf(operation, 'x-amazon-apigateway-integration'), 'type'),
    'aws_proxy',
  )
})

test('a merged event with an authorizer of its own is asked of it', () => {
  const operation = merged(', Auth: {Authorizer: Mine}')
  assert.deepEqual(memberOf(operation, 'security'), [{ Mine: [] }])
})

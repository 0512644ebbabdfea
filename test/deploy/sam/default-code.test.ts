import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withDefaultCode } from '#deploy/sam/default-code.ts'

const functionOf = (properties: Record<string, string>, globals?: Record<string, string>) => {
  const made = withDefaultCode({
    ...(globals && { Globals: { Function: globals } }),
    Resources: { F: { Type: 'AWS::Serverless::Function', Properties: properties } },
  })
  return JSON.parse(JSON.stringify(made)).Resources.F.Properties.CodeUri
}

test('a function that says nothing of its code has it in the template’s folder, as sam build reads it', () => {
  assert.equal(functionOf({ Handler: 'a.b' }), '.')
})

test('what says where its code is stays as it is, and so does what is not finished', () => {
  assert.equal(functionOf({ Handler: 'a.b', CodeUri: 'src' }), 'src')
  assert.equal(functionOf({ Handler: 'a.b', InlineCode: 'x' }), undefined)
  assert.equal(functionOf({ Handler: 'a.b', PackageType: 'Image' }), undefined)
  assert.equal(functionOf({ Handler: 'a.b' }, { CodeUri: 'src' }), undefined)
  assert.equal(functionOf({}), undefined)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { functionText, transformText } from './template.ts'

test('a property that SAM does not know is refused with the id and the place of its resource', () => {
  const { errors } = transformText(`Resources:${functionText('Hello', '      Colour: blue\n')}`)
  assert.deepEqual(errors, [
    {
      logicalId: 'Hello',
      path: ['Resources', 'Hello', 'Properties', 'Colour'],
      problem: '`Colour` is not a property of AWS::Serverless::Function',
    },
  ])
})

test('what is written as an intrinsic function fits any type', () => {
  const { errors } = transformText(`
Parameters: {Layer: {Type: String, Default: arn}}
Resources:${functionText('Hello', '      Layers: !Split [",", !Ref Layer]\n')}`)
  assert.deepEqual(errors, [])
})

test('a property that is left empty is as good as absent', () => {
  const { errors } = transformText(
    `Resources:${functionText('Hello', '      Layers:\n      Tags:\n      Events:\n')}`,
  )
  assert.deepEqual(errors, [])
})

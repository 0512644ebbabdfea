import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSamConfig } from '#deploy/samconfig.ts'

test('deploy parameters win over global ones, in every form of parameter_overrides', () => {
  const config = (overrides: string) =>
    readSamConfig(`
version = 0.1 # a comment
[default.global.parameters]
stack_name = "shop"
region = "eu-west-1"
[default.deploy.parameters]
stack_name = 'shop-dev'
confirm_changeset = true
parameter_overrides = ${overrides}
[prod.deploy.parameters]
stack_name = "other"
`)
  const { stackName, region, parameters } = config(String.raw`"A=1 B=\"two words\" C=x=y"`)
  assert.deepEqual([stackName, region], ['shop-dev', 'eu-west-1'])
  assert.deepEqual(parameters, { A: '1', B: 'two words', C: 'x=y' })
  assert.deepEqual(config('[\n  "A=1",\n  "B=two words", # why\n]').parameters, {
    A: '1',
    B: 'two words',
  })
  assert.deepEqual(config('"ParameterKey=A,ParameterValue=1"').parameters, { A: '1' })
})

test('text that is not samconfig gives nothing', () => {
  assert.deepEqual(readSamConfig('<html>'), { parameters: {} })
  assert.deepEqual(readSamConfig('x'.repeat(1_000_000)), { parameters: {} })
})

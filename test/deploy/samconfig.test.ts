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

test('what cannot be read is an error with its line, never a value left out', () => {
  assert.throws(() => readSamConfig('version = 0.1\n<html>'), /samconfig\.toml:2: .*<html>/)
  assert.throws(() => readSamConfig('[default'), /samconfig\.toml:1/)
  assert.throws(() => readSamConfig('x'.repeat(1_000_000)), /more than/)
  assert.deepEqual(readSamConfig('\n# nothing\n'), { parameters: {} })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modelTemplate } from '#control-plane/model-template.ts'
import { render } from '../languages/vtl/rendering.ts'

const templateOf = (schema: object): string => modelTemplate(JSON.stringify(schema))

test('a template makes of a body that fits the model the same body', () => {
  const name = { type: 'string' }
  const body = {
    id: 42,
    name: 'Rex',
    good: true,
    'first-name': 'R',
    owner: { name: 'Ada', address: { city: 'London' } },
    tags: ['a', 'b'],
    toys: [
      { name: 'ball', colors: ['red', 'blue'] },
      { name: 'bone', colors: [] },
    ],
  }
  const template = templateOf({
    type: 'object',
    properties: {
      id: { type: 'integer' },
      name,
      good: { type: 'boolean' },
      'first-name': name,
      owner: {
        type: 'object',
        properties: { name, address: { type: 'object', properties: { city: name } } },
      },
      tags: { type: 'array', items: name },
      toys: {
        type: 'array',
        items: {
          type: 'object',
          properties: { name, colors: { type: 'array', items: name } },
        },
      },
    },
  })
  assert.deepEqual(JSON.parse(render(template, { body: JSON.stringify(body) })), body)
})

test('a list is gone through element by element', () => {
  const template = templateOf({ type: 'array', items: { type: 'number' } })
  assert.deepEqual(JSON.parse(render(template, { body: '[1, 2.5]' })), [1, 2.5])
  assert.deepEqual(JSON.parse(render(template, { body: '[]' })), [])
})

test('names that are no Velocity names are looked up as keys', () => {
  const template = templateOf({
    properties: { 'a.b': { type: 'string' }, 'it’s 1': { type: 'string' } },
  })
  const body = { 'a.b': 'x', 'it’s 1': 'y' }
  assert.deepEqual(JSON.parse(render(template, { body: JSON.stringify(body) })), body)
})

test('a model that says nothing of its members makes an empty object', () => {
  for (const schema of [{}, { type: 'object' }, { properties: 1 }, { $ref: 'x' }, { type: 7 }])
    assert.equal(templateOf(schema), "#set($inputRoot = $input.path('$'))\n{ }")
})

test('schemas nest as deep as they may', () => {
  let schema: object = {}
  for (let depth = 0; depth < 1000; depth++) schema = { properties: { a: schema } }
  assert.ok(templateOf(schema).length < 5000)
})

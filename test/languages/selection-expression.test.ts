import assert from 'node:assert/strict'
import { it } from 'node:test'
import {
  compileSelectionExpression,
  SelectionExpressionError,
} from '#languages/selection-expression/selection-expression.ts'

const VALUES: Readonly<Record<string, string>> = {
  'request.body.action': 'send',
  'request.body.a.b': 'deep',
}
const select = (text: string) =>
  compileSelectionExpression(text, ['request.body'])((name) => VALUES[name])

it('puts variables in, in both of their forms', () => {
  assert.equal(select('$request.body.action'), 'send')
  assert.equal(select('${request.body.action}/${request.body.a.b}'), 'send/deep')
})

it('takes a variable without a value as nothing', () => {
  assert.equal(select('${request.body.none}-${request.body.action}'), '-send')
})

it('leaves what is no variable as it is: \\$default, $default, 200', () => {
  assert.equal(select('\\$default'), '$default')
  assert.equal(select('$default'), '$default')
  assert.equal(select('200'), '200')
})

it('refuses variables that mean nothing where it stands', () => {
  assert.throws(() => select('$request.header.x'), SelectionExpressionError)
  assert.throws(() => select('$request.bodyguard'), SelectionExpressionError)
})

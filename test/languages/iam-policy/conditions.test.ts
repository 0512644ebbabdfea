import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compilePolicy } from '#languages/iam-policy/compile-policy.ts'
import { evaluatePolicies } from '#languages/iam-policy/evaluate.ts'
import { type ContextValue, contextOf, MalformedPolicy } from '#languages/iam-policy/policy.ts'

type Facts = Readonly<Record<string, ContextValue>>

const policyWith = (condition: unknown, version = '2012-10-17') =>
  compilePolicy({
    Version: version,
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Condition: condition }],
  })

const holds = (condition: unknown, facts: Facts, version?: string): boolean =>
  evaluatePolicies([policyWith(condition, version)], {
    action: 'execute-api:Invoke',
    resource: 'arn:aws:execute-api:us-east-1:123456789012:api/prod/GET/',
    context: contextOf(facts),
  }).decision === 'allow'

/** Operator, policy's value, values that satisfy it, values that do not. */
const OPERATORS: readonly [string, unknown, readonly string[], readonly string[]][] = [
  ['StringEquals', 'a*', ['a*'], ['A*', 'ab', '']],
  ['StringNotEquals', 'a', ['A', 'b', ''], ['a']],
  ['StringEqualsIgnoreCase', 'aB', ['Ab', 'ab'], ['abc']],
  ['StringNotEqualsIgnoreCase', 'aB', ['abc'], ['AB']],
  ['StringLike', 'a*?c', ['abc', 'axxc'], ['ac', 'Abc', 'abcd']],
  ['StringNotLike', 'a*', ['ba'], ['a', 'ab']],
  ['NumericEquals', 10, ['10', '10.0', '1e1'], ['11', 'ten', '']],
  ['NumericNotEquals', '10', ['11', 'ten'], ['10.00']],
  ['NumericLessThan', '10', ['9.99', '-1'], ['10', 'x']],
  ['NumericLessThanEquals', '10', ['10'], ['10.01']],
  ['NumericGreaterThan', '10', ['11'], ['10', '9']],
  ['NumericGreaterThanEquals', '10', ['10'], ['9']],
  ['DateEquals', '2026-01-01T00:00:00Z', ['2026-01-01T00:00:00Z', '1767225600'], ['2026-01-02']],
  ['DateNotEquals', '2026-01-01', ['2026-01-02', 'x'], ['2026-01-01T00:00Z']],
  ['DateLessThan', '2026-01-01', ['2025-12-31T23:59:59Z'], ['2026-01-01', 'never']],
  ['DateLessThanEquals', '2026', ['2026-01-01'], ['2026-01-01T00:00:00.001Z']],
  ['DateGreaterThan', '1767225600', ['2026-01-01T00:00:01Z'], ['2026-01-01T01:00:00+01:00']],
  ['DateGreaterThanEquals', '2026-01', ['2026-01-01T09:00:00+0900'], ['2025-12-31']],
  ['Bool', true, ['true', 'TRUE'], ['false', '1']],
  ['Bool', 'false', ['false'], ['true']],
  ['BinaryEquals', 'QmluYXJ5', ['QmluYXJ5'], ['QmluYXJ6', '?']],
  ['IpAddress', '203.0.113.0/24', ['203.0.113.9', '::ffff:203.0.113.9'], ['203.0.114.1', 'x']],
  ['IpAddress', '2001:db8::/32', ['2001:db8:1::5'], ['2001:db9::1', '203.0.113.9']],
  ['NotIpAddress', '203.0.113.0/24', ['203.0.114.1', '2001:db8::1'], ['203.0.113.9']],
  [
    'ArnEquals',
    'arn:aws:iam::*:role/app-?',
    ['arn:aws:iam::123456789012:role/app-1'],
    ['arn:aws:iam::123456789012:role/app-12', 'arn:aws:iam:x:y:z:role/app-1', 'x'],
  ],
  [
    'ArnLike',
    'arn:aws:execute-api:*:*:api/*',
    ['arn:aws:execute-api:us-east-1:1:api/prod/GET/a:b'],
    ['arn:aws:execute-api:us-east-1:1:other/api/x', 'arn:aws:execute-api:us-east-1'],
  ],
  ['ArnNotEquals', 'arn:aws:sns:*:*:a', ['arn:aws:sns:r:1:b'], ['arn:aws:sns:r:1:a']],
  ['ArnNotLike', 'arn:aws:sns:*:*:a*', ['arn:aws:sns:r:1:b'], ['arn:aws:sns:r:1:ab']],
]

describe('every condition operator', () => {
  for (const [operator, value, right, wrong] of OPERATORS) {
    it(`${operator} ${JSON.stringify(value)} holds for ${right.join(', ')} and not for ${wrong.join(', ')}`, () => {
      for (const actual of right) {
        assert.ok(holds({ [operator]: { 'x:k': value } }, { 'x:k': actual }), actual)
        assert.ok(holds({ [`${operator}IfExists`]: { 'x:k': value } }, { 'x:k': actual }), actual)
      }
      for (const actual of wrong) {
        assert.ok(!holds({ [operator]: { 'x:k': value } }, { 'x:k': actual }), actual)
        assert.ok(!holds({ [`${operator}IfExists`]: { 'x:k': value } }, { 'x:k': actual }), actual)
      }
    })

    it(`${operator} of an absent key holds only with IfExists or where it says not`, () => {
      assert.equal(holds({ [operator]: { 'x:k': value } }, {}), operator.includes('Not'))
      assert.equal(holds({ [operator]: { 'x:k': value } }, { 'x:k': [] }), operator.includes('Not'))
      assert.ok(holds({ [`${operator}IfExists`]: { 'x:k': value } }, {}))
    })
  }

  it('Null asks whether the key is there', () => {
    assert.ok(holds({ Null: { 'x:k': true } }, {}))
    assert.ok(holds({ Null: { 'x:k': 'true' } }, { 'x:k': [] }))
    assert.ok(!holds({ Null: { 'x:k': 'true' } }, { 'x:k': 'v' }))
    assert.ok(holds({ Null: { 'x:k': 'false' } }, { 'x:k': '' }))
    assert.ok(!holds({ Null: { 'x:k': 'false' } }, {}))
  })
})

describe('several values, keys and operators', () => {
  it('one of the policy’s values is enough, and where it says not, none may match', () => {
    assert.ok(holds({ StringEquals: { k: ['a', 'b'] } }, { k: 'b' }))
    assert.ok(!holds({ StringEquals: { k: ['a', 'b'] } }, { k: 'c' }))
    assert.ok(holds({ StringNotEquals: { k: ['a', 'b'] } }, { k: 'c' }))
    assert.ok(!holds({ StringNotEquals: { k: ['a', 'b'] } }, { k: 'b' }))
    assert.ok(!holds({ StringEquals: { k: [] } }, { k: 'c' }))
  })

  it('all keys and all operators must hold', () => {
    const condition = { StringEquals: { a: '1', b: '2' }, Bool: { c: 'true' } }
    assert.ok(holds(condition, { a: '1', b: '2', c: 'true' }))
    for (const facts of [
      { a: '1', b: '2' },
      { a: '1', b: '3', c: 'true' },
      { b: '2', c: 'true' },
    ]) {
      assert.ok(!holds(condition, facts))
    }
  })

  it('keys are found in any case, values only in theirs', () => {
    assert.ok(
      holds({ stringequals: { 'AWS:PrincipalTag/Team': 'a' } }, { 'aws:principaltag/TEAM': 'a' }),
    )
    assert.ok(!holds({ StringEquals: { k: 'a' } }, { k: 'A' }))
  })

  it('ForAllValues holds where every value does, and where there is none', () => {
    const all = { 'ForAllValues:StringEquals': { k: ['a', 'b'] } }
    assert.ok(holds(all, { k: ['a', 'b', 'a'] }))
    assert.ok(!holds(all, { k: ['a', 'c'] }))
    for (const facts of [{}, { k: [] }, { k: '' }]) assert.ok(holds(all, facts))
    const none = { 'ForAllValues:StringNotEquals': { k: ['a', 'b'] } }
    assert.ok(holds(none, { k: ['c', 'd'] }))
    assert.ok(!holds(none, { k: ['c', 'a'] }))
  })

  it('ForAnyValue holds where one value does, and not where there is none', () => {
    const any = { 'ForAnyValue:StringLike': { k: ['a*', 'b'] } }
    assert.ok(holds(any, { k: ['c', 'ax'] }))
    assert.ok(holds(any, { k: 'ax' }))
    assert.ok(!holds(any, { k: ['c'] }))
    for (const facts of [{}, { k: [] }, { k: [''] }]) assert.ok(!holds(any, facts))
    const not = { 'ForAnyValue:StringNotEquals': { k: 'a' } }
    assert.ok(holds(not, { k: ['a', 'b'] }))
    assert.ok(!holds(not, { k: ['a'] }))
    assert.ok(!holds(not, {}))
    assert.ok(holds({ 'ForAnyValue:StringEqualsIfExists': { k: 'a' } }, {}))
  })

  it('without a quantifier, a list satisfies by any value, and by all where it says not', () => {
    assert.ok(holds({ StringEquals: { k: 'a' } }, { k: ['b', 'a'] }))
    assert.ok(!holds({ StringNotEquals: { k: 'a' } }, { k: ['b', 'a'] }))
  })
})

describe('policy variables', () => {
  const own = { StringLike: { 's3:prefix': '${aws:username}/*' } }

  it('a variable stands for a fact of the request', () => {
    assert.ok(holds(own, { 'aws:username': 'ann', 's3:prefix': 'ann/x' }))
    assert.ok(!holds(own, { 'aws:username': 'ann', 's3:prefix': 'bob/x' }))
    assert.ok(holds({ StringEquals: { a: '${x:B}-${x:c}' } }, { a: '1-2', 'x:b': '1', 'x:C': '2' }))
  })

  it('what comes out of a variable is no wildcard', () => {
    assert.ok(!holds(own, { 'aws:username': '*', 's3:prefix': 'bob/x' }))
    assert.ok(holds(own, { 'aws:username': '*', 's3:prefix': '*/x' }))
    assert.ok(
      !holds(own, { 'aws:username': '${aws:userid}', 'aws:userid': 'b', 's3:prefix': 'b/' }),
    )
  })

  it('a variable without a value matches nothing, unless it has a default', () => {
    assert.ok(!holds(own, { 's3:prefix': '/x' }))
    assert.ok(holds({ StringNotLike: { 's3:prefix': '${aws:username}/*' } }, { 's3:prefix': 'a' }))
    const fallback = { StringEquals: { k: "${aws:username, 'no body'}!" } }
    assert.ok(holds(fallback, { k: 'no body!' }))
    assert.ok(holds(fallback, { k: 'ann!', 'aws:username': 'ann' }))
    assert.ok(!holds(own, { 'aws:username': ['a', 'b'], 's3:prefix': 'a/' }))
  })

  it('${*}, ${?} and ${$} are the characters', () => {
    const literal = { StringLike: { k: '${*}${?}${$}*' } }
    assert.ok(holds(literal, { k: '*?$x' }))
    assert.ok(!holds(literal, { k: 'ab$x' }))
  })

  it('ARNs may have variables, and each part stays one part', () => {
    const arn = { ArnLike: { k: 'arn:aws:iam::${aws:accountid}:role/*' } }
    assert.ok(holds(arn, { k: 'arn:aws:iam::1:role/x', 'aws:accountId': '1' }))
    assert.ok(!holds(arn, { k: 'arn:aws:iam::2:role/x', 'aws:accountId': '1' }))
    assert.ok(
      holds(
        { ArnEquals: { k: '${x:arn}' } },
        { k: 'arn:aws:a:b:c:d:e', 'x:arn': 'arn:aws:a:b:c:d:e' },
      ),
    )
  })

  it('a policy of 2008 has no variables', () => {
    assert.ok(holds(own, { 's3:prefix': '${aws:username}/x', 'aws:username': 'a' }, '2008-10-17'))
  })
})

describe('conditions that are none', () => {
  for (const [condition, message] of [
    [[], /Condition: must be an object/],
    [{ StringEquals: 'x' }, /Condition\.StringEquals: must be an object of condition keys/],
    [{ StringsEqual: { k: 'v' } }, /"StringsEqual" is no condition operator/],
    [{ 'ForSomeValues:StringEquals': { k: 'v' } }, /is no condition operator/],
    [{ NullIfExists: { k: 'true' } }, /"NullIfExists" is no condition operator/],
    [{ Null: { k: 'maybe' } }, /"maybe" is neither true nor false/],
    [{ Bool: { k: 'yes' } }, /"yes" is neither true nor false/],
    [{ NumericEquals: { k: 'ten' } }, /"ten" is no number/],
    [{ DateLessThan: { k: 'soon' } }, /"soon" is no date/],
    [
      { IpAddress: { 'aws:SourceIp': '1.2.3.4/40' } },
      /"1.2.3.4\/40" is no IP address or CIDR range/,
    ],
    [{ BinaryEquals: { k: '?' } }, /"\?" is no Base64/],
    [{ ArnLike: { k: 'role/x' } }, /"role\/x" is no ARN/],
    [{ StringEquals: { k: { a: 1 } } }, /must be text, a number, a boolean or a list/],
    [{ StringEquals: { k: null } }, /must be text, a number, a boolean or a list/],
    [{ StringEquals: { '': 'a' } }, /condition key without a name/],
  ] as const) {
    it(`${JSON.stringify(condition)} is refused with its place`, () => {
      assert.throws(
        () => policyWith(condition),
        (error) => error instanceof MalformedPolicy && message.test(error.message),
      )
    })
  }
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  breaksLine,
  headerValue,
  headerValues,
  HeaderNames,
  HOP_BY_HOP,
  withHeader,
  withoutHeaders,
} from '#transport/headers.ts'

const HEADERS = ['Host', 'a', 'X-Two', '1', 'x-two', '2', 'Connection', 'close']

describe('flat headers', () => {
  it('give the last value of a name in any case', () => {
    assert.equal(headerValue(HEADERS, 'x-two'), '2')
    assert.equal(headerValue(HEADERS, 'host'), 'a')
    assert.equal(headerValue(HEADERS, 'x-none'), undefined)
  })

  it('give all values in order', () => {
    assert.deepEqual(headerValues(HEADERS, 'x-two'), ['1', '2'])
    assert.deepEqual(headerValues(HEADERS, 'x-none'), [])
  })

  it('never take a value for a name', () => {
    assert.equal(headerValue(['A', 'host', 'B', 'c'], 'host'), undefined)
  })

  it('lose every header of the given names and keep the order of the others', () => {
    assert.deepEqual(withoutHeaders(HEADERS, HOP_BY_HOP), ['Host', 'a', 'X-Two', '1', 'x-two', '2'])
    assert.deepEqual(withoutHeaders(HEADERS, new HeaderNames(['x-two', 'host'])), [
      'Connection',
      'close',
    ])
  })

  it('are the same list where there is nothing to lose', () => {
    assert.equal(withoutHeaders(HEADERS, new HeaderNames(['x-none'])), HEADERS)
  })
  it('tells the names of a set in any case from all others', () => {
    const names = new HeaderNames(['te', 'x-two', 'connection'])
    for (const name of ['te', 'TE', 'X-Two', 'Connection']) assert.ok(names.has(name), name)
    const others = [
      '',
      't',
      'ta',
      'x-tw',
      'x-twos',
      'constructor',
      'connectiom',
      '_E',
      'a'.repeat(9_000),
    ]
    for (const name of others) assert.ok(!names.has(name), name)
  })

  it('hold a replaced header once', () => {
    assert.deepEqual(withHeader(HEADERS, 'X-TWO', '3'), [
      'Host',
      'a',
      'Connection',
      'close',
      'X-TWO',
      '3',
    ])
  })

  it('know what would break a line apart', () => {
    for (const text of ['a\r\nb', 'a\nb', 'a\rb', 'a\0b']) assert.equal(breaksLine(text), true)
    assert.equal(breaksLine('a\tb é'), false)
  })
})

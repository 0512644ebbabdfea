import assert from 'node:assert/strict'
import { test } from 'node:test'
import { notImplemented } from '#wire/errors.ts'
import { speaksXml, xmlErrorResponse } from '#wire/xml-error.ts'

test('s3 gets the error document of its protocol, with the text escaped', () => {
  const { statusCode, headers, body } = xmlErrorResponse('s3', notImplemented('no <a> & b'), 'r1')
  assert.equal(statusCode, 501)
  assert.deepEqual(headers.slice(0, 2), ['content-type', 'application/xml'])
  assert.equal(
    body,
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NotImplementedException</Code><Message>no &lt;a&gt; &amp; b</Message><RequestId>r1</RequestId></Error>',
  )
})

test('services of the query protocol get its envelope, those of JSON none of it', () => {
  const { body } = xmlErrorResponse('sts', notImplemented('no'), 'r1')
  assert.match(
    String(body),
    /<ErrorResponse><Error><Type>Sender<\/Type><Code>NotImplementedException</,
  )
})

test('a service that is not here is answered in the protocol that its call is in', () => {
  const form = { headers: ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'] }
  const json = { headers: ['content-type', 'application/x-amz-json-1.0'] }
  assert.deepEqual(
    [
      speaksXml('ses', form),
      speaksXml('ec2', form),
      speaksXml('ses', json),
      speaksXml('kinesis', json),
      speaksXml('s3', { headers: [] }),
      speaksXml('lambda', { headers: [] }),
    ],
    [true, true, false, false, true, false],
  )
})

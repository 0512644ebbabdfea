import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseXml } from '#wire/xml-tree.ts'

test('elements, attributes, references and sections of characters are read', () => {
  const root = parseXml(
    '<?xml version="1.0"?><!-- c --><a x="1 &amp; 2"><p:b>&lt;&#65;&#x42;</p:b><c/><![CDATA[<d>]]></a>',
  )
  assert.deepEqual(root, {
    name: 'a',
    attributes: { x: '1 & 2' },
    children: [
      { name: 'b', attributes: {}, children: [], text: '<AB' },
      { name: 'c', attributes: {}, children: [], text: '' },
    ],
    text: '<d>',
  })
})

test('what is no document, or too deep, is none', () => {
  for (const text of [
    '',
    'x',
    '<a>',
    '<a></b>',
    '<a/><b/>',
    '</a>',
    '<a',
    '<a x=1/>',
    '<a>&nope;</a>',
    '<a>&#x110000;</a>',
    '<!DOCTYPE a><a/>',
    '<a><![CDATA[x</a>',
    `${'<a>'.repeat(50)}${'</a>'.repeat(50)}`,
  ])
    assert.equal(parseXml(text), undefined, text.slice(0, 40))
})

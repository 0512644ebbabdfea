import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTemplate } from '#deploy/template/read.ts'
import { TemplateError } from '#deploy/template/template-error.ts'

const read = (text: string) => readTemplate(text, 'template.yaml').value

const refused = (text: string): TemplateError => {
  try {
    read(text)
  } catch (error) {
    if (error instanceof TemplateError) return error
    throw error
  }
  throw new Error('the text was read')
}

test('scalars are read as CloudFormation reads them', () => {
  const value = read(`
AWSTemplateFormatVersion: 2010-09-09
N: yes
no: True
Mode: 0755
Account: 012345678901
Version: 1.0
Count: 12
Price: 1.5
Nothing: ~
200: !!str 5
`)
  assert.deepEqual(value, {
    AWSTemplateFormatVersion: '2010-09-09',
    N: 'yes',
    no: true,
    Mode: 493,
    Account: '012345678901',
    Version: '1.0',
    Count: 12,
    Price: 1.5,
    Nothing: null,
    200: '5',
  })
})

test('every short form means its long form, as scalar, list and map', () => {
  assert.deepEqual(
    read(`
A: !Ref B
B: !GetAtt C.D.E
C: !GetAtt [F, G]
D: !Sub ["\${x}", {x: !Ref y}]
E: !If [c, !Base64 t, !ImportValue n]
F: !And [!Condition a, !Not [!Equals [1, 2]]]
G: !Transform {Name: AWS::Include, Parameters: {Location: f}}
H: !FindInMap
  - M
  - !Ref AWS::Region
  - k
`),
    {
      A: { Ref: 'B' },
      B: { 'Fn::GetAtt': ['C', 'D.E'] },
      C: { 'Fn::GetAtt': ['F', 'G'] },
      D: { 'Fn::Sub': [`\${x}`, { x: { Ref: 'y' } }] },
      E: { 'Fn::If': ['c', { 'Fn::Base64': 't' }, { 'Fn::ImportValue': 'n' }] },
      F: { 'Fn::And': [{ Condition: 'a' }, { 'Fn::Not': [{ 'Fn::Equals': [1, 2] }] }] },
      G: { 'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: 'f' } } },
      H: { 'Fn::FindInMap': ['M', { Ref: 'AWS::Region' }, 'k'] },
    },
  )
})

test('anchors and merge keys are written out', () => {
  assert.deepEqual(read('a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a'), {
    a: { x: 1, y: 2 },
    b: { x: 1, y: 3 },
    c: { x: 1, y: 2 },
  })
})

test('a place in the value leads to its line, in YAML and in JSON', () => {
  const yaml = readTemplate('A:\n  B:\n    - !Sub\n      - text\n      - x: 1\n', 't')
  assert.equal(yaml.lineOf(['A', 'B', 0, 'Fn::Sub', 1, 'x']), 5)
  assert.equal(yaml.lineOf(['A', 'C']), 1, 'the deepest part that is there')
  const json = readTemplate('{\n "A": {\n  "B": [\n   1 ]}}', 't')
  assert.equal(json.lineOf(['A', 'B']), 3)
})

test('a key that stands twice is told with its line', () => {
  const { value, duplicateKeys } = readTemplate('a: 1\nb: 2\na: 3\n', 't')
  assert.deepEqual(value, { b: 2, a: 3 })
  assert.deepEqual(duplicateKeys, [{ key: 'a', line: 3 }])
})

test('what is no YAML is refused with file, line and the mend', () => {
  const error = refused('Resources:\n  A: [1\n  B: 2\n')
  assert.equal(error.file, 'template.yaml')
  assert.equal(error.line, 3)
  assert.match(error.message, /^template\.yaml:3:\d+: this is not valid YAML: .+\. Mend the line/)
})

test('an unknown tag is refused by name', () => {
  assert.match(
    refused('A:\n  B: !Reff C').message,
    /:2: `!Reff` is not an intrinsic function\. Use/,
  )
})

test('an alias bomb and endless nesting are refused in bounded time', () => {
  const levels = ['a: &a0 [x,x,x,x,x,x,x,x,x,x]']
  for (let level = 1; level < 9; level++) {
    const aliases = Array.from({ length: 10 }, () => `*a${level - 1}`).join(',')
    levels.push(`b${level}: &a${level} [${aliases}]`)
  }
  assert.match(refused(levels.join('\n')).message, /more than 1000000 values/)
  assert.match(refused(`a: ${'['.repeat(100_000)}`).message, /nested/)
  assert.match(refused(`{"a": ${'['.repeat(1000)}${']'.repeat(1000)}}`).message, /nested/)
  assert.match(refused(`a: ${'x'.repeat(5 * 1024 * 1024)}`).message, /larger than/)
})

test('a key that every object inherits is an ordinary key', () => {
  const value = read('__proto__: {polluted: true}\nconstructor: 1')
  assert.deepEqual(Object.keys(value), ['__proto__', 'constructor'])
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
})

test('brackets that close too far left are read as PyYAML reads them, and lines keep their numbers', () => {
  const text = `Schema: {"a": "] }",
"b": {
  "c": [1, # ]
2]}
}
List: [
  !Ref A,
!Sub "x"
]
After: {Type: String}
`
  const source = readTemplate(text, 'template.yaml')
  assert.deepEqual(source.value, {
    Schema: { a: '] }', b: { c: [1, 2] } },
    List: [{ Ref: 'A' }, { 'Fn::Sub': 'x' }],
    After: { Type: 'String' },
  })
  assert.equal(source.lineOf(['After', 'Type']), 10)
  assert.match(refused('A: {\nb: 1\nC: 2').message, /not valid YAML/)
})

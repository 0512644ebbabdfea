import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { resolveParameters } from '#deploy/cloudformation/parameters.ts'
import { createReport } from '#deploy/report.ts'
import { transformSam } from '#deploy/sam/transform.ts'
import { TemplateError } from '#deploy/template/template-error.ts'
import { readTemplate } from '#deploy/template/read.ts'
import { isObject, type JsonValue } from '#shared/json.ts'
import { SUPPORTED } from './supported.ts'

const NO_DATA = 'shared/data/sam is not on this machine'
const DATA = new URL('../../../../shared/data/sam/', import.meta.url)

/** Numbers as text (a template's `2.0` is kept as it is written), lists sorted, hashes at the end of ids cut. */
const normalised = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    return value.map(normalised).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, member]): [string, unknown] => [hashless(key), normalised(member)])
        .sort(([left], [right]) => (left < right ? -1 : 1)),
    )
  }
  if (typeof value === 'number') return numeral(String(value))
  return typeof value === 'string' ? numeral(hashless(value)) : value
}

const numeral = (text: string) => (/^\d+\.0+$/.test(text) ? text.replace(/\.0+$/, '') : text)

const hashless = (text: string) =>
  text
    .replace(/^(RestApi deployment id: )[0-9a-f]{40}$/, '$1#')
    .replaceAll(/([A-Za-z])[0-9a-f]{10}(?![A-Za-z0-9])/g, '$1#')

const transformed = (name: string) => {
  const file = new URL(`input/${name}.yaml`, DATA)
  const source = readTemplate(readFileSync(file, 'utf8'), `${name}.yaml`)
  const report = createReport(source)
  const given = Object.fromEntries(
    Object.entries(isObject(source.value['Parameters']) ? source.value['Parameters'] : {})
      .filter(([, parameter]) => isObject(parameter) && parameter['Default'] === undefined)
      .map(([parameter]) => [parameter, '']),
  )
  const parameters = new Map<string, JsonValue>()
  for (const [key, value] of resolveParameters(source, given, report)) {
    if (!Object.hasOwn(given, key)) parameters.set(key, value)
  }
  return transformSam(source.value, { parameters, report })
}

const compare = (name: string): string | undefined => {
  const expected: unknown = JSON.parse(readFileSync(new URL(`expected/${name}.json`, DATA), 'utf8'))
  try {
    const { template, errors } = transformed(name)
    if (name.startsWith('error_')) {
      if (errors.length === 0) return 'no error'
      const message = JSON.stringify(expected)
      return errors.some(({ logicalId }) => message.includes(logicalId)) ? undefined : 'other id'
    }
    if (errors.length > 0) return `error: ${errors[0]?.logicalId} ${errors[0]?.problem}`
    assert.deepEqual(normalised(template), normalised(expected))
    return undefined
  } catch (error) {
    return name.startsWith('error_') && error instanceof Error && error.name === 'TemplateError'
      ? undefined
      : String(error)
  }
}

test('templates come out as SAM itself transforms them', {
  skip: !existsSync(DATA) && NO_DATA,
}, () => {
  const failures = SUPPORTED.flatMap((name) => {
    const failure = compare(name)
    return failure === undefined ? [] : [`${name}: ${failure}`]
  })
  assert.deepEqual(failures, [])
  assert.ok(SUPPORTED.length >= 143)
})

test('no template of the collection makes the transform throw', {
  skip: !existsSync(DATA) && NO_DATA,
}, () => {
  for (const file of readdirSync(new URL('input/', DATA))) {
    try {
      transformed(file.replace('.yaml', ''))
    } catch (error) {
      assert.ok(error instanceof TemplateError, `${file}: ${String(error)}`)
    }
  }
})

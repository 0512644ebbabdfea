import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { TemplateError } from '#deploy/template/template-error.ts'
import { restTemplate, workspace } from './deployment.ts'

const DEPTH = 100_000

const HOSTILE: Readonly<Record<string, readonly [() => string, RegExp]>> = {
  'a YAML bomb': [
    () => {
      const levels = Array.from({ length: 12 }, (_, level) => {
        const from = level === 0 ? 'x' : `*a${level - 1}`
        return `a${level}: &a${level} [${Array.from({ length: 10 }, () => from).join(', ')}]`
      })
      return `Metadata:\n  ${levels.join('\n  ')}\nResources: {}\n`
    },
    /more than 1000000 values once its aliases are written out/,
  ],
  '100,000 levels of YAML': [() => `Resources: ${'['.repeat(DEPTH)}`, /nested|not valid YAML/],
  '100,000 levels of JSON': [
    () => `{"Resources":${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}}`,
    /nested more than 200 levels deep|nested too deeply/,
  ],
  'a template of more than 5 MB': [
    () => `Resources: {A: {Type: AWS::S3::Bucket}}\n# ${'x'.repeat(5 * 1024 * 1024)}`,
    /larger than 5242880 bytes|too large/,
  ],
  'loops that repeat without end': [
    () => {
      const items = JSON.stringify(Array.from({ length: 200 }, (_, index) => String(index)))
      const loop = (name: string, inner: string) =>
        `{"Fn::ForEach::${name}": ["${name}", ${items}, ${inner}]}`
      const inner = loop(
        'A',
        loop('B', loop('C', '{"R${A}${B}${C}": {"Type": "AWS::S3::Bucket"}}')),
      )
      return `{"Transform": "AWS::LanguageExtensions", "Resources": ${inner}}`
    },
    /Fn::ForEach repeats too often/,
  ],
}

const refused = (t: TestContext, text: string, message: RegExp) => {
  const shop = workspace(t)
  return async () => {
    const good = await shop.template(restTemplate())
    const revision = await shop.store.revision()
    await assert.rejects(shop.template(text), (error) => {
      assert.ok(error instanceof TemplateError, String(error))
      assert.match(error.message, message)
      assert.ok(error.message.length < 1_000)
      return true
    })
    assert.equal(await shop.store.revision(), revision)
    assert.deepEqual((await shop.template(restTemplate())).apis, good.apis)
  }
}

for (const [name, [template, message]] of Object.entries(HOSTILE)) {
  test(`${name}: one bounded message, and the last good state stays`, (t) =>
    refused(t, template(), message)())
}

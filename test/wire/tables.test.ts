import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { loadServiceTable, type TableName } from '#wire/table.ts'
import { SOURCES, wireTable } from '../../scripts/generate-wire.ts'

const names: readonly TableName[] = ['apigateway', 'apigatewayv2', 'lambda']

describe('the generated tables', () => {
  for (const name of names) {
    it(`${name} is what the installed SDK client gives`, async (test) => {
      const fresh = await wireTable(name)
      if (fresh === undefined) {
        test.skip(`${SOURCES[name].package} is not installed`)
        return
      }
      const path = new URL(`../../src/wire/tables/${name}.gen.json`, import.meta.url)
      assert.equal(await readFile(path, 'utf8'), fresh, 'stale: run npm run generate')
    })

    it(`${name} resolves every type that it names`, async () => {
      const table = await loadServiceTable(name)
      for (const operation of Object.keys(table.document.operations)) {
        const shapes = table.operation(operation)
        assert.ok(shapes)
        const seen = new Set<string>()
        const types = [shapes.input, shapes.output].flatMap(({ members }) => members)
        for (const { type } of types) {
          let inner = type
          while (inner.kind === 'list' || inner.kind === 'map')
            inner = inner.kind === 'list' ? inner.member : inner.value
          if (inner.kind !== 'structure' || seen.has(inner.name)) continue
          seen.add(inner.name)
          types.push(...inner.members)
        }
      }
    })
  }

  it('hold as many operations as AWS has', async () => {
    const counts = await Promise.all(
      names.map(
        async (name) => Object.keys((await loadServiceTable(name)).document.operations).length,
      ),
    )
    assert.deepEqual(counts, [124, 103, 88])
  })

  it('bind every label of a URI to a member', async () => {
    for (const name of names) {
      const table = await loadServiceTable(name)
      for (const operation of Object.keys(table.document.operations)) {
        const { input, uri } = table.operation(operation) ?? assert.fail(operation)
        const inUri = [...uri.matchAll(/\{(\w+)\+?\}/g)].map(([, label]) => label)
        const bound = input.members.filter(({ in: at }) => at === 'label').map((m) => m.name)
        assert.deepEqual(new Set(inUri), new Set(bound), `${name} ${operation}`)
      }
    }
  })

  it('know no operation and no error by the name of a property of all objects', async () => {
    const table = await loadServiceTable('apigateway')
    assert.equal(table.operation('constructor'), undefined)
    assert.equal(table.error('__proto__'), undefined)
  })
})

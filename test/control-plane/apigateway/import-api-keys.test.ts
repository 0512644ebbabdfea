import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { badRequest, createSetting, invalid, operations } from './setting.ts'

const VALUE = 'abcdefghijklmnopqrst'

const createImports = () => {
  const setting = createSetting()
  const load = (text: string, more: object = {}) =>
    setting.run(operations.ImportApiKeys, { body: Buffer.from(text), format: 'csv', ...more })
  return { ...setting, load }
}

describe('ImportApiKeys', () => {
  it('makes the keys of a file and puts them into usage plans', async () => {
    const { load, run } = createImports()
    const plans = await Promise.all(
      ['a', 'b'].map((name) => run(operations.CreateUsagePlan, { name })),
    )
    const [one = '', two = ''] = plans.map(({ id }) => id)
    const { ids, warnings } = await load(
      `Name,key,description,Enabled,usageplanIds\r\nfirst,${VALUE}1,"with, comma ""quoted""",TRUE,"${one},${two}"\n\nsecond,${VALUE}2,,false,\n`,
    )
    assert.deepEqual(warnings, [])
    const keys = await Promise.all(
      ids.map((apiKey) => run(operations.GetApiKey, { apiKey, includeValue: true })),
    )
    assert.deepEqual(
      keys.map(({ name, value, description, enabled }) => [name, value, description, enabled]),
      [
        ['first', `${VALUE}1`, 'with, comma "quoted"', true],
        ['second', `${VALUE}2`, undefined, false],
      ],
    )
    const { items } = await run(operations.GetUsagePlanKeys, { usagePlanId: two })
    assert.deepEqual(items, [{ id: ids[0], type: 'API_KEY', name: 'first', value: `${VALUE}1` }])
  })

  it('says of each row why it is no key, and makes none with failOnWarnings', async () => {
    const { load, run } = createImports()
    const text = `name,key,usageplanids\na,short\nb,${VALUE},nothing\nc,${VALUE}\nd,\n${'e'.repeat(1025)},${VALUE}e\n`
    const expected = [
      'Row 1: API Key value should be at least 20 characters',
      'Row 2: Invalid Usage Plan ID specified',
      'Row 4: API Key value should be at least 20 characters',
      'Row 5: Invalid API Key name, can be at most 1024 characters.',
    ]
    await badRequest(
      load(text, { failOnWarnings: true }),
      `Warnings found during import:\n\t${expected.join('\n\t')}`,
    )
    assert.deepEqual((await run(operations.GetApiKeys, {})).items, [])
    const { ids, warnings } = await load(text)
    assert.equal(ids.length, 1)
    assert.deepEqual(warnings, expected)
  })

  it('lets a later import of a key overwrite the former, and enables what does not say otherwise [guide: api-key-file-format]', async () => {
    const { load, run } = createImports()
    const { id: plan } = await run(operations.CreateUsagePlan, { name: 'a' })
    const first = await load(`key,name,description\n${VALUE},first,one\n`)
    const again = await load(
      `Enabled,Name,key,UsageplanIds,Colour\nfalse,it's,${VALUE},'${plan}'\n,other,${VALUE}2,'${plan},${plan}'\n`,
    )
    assert.deepEqual(again.warnings, ['The column colour is not used'])
    assert.equal(again.ids[0], first.ids[0])
    const keys = await Promise.all(
      again.ids.map((apiKey) => run(operations.GetApiKey, { apiKey, includeValue: true })),
    )
    assert.deepEqual(
      keys.map(({ name, value, description, enabled }) => [name, value, description, enabled]),
      [
        ["it's", VALUE, undefined, false],
        ['other', `${VALUE}2`, undefined, true],
      ],
    )
    const { items } = await run(operations.GetUsagePlanKeys, { usagePlanId: plan })
    assert.deepEqual(items.map(({ id }) => id).sort(), [...again.ids].sort())
  })

  it('takes 10,000 rows at most, none of a larger file [behaviour.md 9 "API keys"]', async () => {
    const { load, run } = createImports()
    const rows = Array.from({ length: 10_001 }, (_, index) => `k${index},${VALUE}${index}`)
    await badRequest(load(`name,key\n${rows.join('\n')}\n`), 'Invalid CSV: more than 10000 keys')
    assert.deepEqual((await run(operations.GetApiKeys, {})).items, [])
  })

  it('refuses what is no such file', async () => {
    const { load } = createImports()
    await badRequest(load(''), 'Invalid CSV: the column name is missing')
    await badRequest(load('name,value\na,b'), 'Invalid CSV: the column key is missing')
    await invalid(
      load('name,key', { format: 'xml' }),
      "1 validation error detected: Value 'xml' at 'format' failed to satisfy constraint: Member must satisfy enum value set: [csv]",
    )
  })
})

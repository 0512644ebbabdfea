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
    const text = `name,key,usageplanids\na,short\nb,${VALUE},nothing\nc,${VALUE}\nd,${VALUE}\n`
    const expected = [
      'Row 1: API Key value should be at least 20 characters',
      'Row 2: Invalid Usage Plan ID specified',
      'Row 4: API Key already exists',
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

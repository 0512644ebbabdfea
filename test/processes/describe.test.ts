import assert from 'node:assert/strict'
import { it } from 'node:test'
import { withUndeployed } from '#processes/describe.ts'

it('an API without a stage is told of too, by id and name, with nowhere to call it', () => {
  const served = {
    id: 'a',
    name: 'served',
    protocol: 'REST',
    stages: ['prod'],
    urls: ['http://localhost/'],
    routes: [],
    limitations: [],
  } as const
  const apis = withUndeployed([served], [served, { id: 'b', name: 'draft', protocol: 'HTTP' }])
  assert.deepEqual(
    apis.map(({ id, name, stages, urls }) => ({ id, name, stages, urls })),
    [
      { id: 'a', name: 'served', stages: ['prod'], urls: ['http://localhost/'] },
      { id: 'b', name: 'draft', stages: [], urls: [] },
    ],
  )
})

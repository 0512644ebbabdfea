import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createApi } from '#control-plane/apigateway/draft.ts'
import { readResourceTree } from '#control-plane/apigateway/resource-tree.ts'
import { derivedIds } from '#shared/ids.ts'
import { createMemoryStore } from '#store/memory.ts'
import { type StoreCall, writes } from '#store/transactional.ts'
import { SCOPE } from './setting.ts'

const createCall = (): StoreCall => ({
  ...SCOPE,
  store: createMemoryStore(),
  ids: derivedIds('stack/Api'),
  requestId: 'request',
  nowMs: 0,
})

const FACTS = {
  name: 'pets',
  apiKeySource: 'HEADER',
  disableExecuteApiEndpoint: false,
  endpointConfiguration: { types: ['EDGE'] },
} as const

const newApi = writes((_input: undefined, call) => createApi(call, FACTS, { builtInModels: false }))

describe('draft', () => {
  it('a path is made with its ancestors, and once only', async () => {
    const call = createCall()
    const { id } = await newApi(undefined, call)
    const paths = await writes(async (_input: undefined, inner) => {
      const tree = await readResourceTree(inner, id)
      const pet = await tree.ensurePath(inner, '/pets/{petId}')
      assert.equal(await tree.ensurePath(inner, '/pets/{petId}'), pet)
      await tree.ensurePath(inner, '/pets/{petId}/toys')
      const again = await readResourceTree(inner, id)
      return [...again.byId.values()].map(({ path }) => path).sort()
    })(undefined, call)
    assert.deepEqual(paths, ['/', '/pets', '/pets/{petId}', '/pets/{petId}/toys'])
  })

  it('derived ids that are taken already are passed over', async () => {
    const call = createCall()
    const api = await newApi(undefined, call)
    const add = (path: string) =>
      writes(async (_input: undefined, inner) => {
        const tree = await readResourceTree(inner, api.id)
        return tree.ensurePath(inner, path)
      })(undefined, { ...call, ids: derivedIds('same seed') })
    assert.notEqual((await add('/a')).id, (await add('/b')).id)
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { badRequest, conflict, createSetting, notFound, operations } from './setting.ts'

const { CreateResource, GetResource, GetResources, UpdateResource, DeleteResource } = operations

const tree = async () => {
  const setting = createSetting()
  const { restApiId, rootId } = await setting.createApi()
  const create = (parentId: string, pathPart: string) =>
    setting.run(CreateResource, { restApiId, parentId, pathPart })
  const patch = (
    resourceId: string,
    op: 'add' | 'remove' | 'replace',
    path: string,
    value?: string,
  ) =>
    setting.run(UpdateResource, { restApiId, resourceId, patchOperations: [{ op, path, value }] })
  return { ...setting, restApiId, rootId, create, patch }
}

describe('Resource', () => {
  it('F018: a resource answers its id, parent, path and part; the root its id and path alone', async () => {
    const { run, restApiId, rootId, create } = await tree()
    const pets = await create(rootId, 'pets')
    assert.deepEqual(pets, { id: pets.id, parentId: rootId, path: '/pets', pathPart: 'pets' })
    const pet = await create(pets.id, '{petId}')
    assert.equal(pet.path, '/pets/{petId}')
    const { items } = await run(GetResources, { restApiId })
    assert.deepEqual(
      items.find(({ path }) => path === '/'),
      { id: rootId, path: '/' },
    )
    assert.equal(items.length, 3)
  })

  it('F018: a renamed resource renames all beneath it', async () => {
    const { run, restApiId, rootId, create, patch } = await tree()
    const pets = await create(rootId, 'pets')
    const pet = await create(pets.id, '{petId}')
    const toys = await create(pet.id, 'toys')
    assert.equal((await patch(pets.id, 'replace', '/pathPart', 'animals')).path, '/animals')
    const moved = await run(GetResource, { restApiId, resourceId: toys.id })
    assert.equal(moved.path, '/animals/{petId}/toys')
  })

  it('F018: a deleted resource takes its subtree with it', async () => {
    const { run, restApiId, rootId, create } = await tree()
    const pets = await create(rootId, 'pets')
    const pet = await create(pets.id, '{petId}')
    await run(DeleteResource, { restApiId, resourceId: pets.id })
    await notFound(
      run(GetResource, { restApiId, resourceId: pet.id }),
      'Invalid Resource identifier specified',
    )
    assert.equal((await run(GetResources, { restApiId })).items.length, 1)
  })

  it('F021: the root stays the root', async () => {
    const { rootId, create, patch } = await tree()
    const pets = await create(rootId, 'pets')
    await badRequest(
      patch(rootId, 'replace', '/pathPart', 'x'),
      'Root resource cannot update its pathPart.',
    )
    await badRequest(
      patch(rootId, 'replace', '/parentId', pets.id),
      'Root resource cannot update its parentId.',
    )
  })

  it('F023: an unknown parent is not found', async () => {
    const { create } = await tree()
    await notFound(create('nothing', 'pets'), 'Invalid Resource identifier specified')
  })

  it('F024: one variable child, and nothing beneath a greedy one', async () => {
    const { rootId, create } = await tree()
    const proxy = await create(rootId, '{proxy+}')
    await badRequest(
      create(rootId, '{child}'),
      'A sibling ({proxy+}) of this resource already has a variable path part -- only one is allowed',
    )
    await badRequest(
      create(proxy.id, 'x'),
      'Cannot create a child of a resource with a greedy path variable: {proxy+}',
    )
    await create(rootId, 'static')
  })

  it('two children of one name are a conflict, made or renamed', async () => {
    const { rootId, create, patch } = await tree()
    await create(rootId, 'pets')
    const cats = await create(rootId, 'cats')
    const message = 'Another resource with the same parent already has this name: pets'
    await conflict(create(rootId, 'pets'), message)
    await conflict(patch(cats.id, 'replace', '/pathPart', 'pets'), message)
  })

  it('a resource cannot be moved beneath itself', async () => {
    const { rootId, create, patch } = await tree()
    const pets = await create(rootId, 'pets')
    const pet = await create(pets.id, '{petId}')
    await badRequest(
      patch(pets.id, 'replace', '/parentId', pet.id),
      'Resources cannot be cyclical.',
    )
    await notFound(
      patch(pets.id, 'replace', '/parentId', 'nothing'),
      'Invalid Resource identifier specified',
    )
  })

  it('other patches are refused in the words of AWS', async () => {
    const { rootId, create, patch } = await tree()
    const { id } = await create(rootId, 'pets')
    await badRequest(
      patch(id, 'replace', '/invalid', 'x'),
      "Invalid patch path  '/invalid' specified for op 'replace'. Must be one of: [/parentId, /pathPart]",
    )
    await badRequest(
      patch(id, 'add', '/pathPart', 'x'),
      "Invalid patch path  '/pathPart' specified for op 'add'. Please choose supported operations",
    )
  })

  it('methods are named, and shown whole with embed=methods', async () => {
    const { run, createMockApi, getMethod } = createSetting()
    const { restApiId, rootId, at } = await createMockApi()
    const plain = await run(GetResource, { restApiId, resourceId: rootId })
    assert.deepEqual(plain.resourceMethods, { GET: {} })
    const whole = await run(GetResource, { restApiId, resourceId: rootId, embed: ['methods'] })
    assert.deepEqual(whole.resourceMethods, { GET: await getMethod(at) })
  })

  it('a part that is no path part is refused', async () => {
    const { rootId, create } = await tree()
    for (const part of ['a/b', '{x', 'a b', '', '{}', '{a+b}']) {
      await badRequest(
        create(rootId, part),
        "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.",
      )
    }
  })
})

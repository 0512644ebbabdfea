// One suite for every implementation of the store: what one promises, all keep.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { createMemoryStore } from '#store/memory.ts'
import { openSqliteStore } from '#store/sqlite.ts'
import { collection, type Store } from '#store/store.ts'

const pets = collection<{ readonly name: string; readonly age?: number }>('pets')
const directory = collection<string>('directory')
const scope = { accountId: '123456789012', region: 'us-east-1' }
const elsewhere = { accountId: '123456789012', region: 'eu-west-1' }

let folder: string
const implementations: Record<string, () => Store> = {
  memory: createMemoryStore,
  sqlite: () => openSqliteStore(join(folder, 'data.db')),
}

for (const [name, open] of Object.entries(implementations)) {
  describe(`the ${name} store`, () => {
    let store: Store
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'daemun-store-'))
      store = open()
    })
    afterEach(async () => {
      await store.close()
      await rm(folder, { recursive: true, force: true })
    })

    const get = (key: string) => store.read((view) => view.get(pets, scope, key))

    it('gives back what was put, by account and region', async () => {
      await store.write((tx) => tx.put(pets, scope, 'a/1', { name: 'Ann' }))
      assert.deepEqual(await get('a/1'), { name: 'Ann' })
      assert.equal(await store.read((view) => view.get(pets, elsewhere, 'a/1')), undefined)
    })

    it('lists in order of keys, by prefix, after a key and up to a limit', async () => {
      await store.write(async (tx) => {
        for (const key of ['b/1', 'a/2', 'a/10', 'a/1', 'ab/1']) {
          await tx.put(pets, scope, key, { name: key })
        }
      })
      const keys = (options: object) =>
        store.read(async (view) =>
          (await view.list(pets, scope, options)).map((entry) => entry.key),
        )
      assert.deepEqual(await keys({}), ['a/1', 'a/10', 'a/2', 'ab/1', 'b/1'])
      assert.deepEqual(await keys({ prefix: 'a/' }), ['a/1', 'a/10', 'a/2'])
      assert.deepEqual(await keys({ prefix: 'a/', after: 'a/1', limit: 1 }), ['a/10'])
    })

    it('rolls everything back when a transaction throws', async () => {
      await store.write((tx) => tx.put(pets, scope, 'a', { name: 'before' }))
      const revision = await store.revision()
      await assert.rejects(
        store.write(async (tx) => {
          await tx.put(pets, scope, 'a', { name: 'after' })
          await tx.put(pets, scope, 'b', { name: 'new' })
          throw new Error('changed my mind')
        }),
        /changed my mind/,
      )
      assert.deepEqual(await get('a'), { name: 'before' })
      assert.equal(await get('b'), undefined)
      assert.equal(await store.revision(), revision)
    })

    it('shows a transaction its own writes and nobody else until it commits', async () => {
      await store.write(async (tx) => {
        await tx.put(pets, scope, 'a', { name: 'Ann' })
        assert.deepEqual(await tx.get(pets, scope, 'a'), { name: 'Ann' })
        assert.equal(await get('a'), undefined)
      })
      assert.deepEqual(await get('a'), { name: 'Ann' })
    })

    it('runs transactions one after the other', async () => {
      await store.write((tx) => tx.put(pets, scope, 'n', { name: 'n', age: 0 }))
      await Promise.all(
        Array.from({ length: 20 }, () =>
          store.write(async (tx) => {
            const { age = 0 } = (await tx.get(pets, scope, 'n')) ?? { name: 'n' }
            await tx.put(pets, scope, 'n', { name: 'n', age: age + 1 })
          }),
        ),
      )
      assert.equal((await get('n'))?.age, 20)
    })

    it('deletes one key or a prefix, and says what was there', async () => {
      await store.write(async (tx) => {
        for (const key of ['a', 'a/1', 'a/2', 'b']) await tx.put(pets, scope, key, { name: key })
      })
      await store.write(async (tx) => {
        assert.equal(await tx.delete(pets, scope, 'nope'), false)
        assert.equal(await tx.delete(pets, scope, 'b'), true)
        assert.equal(await tx.deletePrefix(pets, scope, 'a/'), 2)
      })
      const left = await store.read((view) => view.list(pets, scope))
      assert.deepEqual(
        left.map((entry) => entry.key),
        ['a'],
      )
    })

    it('clears everything, and tells of what was global', async () => {
      await store.write(async (tx) => {
        await tx.put(pets, scope, 'a', { name: 'a' })
        await tx.put(directory, GLOBAL_SCOPE, 'stage/a', 'A')
      })
      await store.write((tx) => tx.clear())
      assert.equal(await get('a'), undefined)
      assert.deepEqual(await store.changes(directory, 1), {
        revision: 2,
        changes: [{ key: 'stage/a', value: undefined }],
      })
    })

    it('raises the revision by one per commit and tells the watchers what it touched', async () => {
      const seen: (readonly [revision: number, pets: boolean, directory: boolean])[] = []
      const stop = store.watch(({ revision, touches }) =>
        seen.push([revision, touches(pets), touches(directory)]),
      )
      await store.write(async () => undefined)
      await store.write((tx) => tx.put(pets, scope, 'a', { name: 'a' }))
      await store.write((tx) => tx.delete(directory, GLOBAL_SCOPE, 'a'))
      await store.write((tx) => tx.clear())
      stop()
      await store.write(async () => undefined)
      assert.deepEqual(seen, [
        [1, false, false],
        [2, true, false],
        [3, false, true],
        [4, true, true],
      ])
      assert.equal(await store.revision(), 5)
    })

    it('tells what changed in a global collection since a revision, deletions included', async () => {
      await store.write((tx) => tx.put(directory, GLOBAL_SCOPE, 'stage/a', 'A1'))
      await store.write((tx) => tx.put(directory, GLOBAL_SCOPE, 'stage/b', 'B1'))
      await store.write((tx) => tx.delete(directory, GLOBAL_SCOPE, 'stage/a'))
      assert.deepEqual(await store.changes(directory, 1), {
        revision: 3,
        changes: [
          { key: 'stage/b', value: 'B1' },
          { key: 'stage/a', value: undefined },
        ],
      })
      assert.deepEqual((await store.changes(directory, 3)).changes, [])
      assert.equal(
        await store.read((view) => view.get(directory, GLOBAL_SCOPE, 'stage/a')),
        undefined,
      )
      const listed = await store.read((view) => view.list(directory, GLOBAL_SCOPE))
      assert.deepEqual(
        listed.map((entry) => entry.key),
        ['stage/b'],
      )
    })

    it('gives frozen copies: changing one changes nothing', async () => {
      const value = { name: 'Ann', age: 1 }
      await store.write((tx) => tx.put(pets, scope, 'a', value))
      value.age = 2
      const read = await get('a')
      assert.equal(read?.age, 1)
      assert.ok(Object.isFrozen(read))
    })
  })
}

describe('the sqlite store on disk', () => {
  it('has after opening again what was committed before', async () => {
    const path = await mkdtemp(join(tmpdir(), 'daemun-store-'))
    try {
      const first = openSqliteStore(join(path, 'data.db'))
      await first.write((tx) => tx.put(pets, scope, 'a', { name: 'Ann' }))
      await first.close()
      const second = openSqliteStore(join(path, 'data.db'))
      assert.deepEqual(await second.read((view) => view.get(pets, scope, 'a')), { name: 'Ann' })
      assert.equal(await second.revision(), 1)
      await second.close()
    } finally {
      await rm(path, { recursive: true, force: true })
    }
  })
})

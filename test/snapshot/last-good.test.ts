import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { ApiKeyEntry, DirectoryChange, DirectoryEntry } from '#model/documents.ts'
import type { DirectorySource } from '#snapshot/distribute.ts'
import { openLastGood } from '#snapshot/last-good.ts'
import { restDocument, restEntry, restMethod } from '../support/rest-api.ts'

const DOCUMENT = restDocument({ methods: { 'GET /': restMethod() } })

const key = (id: string, enabled = true): ApiKeyEntry => ({
  kind: 'api-key',
  id,
  enabled,
  usagePlans: ['plan'],
})

const stage = (documentHash: string): DirectoryEntry => ({ ...restEntry(), documentHash })

/** A store in memory: `put` is a commit. */
const testSource = () => {
  const entries = new Map<string, { readonly at: number; readonly entry: DirectoryEntry | null }>()
  const asked: number[] = []
  const state = { revision: 0, failing: false }
  const source: DirectorySource = {
    changes: async (since) => {
      asked.push(since)
      const changes: DirectoryChange[] = []
      for (const [name, { at, entry }] of entries)
        if (at > since) changes.push({ key: name, entry })
      return { revision: state.revision, changes }
    },
    document: async () => {
      if (state.failing) throw new Error('no document today')
      return DOCUMENT
    },
  }
  const put = (changes: Readonly<Record<string, DirectoryEntry | null>>): void => {
    state.revision++
    for (const [name, entry] of Object.entries(changes)) {
      entries.set(name, { at: state.revision, entry })
    }
  }
  const all = () => Object.fromEntries([...entries].map(([name, { entry }]) => [name, entry]))
  return { source, put, all, asked, state }
}

const openFolder = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-last-good-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const readBack = async (folder: string) => {
  const read = (await openLastGood(folder).read()) ?? assert.fail('nothing was kept')
  return {
    ...read,
    entries: Object.fromEntries(read.delta.changes.map((change) => [change.key, change.entry])),
  }
}

const journalIn = async (folder: string): Promise<string> => {
  const [name, ...others] = (await readdir(folder)).filter((file) => file.startsWith('changes-'))
  assert.deepEqual(others, [])
  return join(folder, name ?? assert.fail('no journal'))
}

test('what was kept last is read, changes and deletions too', async (t) => {
  const folder = await openFolder(t)
  const { source, put, all, state } = testSource()
  const lastGood = openLastGood(folder)
  assert.equal(await lastGood.read(), undefined)
  put({ 'api-key/a': key('a'), 'api-key/b': key('b'), 'stage/abc123/prod': stage('one') })
  await lastGood.keep(source)
  assert.deepEqual((await readBack(folder)).entries, all())
  put({ 'api-key/a': null, 'api-key/c': key('c') })
  await lastGood.keep(source)
  put({ 'api-key/c': key('c', false) })
  put({ 'api-key/d': key('d') })
  await lastGood.keep(source)
  const { entries, delta, document } = await readBack(folder)
  assert.deepEqual(entries, all())
  assert.equal(delta.revision, state.revision)
  assert.deepEqual(await document('one'), JSON.parse(JSON.stringify(DOCUMENT)))
})

test('with 10,000 keys, a change of one writes that one', async (t) => {
  const folder = await openFolder(t)
  const { source, put, asked } = testSource()
  const lastGood = openLastGood(folder)
  const keys = Array.from({ length: 10_000 }, (_, at) => [`api-key/${at}`, key(`${at}`)] as const)
  put(Object.fromEntries(keys))
  await lastGood.keep(source)
  const directory = join(folder, 'directory.json')
  const { ino, size } = await stat(directory)
  put({ 'api-key/7': key('7', false) })
  await lastGood.keep(source)
  assert.equal((await stat(directory)).ino, ino)
  const { size: journalBytes } = await stat(await journalIn(folder))
  assert.ok(size > 500_000 && journalBytes < 300, `${journalBytes} bytes beside ${size}`)
  assert.deepEqual(asked, [0, 1])
  // A commit that changes no entry writes nothing.
  put({})
  await lastGood.keep(source)
  assert.equal((await stat(await journalIn(folder))).size, journalBytes)
})

test('a journal that outgrows the directory is folded into it', async (t) => {
  const folder = await openFolder(t)
  const { source, put, all } = testSource()
  const lastGood = openLastGood(folder)
  put({ 'api-key/first': key('first') })
  await lastGood.keep(source)
  const long = 'x'.repeat(100_000)
  const sizes: number[] = []
  for (let at = 0; at < 25; at++) {
    put({ 'api-key/long': key(`${at}${long}`) })
    await lastGood.keep(source)
    const files = await Promise.all(
      (await readdir(folder)).map(async (file) => (await stat(join(folder, file))).size),
    )
    sizes.push(files.reduce((sum, size) => sum + size))
  }
  assert.deepEqual((await readBack(folder)).entries, all())
  // It has a megabyte and no more, twice over.
  assert.ok(Math.max(...sizes) < 1_300_000, `${sizes}`)
  assert.ok(sizes.filter((size, at) => size < (sizes[at - 1] ?? 0)).length === 2, `${sizes}`)
})

test('documents that no stage names any more are removed, and new ones are there before they are named', async (t) => {
  const folder = await openFolder(t)
  const { source, put, state } = testSource()
  const lastGood = openLastGood(folder)
  put({ 'stage/abc123/prod': stage('one'), 'api-key/a': key('a') })
  await lastGood.keep(source)
  put({ 'stage/abc123/prod': stage('two') })
  state.failing = true
  await assert.rejects(lastGood.keep(source), /no document today/)
  // The former directory is whole.
  const { entries, document } = await readBack(folder)
  assert.deepEqual(entries['stage/abc123/prod'], JSON.parse(JSON.stringify(stage('one'))))
  await document('one')
  state.failing = false
  await lastGood.keep(source)
  const files = (await readdir(folder)).filter((file) => file.startsWith('document-'))
  assert.deepEqual(files, ['document-two.json'])
})

test('a source that is behind, which is a restored backup, is kept whole', async (t) => {
  const folder = await openFolder(t)
  const { source, put } = testSource()
  const lastGood = openLastGood(folder)
  for (const id of ['a', 'b', 'c']) put({ [`api-key/${id}`]: key(id) })
  await lastGood.keep(source)
  const backup = testSource()
  backup.put({ 'api-key/a': key('a') })
  await lastGood.keep(backup.source)
  assert.deepEqual((await readBack(folder)).entries, backup.all())
})

test('a node that died while it wrote left a directory of some revision, wherever it was cut off', async (t) => {
  const folder = await openFolder(t)
  const { source, put, all } = testSource()
  const lastGood = openLastGood(folder)
  const states: unknown[] = []
  for (let at = 0; at < 4; at++) {
    put({ [`api-key/${at}`]: key(`${at}`), 'api-key/shared': key('shared', at % 2 === 0) })
    await lastGood.keep(source)
    states.push(all())
  }
  const journal = await journalIn(folder)
  const text = await readFile(journal)
  const seen = new Set<number>()
  for (let bytes = 0; bytes <= text.length; bytes++) {
    await writeFile(journal, text.subarray(0, bytes))
    const { entries, delta } = await readBack(folder)
    assert.deepEqual(entries, states[delta.revision - 1])
    seen.add(delta.revision)
  }
  assert.deepEqual([...seen], [1, 2, 3, 4])
  // The process after it begins anew.
  await writeFile(journal, text.subarray(0, text.length - 7))
  put({ 'api-key/after': key('after') })
  await openLastGood(folder).keep(source)
  assert.deepEqual((await readBack(folder)).entries, all())
})

test('a journal that does not go on from its directory does not count, and a directory needs none', async (t) => {
  const folder = await openFolder(t)
  const { source, put, all } = testSource()
  put({ 'api-key/a': key('a') })
  await openLastGood(folder).keep(source)
  const directory = JSON.parse(await readFile(join(folder, 'directory.json'), 'utf8'))
  const line = { since: 3, revision: 4, changes: [{ key: 'api-key/x', entry: key('x') }] }
  await writeFile(join(folder, directory.journal), `${JSON.stringify(line)}\n`)
  assert.deepEqual((await readBack(folder)).entries, all())
  // As a former version wrote it.
  const { journal: _, ...former } = directory
  await writeFile(join(folder, 'directory.json'), JSON.stringify(former))
  assert.deepEqual((await readBack(folder)).entries, all())
})

// The rules of the house that a machine can check: who may import whom (ARCHITECTURE section 5), how imports are
// written, how long files are, and that tests are where their subject is.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { describe, it } from 'node:test'

const ROOT = join(import.meta.dirname, '..')
const SRC = join(ROOT, 'src')
const LINES_MAX = 400

const NEIGHBOURS = ['shared', 'model', 'languages', 'wire', 'transport', 'store', 'state']
const EVERYTHING = undefined

/** ARCHITECTURE.md section 5, as data. A folder may always import itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[] | undefined>> = {
  shared: [],
  model: ['shared'],
  languages: ['shared', 'model'],
  wire: ['shared', 'model'],
  transport: ['shared', 'model'],
  state: ['shared', 'model'],
  store: ['shared', 'model'],
  identity: NEIGHBOURS,
  lambda: NEIGHBOURS,
  services: NEIGHBOURS,
  observability: NEIGHBOURS,
  'data-plane': ['shared', 'model', 'languages', 'wire', 'transport', 'state'],
  snapshot: ['shared', 'model', 'languages', 'store', 'data-plane'],
  'control-plane': ['shared', 'model', 'languages', 'wire', 'store', 'state', 'snapshot'],
  deploy: [
    'shared',
    'model',
    'languages',
    'wire',
    'transport',
    'store',
    'identity',
    'lambda',
    'services',
    'observability',
    'snapshot',
    'control-plane',
  ],
  cli: EVERYTHING,
  processes: EVERYTHING,
}

const filesBelow = (folder: string, ending: string): readonly string[] =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.replaceAll('\\', '/'))
    .sort()

const sources = filesBelow(SRC, '.ts').filter((file) => !file.endsWith('.gen.ts'))
const textOf = (file: string): string => readFileSync(join(SRC, file), 'utf8')
const folderOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] ?? '') : '')

interface Import {
  readonly file: string
  readonly specifier: string
  /** Path below src/. */
  readonly target: string
}

const importsOf = (file: string): readonly Import[] => {
  const found: Import[] = []
  const pattern = /(?:from|import)\s*\(?\s*'((?:#|\.)[^']+)'/g
  for (const [, specifier = ''] of textOf(file).matchAll(pattern)) {
    const target = specifier.startsWith('#')
      ? specifier.slice(1)
      : normalize(join(dirname(file), specifier)).replaceAll('\\', '/')
    found.push({ file, specifier, target })
  }
  return found
}

const imports = sources.flatMap(importsOf)
const say = ({ file, specifier }: Import): string => `${file} imports ${specifier}`

describe('the tree is tidy', () => {
  it('every folder is in the import table', () => {
    const folders = new Set(sources.map(folderOf).filter((folder) => folder !== ''))
    const unknown = [...folders].filter((folder) => !(folder in MAY_IMPORT))
    assert.deepEqual(unknown, [])
  })

  it('folders import only what the table allows', () => {
    const broken = imports.filter(({ file, target }) => {
      const from = folderOf(file)
      const to = folderOf(target)
      const allowed = MAY_IMPORT[from]
      return from !== '' && from !== to && allowed !== undefined && !allowed.includes(to)
    })
    assert.deepEqual(broken.map(say), [])
  })

  it('imports are relative inside a top folder and begin with # across folders', () => {
    const broken = imports.filter(({ file, specifier, target }) => {
      const from = folderOf(file)
      if (from === '' || folderOf(target) === '') return false
      return specifier.startsWith('#') === (from === folderOf(target))
    })
    assert.deepEqual(broken.map(say), [])
  })

  it('nobody imports what is not there', () => {
    const known = new Set(filesBelow(SRC, ''))
    assert.deepEqual(imports.filter(({ target }) => !known.has(target)).map(say), [])
  })

  it(`no file is longer than ${LINES_MAX} lines`, () => {
    const long = sources.filter((file) => textOf(file).split('\n').length > LINES_MAX + 1)
    assert.deepEqual(long, [])
  })

  it('files are named in kebab-case', () => {
    const odd = sources.filter((file) => !/^([a-z0-9]+(-[a-z0-9]+)*[/.])+ts$/.test(file))
    assert.deepEqual(odd, [])
  })

  it('every file begins by saying what it is', () => {
    const silent = sources.filter((file) => !/^(\/\/|\/\*\*)/.test(textOf(file)))
    assert.deepEqual(silent, [])
  })

  it('every test of a folder of src/ is named after a file or folder there', () => {
    const known = new Set(filesBelow(SRC, '').map((file) => file.replace(/\.ts$/, '')))
    const folders = new Set(sources.map(folderOf).filter((folder) => folder !== ''))
    const tests = filesBelow(join(ROOT, 'test'), '.test.ts').filter((file) =>
      folders.has(folderOf(file)),
    )
    const lost = tests.filter((file) => {
      const subject = file.replace(/\.test\.ts$/, '')
      // `create-stage/400.test.ts`: the folder is the subject, the file one outcome of it.
      return !known.has(subject) && !known.has(dirname(subject))
    })
    assert.deepEqual(lost, [])
  })

  it('the bootstraps and scripts that are not TypeScript parse as what they are', () => {
    const scripts = ['bin', 'scripts'].flatMap((folder) =>
      filesBelow(join(ROOT, folder), '.js').map((file) => join(folder, file)),
    )
    for (const script of scripts) {
      assert.match(readFileSync(join(ROOT, script), 'utf8'), /^(#!|\/\/)/, relative(ROOT, script))
    }
  })
})

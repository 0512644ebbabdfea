import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { crc32, deflateRawSync } from 'node:zlib'
import { unzip, ZipError } from '#lambda/zip.ts'
import { findPython } from '#lambda/python.ts'
import { startFixture, writeFiles } from './fixture.ts'

interface Packed {
  readonly name: string
  readonly content: string
  readonly mode?: number
  readonly stored?: boolean
  /** A lie about the size that it unpacks to. */
  readonly claimed?: number
}

const zip = (files: readonly Packed[]): Buffer => {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content, mode = 0o100644, stored = false, claimed } of files) {
    const bytes = Buffer.from(content)
    const packed = stored ? bytes : deflateRawSync(bytes)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(stored ? 0 : 8, 4)
    common.writeUInt32LE(crc32(bytes), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(claimed ?? bytes.length, 18)
    common.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(mode * 65_536, 6)
    tail.writeUInt32LE(offset, 10)
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x03'), common, tail, Buffer.from(name)]),
    )
    bodies.push(local)
    offset += local.length
  }
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(Buffer.concat(directory).length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...bodies, ...directory, end])
}

test('an archive is unpacked with its folders and executable files', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'daemun-zip-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  await unzip(
    zip([
      { name: 'a/', content: '', stored: true },
      { name: 'a/b.txt', content: 'hello '.repeat(100) },
      { name: 'run', content: 'x', mode: 0o100755, stored: true },
      { name: 'empty', content: '' },
      { name: 'large', content: 'y'.repeat(1_000_000) },
      { name: 'large-stored', content: 'z'.repeat(1_000_000), stored: true },
    ]),
    folder,
  )
  assert.equal(readFileSync(join(folder, 'a/b.txt'), 'utf8'), 'hello '.repeat(100))
  assert.equal(statSync(join(folder, 'run')).mode & 0o111, 0o111)
  assert.equal(statSync(join(folder, 'empty')).size, 0)
  assert.equal(readFileSync(join(folder, 'large'), 'utf8'), 'y'.repeat(1_000_000))
  assert.equal(readFileSync(join(folder, 'large-stored'), 'utf8'), 'z'.repeat(1_000_000))
})

test('an archive that is broken or wants more than its folder is refused', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'daemun-zip-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const cases: readonly (readonly [Buffer, RegExp])[] = [
    [zip([{ name: '../out', content: 'x' }]), /outside of its folder/],
    [zip([{ name: '/etc/out', content: 'x' }]), /outside of its folder/],
    [zip([{ name: 'a\\..\\..\\out', content: 'x' }]), /outside of its folder/],
    [
      zip([{ name: 'link', content: '/etc/passwd', mode: 0o120777, stored: true }]),
      /symbolic link/,
    ],
    [zip([{ name: 'bomb', content: 'x'.repeat(10_000), claimed: 10 }]), /broken at bomb/],
    [zip([{ name: 'bomb', content: 'x'.repeat(1_000_000), claimed: 70_000 }]), /checksum of bomb/],
    [zip([{ name: 'big', content: 'x', claimed: 300 * 1024 * 1024 }]), /more than/],
    [Buffer.from('no archive at all, but long enough'), /not a zip archive/],
    [zip([{ name: 'a', content: 'x' }]).subarray(20), /broken/],
  ]
  for (const [archive, message] of cases) {
    await assert.rejects(
      unzip(archive, folder),
      (error) => error instanceof ZipError && message.test(error.message),
    )
  }
  assert.equal(existsSync(join(folder, '..', 'out')), false)
})

test('code in an archive and inline code run, whatever a package.json above them says', async (t) => {
  const { add, invoke, folder } = startFixture(t)
  writeFiles(folder, { 'package.json': '{"type":"module"}' })
  const archive = join(folder, 'code.zip')
  writeFileSync(
    archive,
    zip([
      { name: 'src/app.js', content: 'exports.handler = async () => "zipped"' },
      { name: 'package.json', content: '{}' },
    ]),
  )
  const zipped = add(
    {},
    { FunctionName: 'Zip', code: { kind: 'zip', path: archive }, Handler: 'src/app.handler' },
  )
  assert.equal((await invoke(zipped)).body, 'zipped')
  const inline = add(
    {},
    {
      FunctionName: 'Inline',
      code: { kind: 'inline', text: 'exports.handler = async () => "inline"' },
    },
  )
  assert.equal((await invoke(inline)).body, 'inline')
  const broken = join(folder, 'broken.zip')
  writeFileSync(broken, 'x')
  const bad = add({}, { FunctionName: 'Bad', code: { kind: 'zip', path: broken } })
  assert.match(
    String((await invoke(bad)).body['errorMessage']),
    /broken\.zip: this is not a zip archive$/,
  )
})

test('layers are found by require, under /opt, in PATH and by Python', async (t) => {
  const { add, invoke, folder } = startFixture(t)
  const one = join(folder, 'one')
  const two = join(folder, 'two.zip')
  writeFiles(one, {
    'nodejs/node_modules/shared/index.js': 'module.exports = "one"',
    'nodejs/tool.js': 'module.exports = "tool"',
    'bin/greet': '#!/bin/sh\necho hi',
    'python/shared.py': 'NAME = "one"',
  })
  chmodSync(join(one, 'bin/greet'), 0o755)
  writeFileSync(
    two,
    zip([{ name: 'nodejs/node_modules/shared/index.js', content: 'module.exports = "two"' }]),
  )
  const layers = [
    { kind: 'directory', path: one },
    { kind: 'zip', path: two },
  ] as const
  const node = add(
    {
      'index.js': `const { execSync } = require('node:child_process')
      exports.handler = async () => [require('shared'), require('/opt/nodejs/tool'), execSync('greet').toString()]`,
    },
    { layers },
  )
  assert.deepEqual((await invoke(node)).body, ['two', 'tool', 'hi\n'])
  if ((await findPython('python3', process.env)) === undefined) return
  const python = add(
    { 'app.py': 'import shared\ndef handler(e, c):\n    return shared.NAME\n' },
    { FunctionName: 'Py', Runtime: 'python3.11', Handler: 'app.handler', layers },
  )
  assert.equal((await invoke(python)).body, 'one')
})

test('a TypeScript handler is bundled; its stack names the source, and its error the line', async (t) => {
  const { add, invoke, folder } = startFixture(t)
  const arn = add(
    {
      'src/app.ts': `import { name } from './name'\ninterface Event { fail?: boolean }\nexport const handler = async (event: Event) => {\n  if (event.fail) throw new Error('typed')\n  return name\n}\n`,
      'src/name.ts': `export const name: string = 'from ts'\n`,
    },
    { Handler: 'src/app.handler' },
  )
  assert.equal((await invoke(arn)).body, 'from ts')
  const { trace } = (await invoke(arn, { fail: true })).body
  assert.ok(Array.isArray(trace))
  assert.match(String(trace[1]), new RegExp(`${folder}/Hello/src/app\\.ts:4:`))
  const broken = add(
    { 'index.ts': 'export const handler = async () => {\n  return (\n}\n' },
    { FunctionName: 'Broken' },
  )
  const { body } = await invoke(broken)
  assert.equal(body['errorType'], 'Runtime.UserCodeSyntaxError')
  assert.match(String(body['errorMessage']), /could not be bundled: index\.ts:3:0: /)
})

test('an esbuild section names the entry point and the format, and its externals resolve', async (t) => {
  const { add, invoke } = startFixture(t)
  const arn = add(
    {
      'functions/hello.ts': `import outside from 'outside'\nawait Promise.resolve()\nexport const handler = async () => outside\n`,
      'node_modules/outside/package.json': '{"type":"module","exports":"./o.js"}',
      'node_modules/outside/o.js': 'export default "external"',
    },
    {
      Handler: 'hello.handler',
      build: {
        method: 'esbuild',
        entryPoints: ['functions/hello.ts'],
        external: ['outside'],
        format: 'esm',
      },
    },
  )
  assert.equal((await invoke(arn)).body, 'external')
})

test('a custom runtime is its bootstrap, speaking the Runtime API by curl', async (t) => {
  const { add, invoke, folder } = startFixture(t)
  const arn = add(
    {
      bootstrap: `#!/bin/sh
while true; do
  head=$(mktemp)
  event=$(curl -sS -D "$head" "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next") || exit 1
  id=$(grep -i Lambda-Runtime-Aws-Request-Id "$head" | tr -d '[:space:]' | cut -d: -f2)
  rm "$head"
  curl -sS -X POST "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$id/response" -d "{\\"shell\\":$event,\\"handler\\":\\"$_HANDLER\\"}" >/dev/null || exit 1
done
`,
    },
    { Runtime: 'provided.al2023', Handler: 'whatever' },
  )
  chmodSync(join(folder, 'Hello', 'bootstrap'), 0o755)
  assert.deepEqual((await invoke(arn, { a: 1 })).body, { shell: { a: 1 }, handler: 'whatever' })
  assert.deepEqual((await invoke(arn, [2])).body, { shell: [2], handler: 'whatever' })
  const none = add({}, { FunctionName: 'None', Runtime: 'provided.al2' })
  assert.match(
    String((await invoke(none)).body['errorMessage']),
    /^Error: Couldn't find valid bootstrap\(s\): \[/,
  )
})

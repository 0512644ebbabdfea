import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { runDaemun } from '../../support/gateway.ts'

const ORDER = `#set($body = $input.path('$'))
{"id": $body.id, "user": "$context.identity.user", "q": "$input.params('q')", "stage": "$stageVariables.name"}`

const EVENT = {
  body: { id: 7 },
  queryStringParameters: { q: 'z' },
  stageVariables: { name: 'blue' },
  requestContext: { identity: { user: 'ann' } },
}

const folderOf = async (t: TestContext, files: Readonly<Record<string, unknown>>) => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-vtl-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(
      join(folder, name),
      typeof content === 'string' ? content : JSON.stringify(content),
    )
  }
  const run = async (...args: readonly string[]) => {
    const { status, stdout, stderr } = await runDaemun(['vtl', 'test', ...args], { cwd: folder })
    return { status, text: stripVTControlCharacters(stdout), stderr }
  }
  return { folder, run }
}

test('cases of a folder and below pass where all comes out as expected, JSON whatever its order', async (t) => {
  const { run } = await folderOf(t, {
    'order.vtl': ORDER,
    'order.json': EVENT,
    'order.expected.json': { stage: 'blue', q: 'z', user: 'ann', id: 7 },
    'order.text.json': { body: 'a=b' },
    'order.text.expected.txt': '{"id": , "user": "", "q": "", "stage": ""}\n',
    'more/form.vtl': 'Message=$util.urlEncode($input.body)',
    'more/form.json': { body: 'a b' },
    'more/form.expected': 'Message=a+b',
    'node_modules/theirs.vtl': 'no case of ours',
  })
  const { status, text } = await run()
  assert.equal(text, 'ok     more/form\nok     order\nok     order.text\n3 of 3 as expected\n')
  assert.equal(status, 0)
})

test('what differs is shown line by line and ends with 2; --update takes it as expected', async (t) => {
  const { folder, run } = await folderOf(t, {
    'order.vtl': ORDER,
    'order.json': EVENT,
    'order.expected.json': { stage: 'green', q: 'z', user: 'ann', id: 7 },
  })
  const failed = await run('order.vtl')
  assert.equal(failed.status, 2)
  assert.match(failed.text, /- {3}"stage": "green",\n +\+ {3}"stage": "blue",/)
  assert.equal((await run('--update')).status, 0)
  assert.match(await readFile(join(folder, 'order.expected.json'), 'utf8'), /"stage": "blue"/)
  assert.equal((await run()).status, 0)
})

test('a wrong template is told with file, line and column, while parsing and while rendering', async (t) => {
  const { run } = await folderOf(t, {
    'parse.vtl': 'one\n#if($x\nfoo',
    'parse.expected.txt': '',
    'render.vtl': 'one\n  $input.json("$[")',
    'render.expected.txt': '',
  })
  const { status, text } = await run()
  assert.equal(status, 2)
  assert.match(text, /parse\.vtl:3:1: .*\n +foo\n +\^/)
  assert.match(text, /render\.vtl:2:\d+: the JSON path \$\[/)
  assert.match(text, /0 of 2 as expected/)
})

test('no case, no file and an event that is none end with 1 and a sentence; --help teaches the names', async (t) => {
  const { run } = await folderOf(t, {
    'alone/order.vtl': ORDER,
    'wrong/order.vtl': ORDER,
    'wrong/order.json': { bdy: 1 },
    'wrong/order.expected': '',
  })
  assert.match((await run('alone')).stderr, /order\.vtl has no case: put what is expected/)
  assert.match((await run('nowhere')).stderr, /there is no file or folder nowhere/)
  const wrong = await run('wrong')
  assert.equal(wrong.status, 1)
  assert.match(wrong.stderr, /has a member "bdy"; an event has body, headers/)
  const help = await run('--help')
  assert.match(help.text, /order\.expected\.json/)
})

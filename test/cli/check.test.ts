import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { EXAMPLES, runDaemun } from '../support/gateway.ts'

const folderWith = async (text: string) => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-check-'))
  await writeFile(join(folder, 'template.yaml'), text)
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

test('a template that is honoured whole ends with 0, and every row is on the screen', async () => {
  const { status, stdout } = await runDaemun(['check', join(EXAMPLES, 'quickstart/template.yaml')])
  assert.equal(status, 0)
  assert.match(stdout, /: \d+ enforced, 0 approximated, 0 inert, 0 refused/)
  assert.match(stdout, /enforced +HelloFunction +AWS::Serverless::Function/)
})

test('--fail-on decides what ends with 2, --json says the same to programs, and nothing is left on the disk', async () => {
  const { folder, remove } = await folderWith('Resources:\n  T: {Type: "AWS::Kinesis::Stream"}\n')
  try {
    assert.equal((await runDaemun(['check'], { cwd: folder })).status, 0)
    const json = await runDaemun(['check', '--fail-on', 'inert', '--json'], { cwd: folder })
    assert.equal(json.status, 2)
    const { failed, templates } = JSON.parse(json.stdout) as {
      failed: boolean
      templates: readonly { rows: readonly { where: string; honour: string; line: number }[] }[]
    }
    assert.equal(failed, true)
    const [row] = templates[0]?.rows ?? []
    assert.deepEqual([row?.where, row?.honour, row?.line], ['Resources.T', 'inert', 2])
    assert.deepEqual(await readdir(folder), ['template.yaml'])
  } finally {
    await remove()
  }
})

test('a template that cannot be deployed ends with 1 and its message, --help says what the states mean', async () => {
  const { folder, remove } = await folderWith('Resources: {T: {}}\n')
  try {
    const { status, stderr } = await runDaemun(['check', folder])
    assert.equal(status, 1)
    assert.match(stderr, /`T` has no Type/)
    const help = await runDaemun(['check', '--help'])
    assert.match(help.stdout, /approximated .*less than on AWS/)
    assert.match(help.stdout, /Status: 0 .* 1 .* 2/)
  } finally {
    await remove()
  }
})

// What docs/how-to and the README tell a newcomer to type, typed: every command of every page, against a gateway of its
// own, and what the page says that it prints.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import {
  callsAws,
  commandsOf,
  missingFor,
  type PageCommands,
  patternOf,
  runPage,
} from '../support/page-commands.ts'

const REPOSITORY = join(import.meta.dirname, '../..')
const HOW_TO = join(REPOSITORY, 'docs/how-to')

/** Each call of the AWS CLI takes a second: pages with many are typed in the long run (`npm test -- --long`). */
const LONG = process.argv.includes('--long') || process.env['DAEMUN_TEST_LONG'] === '1'

const skipped = (page: PageCommands): string | false => {
  if (callsAws(page) && !LONG) return 'calls the AWS CLI: in the long run'
  const missing = missingFor(page)
  return missing === undefined ? false : `there is no ${missing}`
}

describe('docs/how-to, typed as it stands', { concurrency: 2 }, () => {
  for (const name of readdirSync(HOW_TO)) {
    const file = join(HOW_TO, name)
    const page = commandsOf(readFileSync(file, 'utf8'))
    if (page.blocks.length === 0) continue
    it(name, { skip: skipped(page) }, () => runPage(file))
  }
})

it('a page that shows commands in a fence without a language would not be run, so there is none', () => {
  for (const name of readdirSync(HOW_TO)) {
    const text = readFileSync(join(HOW_TO, name), 'utf8')
    const fences = [...text.matchAll(/^```(.*)$/gm)].map((match) => match[1])
    const bare = fences.filter((_, index) => index % 2 === 0).filter((info) => info === '')
    assert.deepEqual(bare, [], name)
    assert.doesNotMatch(text, /^ {4}(?:\$ )?(?:daemun|aws|curl|npx|npm) /m, name)
  }
})

it('the screen in the README is the one that npm start shows', async () => {
  const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8')
  const shown = /```text\n( *daemun [^]*?)```/.exec(readme)?.[1] ?? assert.fail('no screen')
  const folder = await mkdtemp(join(tmpdir(), 'daemun-readme-'))
  try {
    const screen = await screenOf(['examples/quickstart', '--port', '0', '--data-dir', folder])
    assert.match(
      screen.trim().replaceAll(/[ \t]+$/gm, ''),
      patternOf(shown.replace(/in \d+ ms/, 'in … ms')),
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

/** What `daemun start` says until it is ready, and nothing after. */
const screenOf = async (args: readonly string[]): Promise<string> => {
  const main = join(REPOSITORY, 'src/main.ts')
  const child = spawn(process.execPath, ['--conditions=source', '--', main, 'start', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: REPOSITORY,
  })
  const ended = once(child, 'exit')
  let text = ''
  for await (const part of child.stdout.setEncoding('utf8')) {
    text += part
    // The screen is written at once; its last part are the routes.
    if (/\n {2}(?:GET|POST) [^]*\n\n$/.test(text)) break
  }
  child.kill('SIGTERM')
  await ended
  return text
}

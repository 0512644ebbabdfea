// The commands of a page of docs/, run as a reader runs them, and what they print held against what the page shows.
//   ```sh start     `daemun start …` or `daemun serve …`: runs beside all that follows
//   ```sh           commands of one shell, from the top of the page to its end
//   ```sh no-run    what cannot run in a test: it needs something that is not there
//   ```text, ```json  right behind commands: what they print. `…` stands for anything, alone in a line for any lines.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { awsClis } from './services.ts'
import { EXAMPLES, type Gateway, type Shape, startGateway } from './gateway.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
/** Only ends what hangs: a call of the AWS CLI takes a second, and five where others have the cores. */
const PAGE_MS_MAX = 240_000
/** Between what one block prints and the next, with the block's number and status. */
const MARK = '\u001e'
/** What pages call: the port of `daemun start`, and the data port of `daemun serve`. */
const PORT_SHOWN = 4566
const DATA_PORT_SHOWN = 8080

export interface PageCommands {
  /** Of the `start` block, if there is one. */
  readonly start?: readonly string[]
  /** So many of the blocks stand before it. */
  readonly before: number
  readonly blocks: readonly CommandBlock[]
}

export interface CommandBlock {
  readonly line: number
  readonly commands: string
  readonly prints?: string
}

export const commandsOf = (page: string): PageCommands => {
  const fences = [...page.matchAll(/^```(\S*) ?(.*)\n([^]*?)^```$/gm)].map((match) => ({
    language: match[1] ?? '',
    info: match[2] ?? '',
    text: match[3] ?? '',
    index: match.index,
    end: match.index + match[0].length,
  }))
  const started = fences.find(({ language, info }) => language === 'sh' && info === 'start')
  const blocks = fences.flatMap((fence, at) => {
    if (fence.language !== 'sh' || fence.info !== '') return []
    const next = fences[at + 1]
    const isShown =
      next !== undefined &&
      (next.language === 'text' || next.language === 'json') &&
      page.slice(fence.end, next.index).trim() === ''
    const line = page.slice(0, fence.index).split('\n').length
    return [{ line, commands: fence.text, ...(isShown && { prints: next.text }) }]
  })
  if (started === undefined) return { before: 0, blocks }
  const words = started.text.replace(/^.*?\bdaemun /s, '').replaceAll(/\s+#.*$/gm, '')
  const startLine = page.slice(0, started.index).split('\n').length
  const before = blocks.filter(({ line }) => line < startLine).length
  return { start: words.trim().split(/\s+/), before, blocks }
}

export const callsAws = (page: PageCommands): boolean => calls(page, 'aws')

/** What a page calls of other people's and this machine has not. */
export const missingFor = (page: PageCommands): string | undefined =>
  ['aws', 'curl', 'jq'].find((name) => calls(page, name) && !isThere(name))

const calls = ({ blocks }: PageCommands, name: string): boolean =>
  blocks.some(({ commands }) => new RegExp(`(?:^|[(|&;] *)${name} `, 'm').test(commands))

const isThere = (name: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((place) => existsSync(join(place, name)))

/** Runs a page from top to bottom. Throws what differs, with its line. */
export const runPage = async (file: string): Promise<void> => {
  const page = commandsOf(await readFile(file, 'utf8'))
  const folder = await mkdtemp(join(tmpdir(), 'daemun-page-'))
  let gateway: Gateway | undefined
  try {
    await cp(EXAMPLES, join(folder, 'examples'), { recursive: true })
    await writeCommands(folder)
    const run = async (blocks: readonly CommandBlock[]): Promise<void> => {
      if (blocks.length === 0) return
      const told = await runShell(blocks, folder, gateway)
      for (const [index, block] of blocks.entries()) check(file, block, told[index])
    }
    await run(page.blocks.slice(0, page.before))
    if (page.start !== undefined) gateway = await startFor(page.start, folder)
    await run(page.blocks.slice(page.before))
  } finally {
    await gateway?.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

const startFor = ([shape = '', ...args]: readonly string[], folder: string): Promise<Gateway> => {
  assert.ok(shape === 'start' || shape === 'serve', `a page starts with ${shape}`)
  return startGateway({ shape: shape satisfies Shape, args, cwd: folder })
}

/** `daemun`, `npx` and `aws` as a reader has them. */
const writeCommands = async (folder: string): Promise<void> => {
  const bin = join(folder, '.bin')
  await mkdir(bin)
  await writeScript(
    join(bin, 'daemun'),
    `exec '${process.execPath}' --conditions=source -- '${MAIN}' "$@"`,
  )
  await writeScript(join(bin, 'npx'), 'exec "$@"')
  const aws = awsCli()
  // A CLI before 2.13 does not know the variable.
  const address = '${AWS_ENDPOINT_URL:+--endpoint-url} $AWS_ENDPOINT_URL'
  if (aws !== undefined) await writeScript(join(bin, 'aws'), `exec ${aws.path} ${address} "$@"`)
}

/** Version 2 where there is one: `logs tail` is its alone. */
const awsCli = () =>
  awsClis().find(({ path }) => execFileSync(path, ['--version']).includes('aws-cli/2')) ??
  awsClis()[0]

interface Told {
  readonly status: number
  readonly text: string
}

const runShell = async (
  blocks: readonly CommandBlock[],
  folder: string,
  gateway: Gateway | undefined,
): Promise<readonly (Told | undefined)[]> => {
  const script = blocks.map(
    ({ commands }, index) => `${commands}printf '\\n\\036%d %d\\n' ${index} $?\n`,
  )
  const shell = spawn('bash', ['-c', `exec 2>&1 </dev/null\n${atPort(script.join(''), gateway)}`], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: PAGE_MS_MAX,
    env: {
      PATH: `${join(folder, '.bin')}${delimiter}${process.env['PATH']}`,
      HOME: folder,
      AWS_PAGER: '',
      AWS_DEFAULT_REGION: 'us-east-1',
      ...(gateway && {
        AWS_ACCESS_KEY_ID: gateway.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: gateway.credentials.secretAccessKey,
        AWS_ENDPOINT_URL: gateway.endpoint,
      }),
    },
  })
  let output = ''
  shell.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  await once(shell, 'close')
  const told: Told[] = []
  const mark = new RegExp(`\\n${MARK}(\\d+) (\\d+)\\n`, 'g')
  let from = 0
  for (const match of output.matchAll(mark)) {
    told[Number(match[1])] = { status: Number(match[2]), text: output.slice(from, match.index) }
    from = match.index + match[0].length
  }
  // Where the shell was ended, what it said last is the best there is to know.
  if (told.length < blocks.length) told[told.length] = { status: 1, text: output.slice(from) }
  return told
}

const writeScript = async (path: string, line: string): Promise<void> => {
  await writeFile(path, `#!/bin/bash\n${line}\n`)
  await chmod(path, 0o755)
}

const atPort = (text: string, gateway: Gateway | undefined): string => {
  if (gateway === undefined) return text
  const [port, dataPort] = [gateway.endpoint, gateway.dataOrigin].map((url) => new URL(url).port)
  return text
    .replaceAll(`:${PORT_SHOWN}`, `:${port}`)
    .replaceAll(`:${DATA_PORT_SHOWN}`, `:${dataPort}`)
}

const check = (file: string, block: CommandBlock, told: Told | undefined): void => {
  const place = `${file}:${block.line}`
  assert.ok(told, `${place}: the shell did not come to this`)
  if (block.prints === undefined) assert.equal(told.status, 0, `${place}:\n${told.text}`)
  else {
    const pattern = patternOf(block.prints)
    assert.match(
      told.text.trim().replaceAll(/[ \t]+$/gm, ''),
      pattern,
      `${place} prints\n${told.text}`,
    )
  }
}

/** What a page shows, as a pattern. */
export const patternOf = (prints: string): RegExp => {
  const lines = prints
    .trim()
    .replaceAll(`:${PORT_SHOWN}`, ':…')
    .replaceAll(`:${DATA_PORT_SHOWN}`, ':…')
  const source = lines
    .split('\n')
    .map((line) => (line.trim() === '…' ? '[^]*?' : line.split('…').map(literal).join('.*')))
  return new RegExp(`^${source.join('\n').replaceAll(/\n\[\^\]\*\?/g, '(?:\n[^]*?)?')}$`)
}

const literal = (text: string): string =>
  text.trimEnd() === '' ? text : text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)

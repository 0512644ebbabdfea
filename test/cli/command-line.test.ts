// What a newcomer reads first: the help of each command, and what is said of a mistake.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Command } from 'commander'
import { createProgram } from '#cli/command-line.ts'
import { EXAMPLES, runDaemun } from '../support/gateway.ts'

const leaves = (command: Command): readonly Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)

const helpOf = (command: Command): string => {
  let text = ''
  command.configureOutput({ writeOut: (part) => (text += part) })
  command.outputHelp()
  return text
}

describe('the help', () => {
  for (const command of [createProgram(), ...leaves(createProgram())]) {
    it(`of ${command.parent?.name() ?? ''} ${command.name()} teaches with an example and explains every option`, () => {
      const help = helpOf(command)
      assert.match(help, new RegExp(`Examples:\n {2}.*\\b${command.name()}\\b`))
      for (const { long, description } of command.options) {
        assert.ok(description.length > 5, `${long}: ${description}`)
        assert.ok(help.includes(String(long)))
      }
    })
  }

  it('says the default of every setting that has one, and its variable', () => {
    const start = leaves(createProgram()).find((command) => command.name() === 'start')
    const help = helpOf(start ?? assert.fail())
    assert.match(help, /--port <port> .*\(default 4566; DAEMUN_PORT\)/)
    assert.match(help, /--cache-memory <MB> .*\(default 256; DAEMUN_CACHE_MEMORY\)/)
  })
})

describe('a mistake is told with its mend', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daemun-mistakes-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  const mistake = async (args: readonly string[], said: RegExp): Promise<void> => {
    const { status, stdout, stderr } = await runDaemun(args, { cwd: folder })
    assert.equal(status, 1, stdout)
    assert.match(stderr, said)
    assert.doesNotMatch(stderr, / {4}at |fault of daemun/)
  }
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text)
    return name
  }
  const template = (properties: string): string =>
    `Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: ${properties}\n`

  it('a misspelt command and a misspelt option', async () => {
    await Promise.all([
      mistake(['strat'], /unknown command 'strat'\n\(Did you mean start\?\)\n\(daemun --help/),
      mistake(['serve', '--worker', '3'], /Did you mean --workers\?\)\n\(daemun serve --help/),
    ])
  })

  it('a value that a setting does not take', async () => {
    await Promise.all([
      mistake(
        ['start', '--port', '99999'],
        /--port takes 0 to 65535 \(TCP port\), and got '99999'/,
      ),
      mistake(['start', '--endpoint', 'sqs'], /--endpoint takes service=URL, as sqs=http/),
      mistake(['start', '--stack-name', '1_'], /--stack-name takes .* and got '1_'/),
    ])
  })

  it('a file that is not there, and a template that is no YAML, by line and column', async () => {
    const bad = await write('bad.yaml', 'Resources:\n  A: [1\n  B: 2\n')
    await Promise.all([
      mistake(['start', 'nope.yaml'], /nope\.yaml: there is no such file\. Correct the path/),
      mistake(
        ['start', bad, '--port', '0'],
        /bad\.yaml:3:3: this is not valid YAML: .* Mend the line/,
      ),
    ])
  })

  it('code, a handler and a parameter that are missing', async () => {
    const events = 'Events: {Get: {Type: Api, Properties: {Path: /, Method: get}}}'
    const code = await write(
      'code.yaml',
      template(`{Runtime: nodejs22.x, Handler: index.handler, CodeUri: none, ${events}}`),
    )
    const handler = await write(
      'handler.yaml',
      template(`{Runtime: nodejs22.x, Handler: other.handler, CodeUri: ., ${events}}`),
    )
    const stages = join(EXAMPLES, 'rest-stages/template.yaml')
    await Promise.all([
      mistake(
        ['start', code, '--port', '0'],
        /code\.yaml:5: .*does not exist .*relative to the template/,
      ),
      mistake(
        ['start', handler, '--port', '0', '--data-dir', 'h'],
        /should be in .*other\.js.*Correct Handler/,
      ),
      mistake(
        ['start', stages, '--port', '0', '--data-dir', 's'],
        /Give one with --parameter BackendUrl=/,
      ),
    ])
  })

  it('a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    try {
      await mistake(
        ['start', '--port', port],
        /in use by another process\. Choose another port with --port/,
      )
    } finally {
      server.close()
    }
  })

  it('a runtime that is not here and an image are reported at the start, with what would run', async () => {
    const events = 'Events: {Get: {Type: Api, Properties: {Path: /, Method: get}}}'
    const java = await write(
      'java.yaml',
      template(`{Runtime: java21, Handler: a.B, CodeUri: ., ${events}}`),
    )
    const image = await write(
      'image.yaml',
      template(`{PackageType: Image, ImageUri: 'x:1', ${events}}`),
    )
    await Promise.all([
      mistake(
        ['start', java, '--strict', '--port', '0', '--data-dir', 'j'],
        /java21.*nodejs\*, python3\.\*/,
      ),
      mistake(
        ['start', image, '--strict', '--port', '0', '--data-dir', 'i'],
        /images are not provided; package it/,
      ),
    ])
  })
})

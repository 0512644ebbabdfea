// What cannot be started is said in one clear message, with the file, the line and the mend, and a status ≠ 0.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { EXAMPLES, runDaemun, startGateway } from '../support/gateway.ts'

const HEAD = `AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
`

describe('bad input', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daemun-bad-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  const startWith = async (template: string, ...args: readonly string[]) => {
    const file = join(folder, 'template.yaml')
    await writeFile(file, template)
    return runDaemun(['start', file, '--port', '0', '--json', ...args])
  }
  const clear = (
    result: { status: number | null; stderr: string },
    ...patterns: readonly RegExp[]
  ) => {
    assert.equal(result.status, 1, result.stderr)
    for (const pattern of patterns) assert.match(result.stderr, pattern)
    assert.doesNotMatch(result.stderr, /\n\s+at /, 'no stack')
  }

  it('a YAML error', async () => {
    clear(await startWith(`${HEAD}Resources:\n  A: [unclosed\n`), /template\.yaml:\d+/)
  })

  it('an unknown intrinsic', async () => {
    const result = await startWith(
      `${HEAD}Resources:\n  Api:\n    Type: AWS::ApiGateway::RestApi\n    Properties:\n      Name: !Nope x\n`,
    )
    clear(result, /Nope/, /template\.yaml:7/)
  })

  it('a missing parameter', async () => {
    const result = await startWith(
      `${HEAD}Parameters:\n  Table:\n    Type: String\nResources:\n  Api:\n    Type: AWS::ApiGateway::RestApi\n    Properties:\n      Name: !Ref Table\n`,
    )
    clear(result, /Table/, /--parameter Table=/)
  })

  it('a cycle', async () => {
    const result = await startWith(
      `${HEAD}Resources:\n  A:\n    Type: AWS::ApiGateway::RestApi\n    Properties:\n      Name: !Ref B\n  B:\n    Type: AWS::ApiGateway::RestApi\n    Properties:\n      Name: !Ref A\n`,
    )
    clear(result, /A.*B|B.*A/s, /[Cc]ircular|cycle/)
  })

  it('a handler that does not exist', async () => {
    await mkdir(join(folder, 'src'))
    const result = await startWith(
      `${HEAD}Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: src/\n      Handler: missing.handler\n      Runtime: nodejs22.x\n`,
    )
    clear(result, /missing/, /template\.yaml/)
  })

  it('a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    assert.ok(address !== null && typeof address === 'object')
    const file = join(EXAMPLES, 'rest-mock/template.yaml')
    const dataDir = join(folder, 'data')
    const args = ['--port', String(address.port), '--data-dir', dataDir, '--json']
    const result = await runDaemun(['start', file, ...args])
    server.close()
    clear(result, new RegExp(`${address.port}`), /--port/)
  })

  it('a data directory that is not writable, or is locked', async () => {
    const file = join(EXAMPLES, 'rest-mock/template.yaml')
    await writeFile(join(folder, 'file'), '')
    const unwritable = join(folder, 'file', 'data')
    const one = await runDaemun(['start', file, '--port', '0', '--data-dir', unwritable, '--json'])
    clear(one, /cannot be written/, /--data-dir/)
    if (existsSync('/proc/self')) {
      // There mkdir says ENOENT, and Node's `recursive` asks again for ever.
      const args = [file, '--port', '0', '--data-dir', '/proc/daemun/data']
      clear(await runDaemun(['start', ...args]), /\/proc\/daemun\/data cannot be written/)
      clear(await runDaemun(['serve', ...args, '--data-port', '0']), /cannot be written/)
    }
    await chmod(folder, 0o755)

    const dataDir = join(folder, 'data')
    const gateway = await startGateway({ shape: 'start', file, dataDir })
    const two = await runDaemun(['start', file, '--port', '0', '--data-dir', dataDir, '--json'])
    await gateway.stop()
    clear(two, new RegExp(`in use by process ${gateway.pid}`), /--data-dir/)
  })

  it('a template that is not there', async () => {
    clear(await runDaemun(['start', join(folder, 'nope.yaml')]), /nope\.yaml/)
  })

  it('an environment file that is not there', async () => {
    const file = join(EXAMPLES, 'rest-mock/template.yaml')
    const missing = join(folder, 'nope.env')
    clear(
      await runDaemun(['start', file, '--port', '0', '--json', '--env-file', missing]),
      /--env-file .*nope\.env cannot be read/,
    )
  })

  it('an unknown flag or a value that cannot be', async () => {
    const flag = await runDaemun(['start', '--nope'])
    assert.notEqual(flag.status, 0)
    clear(await runDaemun(['start', '--port', '99999']), /--port takes 0 to 65535/)
  })

  it('--strict makes an error of what is not honoured, and nothing is created', async () => {
    const dataDir = join(folder, 'data')
    const template = `${HEAD}Resources:\n  Acl:\n    Type: AWS::WAFv2::WebACL\n    Properties:\n      Name: x\n  Api:\n    Type: AWS::Serverless::HttpApi\n`
    const result = await startWith(template, '--strict', '--data-dir', dataDir)
    clear(result, /AWS::WAFv2::WebACL/, /Acl/)
    assert.ok(existsSync(dataDir))
  })
})

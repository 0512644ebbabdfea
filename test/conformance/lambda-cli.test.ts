// The real AWS CLI, each one that is installed, against a running gateway: functions, versions, aliases, permissions,
// layers and URLs.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { ROLE, zipOf } from '../lambda/api/support.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'

const run = promisify(execFile)
const PLACES = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin']
const CLIS = [
  ...new Set(PLACES.map((place) => join(place, 'aws')).filter((path) => existsSync(path))),
]

describe('aws lambda', { skip: CLIS.length === 0 && 'no AWS CLI is installed' }, () => {
  let gateway: Gateway
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daemun-lambda-cli-'))
    gateway = await startGateway({ shape: 'start' })
    const code = `exports.handler = async (event) => ({ said: event.say })`
    await writeFile(join(folder, 'event.json'), '{"say":"hi"}')
    await writeFile(join(folder, 'code.zip'), zipOf({ 'index.js': code }))
  })
  after(async () => {
    await gateway?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  for (const [index, cli] of CLIS.filter((path) => path !== '/bin/aws').entries()) {
    it(`${cli} makes, versions, invokes and deletes a function`, async () => {
      const aws = async (...args: readonly string[]) => {
        const whole = ['--endpoint-url', gateway.endpoint, '--output', 'json', 'lambda', ...args]
        const { stdout } = await run(cli, whole, {
          cwd: folder,
          env: {
            PATH: process.env['PATH'],
            HOME: process.env['HOME'],
            AWS_ACCESS_KEY_ID: 'test',
            AWS_SECRET_ACCESS_KEY: 'test',
            AWS_DEFAULT_REGION: 'us-east-1',
            AWS_PAGER: '',
          },
          timeout: 60_000,
        })
        return stdout.trim() === '' ? {} : JSON.parse(stdout)
      }
      const named = ['--function-name', `said-${index}`]
      const made = ['--runtime', 'nodejs18.x', '--handler', 'index.handler', '--role', ROLE]
      const layer = await aws(
        'publish-layer-version',
        '--layer-name',
        `tools-${index}`,
        '--zip-file',
        'fileb://code.zip',
      )
      const layers = ['--layers', layer.LayerVersionArn]
      await aws('create-function', ...named, ...made, ...layers, '--zip-file', 'fileb://code.zip')
      await aws('wait', 'function-active', ...named)
      const { Version } = await aws('publish-version', ...named)
      const alias = ['--name', 'live', '--function-version', Version]
      await aws('create-alias', ...named, ...alias)
      // The versions of the CLI disagree about what text of a payload is; of bytes there is one opinion.
      const invocation = ['--qualifier', 'live', '--payload', 'fileb://event.json', 'out.json']
      const answer = await aws('invoke', ...named, ...invocation)
      assert.equal(answer.ExecutedVersion, '1')
      assert.deepEqual(JSON.parse(await readFile(join(folder, 'out.json'), 'utf8')), { said: 'hi' })
      const permission = ['--statement-id', 'api', '--action', 'lambda:InvokeFunction']
      const principal = ['--principal', 'apigateway.amazonaws.com']
      await aws('add-permission', ...named, ...permission, ...principal)
      assert.match((await aws('get-policy', ...named)).Policy, /apigateway\.amazonaws\.com/)
      await aws('update-function-configuration', ...named, '--timeout', '9')
      const { Timeout } = await aws('get-function-configuration', ...named)
      assert.equal(Timeout, 9)
      const url = await aws('create-function-url-config', ...named, '--auth-type', 'NONE')
      assert.match(url.FunctionUrl, /^https:\/\/\w{32}\.lambda-url\./)
      await aws('delete-function', ...named)
      await assert.rejects(aws('get-function', ...named), /ResourceNotFoundException/)
    })
  }
})

// `daemun start` as a developer lives with it: files change, templates break, processes end, and the API answers on.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Gateway, type GatewayEvent, startGateway } from '../support/gateway.ts'

const TEMPLATE = `Transform: AWS::Serverless-2016-10-31
Parameters:
  Greeting: {Type: String, Default: hello}
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: nodejs22.x
      Environment: {Variables: {GREETING: !Ref Greeting}}
      Events:
        Get: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /a, Method: get}}
`
const CODE = (version: number) => `exports.handler = async (event) => {
  const { ms } = event.queryStringParameters ?? {}
  if (ms) await new Promise((done) => setTimeout(done, Number(ms)))
  return process.env.GREETING + ' ' + process.env.EXTRA + ' ${version}'
}
`

describe('daemun start', () => {
  let folder: string
  let gateway: Gateway
  const start = () =>
    startGateway({
      shape: 'start',
      file: join(folder, 'template.yaml'),
      dataDir: join(folder, 'data'),
      args: ['--env-file', join(folder, 'functions.env')],
    })
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daemun-start-'))
    await mkdir(join(folder, 'src'))
    await writeFile(join(folder, 'template.yaml'), TEMPLATE)
    await writeFile(join(folder, 'src/app.js'), CODE(1))
    await writeFile(join(folder, 'functions.env'), 'EXTRA=extra\n')
    gateway = await start()
  })
  after(async () => {
    await gateway?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const get = async (path: string) => {
    const [api] = gateway.apis
    assert.ok(api)
    const { status, text } = await gateway.call(api, path)
    return `${status} ${text}`
  }
  /** The next event of this kind. */
  const next = (kind: string): Promise<GatewayEvent> => {
    const past = gateway.events.length
    return gateway.event((one) => one.event === kind && gateway.events.indexOf(one) >= past)
  }

  it('takes changed code up, and answers what runs on the old code', async () => {
    assert.equal(await get('/a'), '200 hello extra 1')
    const began = next('function-log')
    const slow = get('/a?ms=700')
    await began
    const reloaded = next('reloaded')
    await writeFile(join(folder, 'src/app.js'), CODE(2))
    assert.equal((await reloaded).file, join(folder, 'src/app.js'))
    assert.equal(await get('/a'), '200 hello extra 2')
    assert.equal(await slow, '200 hello extra 1')
  })

  it('serves on what was when a template breaks, says so, and takes the mended one', async () => {
    const failed = next('redeploy-failed')
    await writeFile(join(folder, 'template.yaml'), `${TEMPLATE}  - [`)
    assert.match(String((await failed).message), /template\.yaml:\d+:\d+: this is not valid YAML/)
    assert.equal(await get('/a'), '200 hello extra 2')
    const redeployed = next('redeployed')
    const mended = TEMPLATE.replace('/a', '/b').replace('Default: hello', 'Default: hi')
    await writeFile(join(folder, 'template.yaml'), mended)
    const { changes, apis } = await redeployed
    assert.ok(Array.isArray(changes) && changes.includes('update Fn'), String(changes))
    assert.match(JSON.stringify(apis), /"path":"\/b"/)
    assert.equal(await get('/b'), '200 hi extra 2')
    assert.equal(await get('/a'), '404 {"message":"Not Found"}')
  })

  it('has the same ids after a restart, and ends with status 0 as soon as it is ready', async () => {
    const ids = gateway.apis.map(({ id, urls }) => [id, urls.length])
    assert.equal(await gateway.stop(), 0)
    gateway = await start()
    assert.deepEqual(
      gateway.apis.map(({ id, urls }) => [id, urls.length]),
      ids,
    )
    assert.equal(await gateway.stop(), 0)
  })
})

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { EXAMPLES, runDaemun, startGateway } from '../support/gateway.ts'

const QUICKSTART = join(EXAMPLES, 'quickstart/template.yaml')

test('every API that takes the request is explained, by name of API and stage if asked', async () => {
  const { status, stdout } = await runDaemun(['explain', 'get', '/hello/you?x=1', QUICKSTART])
  assert.equal(status, 0)
  assert.match(stdout, /^REST .*, stage Prod/m)
  assert.match(stdout, /route +GET \/hello\/\{name\} .*name=you/)
  assert.match(stdout, /integration +AWS_PROXY POST arn:aws:apigateway:.*, 29000 ms at most/)
  assert.match(stdout, /^HTTP .*, stage \$default/m)
  assert.match(stdout, /integrate +AWS_PROXY arn:aws:apigateway:.* \(event format 2\.0\), 30000 ms/)
  const only = await runDaemun([
    'explain',
    'GET',
    '/hello/you',
    QUICKSTART,
    '--stage',
    'Prod',
    '--json',
  ])
  const { stages } = JSON.parse(only.stdout) as {
    stages: readonly { stage: string; protocol: string; steps: readonly { name: string }[] }[]
  }
  assert.deepEqual(
    stages.map(({ stage, protocol }) => [stage, protocol]),
    [['Prod', 'REST']],
  )
  assert.equal(stages[0]?.steps[0]?.name, 'limits')
})

test('a request that no method takes ends with 2; what cannot be asked ends with 1 and a sentence', async () => {
  const none = await runDaemun(['explain', 'GET', '/nowhere', QUICKSTART])
  assert.deepEqual([none.status, none.stdout], [2, 'GET /nowhere: no method takes it\n'])
  const stage = await runDaemun(['explain', 'GET', '/', QUICKSTART, '--api', 'nobody'])
  assert.equal(stage.status, 1)
  assert.match(stage.stderr, /API nobody: there is no such stage/)
  const path = await runDaemun(['explain', 'GET', 'hello', QUICKSTART])
  assert.match(path.stderr, /begins with a slash/)
})

test('without a template, what a data directory serves is explained while it is served', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'daemun-explain-'))
  t.after(() => rm(dataDir, { recursive: true, force: true }))
  const empty = await runDaemun(['explain', 'GET', '/', '--data-dir', dataDir], { cwd: dataDir })
  assert.equal(empty.status, 1)
  assert.match(empty.stderr, /nothing is served from/)
  const gateway = await startGateway({ shape: 'start', file: QUICKSTART, dataDir })
  await gateway.stop()
  const served = await runDaemun(['explain', 'GET', '/hello/you', '--data-dir', dataDir], {
    cwd: dataDir,
  })
  assert.equal(served.status, 0)
  assert.match(served.stdout, /GET \/hello\/\{name\}/)
})

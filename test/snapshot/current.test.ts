import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import type { Directory, RestStagePlan } from '#data-plane/plan.ts'
import type { DeploymentDocument, DirectoryEntry } from '#model/documents.ts'
import { createCurrent } from '#snapshot/current.ts'
import { restDocument, restEntry, restIntegration, restMethod } from '../support/rest-api.ts'

const DOCUMENTS: Readonly<Record<string, DeploymentDocument>> = {
  one: restDocument({ methods: { 'GET /one': restMethod() } }),
  two: restDocument({ methods: { 'GET /two': restMethod() } }),
  // A document that cannot be compiled: an integration of a type that nobody knows.
  broken: restDocument({
    methods: {
      'GET /one': restMethod({
        methodIntegration: { ...restIntegration(), ...JSON.parse('{"type":"NEW"}') },
      }),
    },
  }),
}

const start = () => {
  const failures: Error[] = []
  const fetched: string[] = []
  const current = createCurrent({ onFailure: (error) => void failures.push(error) })
  const fetchDocument = async (hash: string) => {
    fetched.push(hash)
    return DOCUMENTS[hash] ?? assert.fail(`no document ${hash}`)
  }
  const apply = (revision: number, changes: Readonly<Record<string, DirectoryEntry | null>>) =>
    current.apply(
      { revision, changes: Object.entries(changes).map(([key, entry]) => ({ key, entry })) },
      fetchDocument,
    )
  const planIn = (directory: Directory) => {
    const plan = directory.findApi('abc123')?.stage('prod')
    assert.ok(plan?.protocol !== 'WEBSOCKET')
    return plan
  }
  const plan = () => planIn(current.directory())
  const serves = (path: string) => plan()?.routes.match('GET', path) !== undefined
  return { current, apply, plan, planIn, serves, failures, fetched }
}

const PROD = 'stage/abc123/prod'
const stage = (documentHash: string, variables = {}): DirectoryEntry => ({
  ...restEntry({ variables }),
  documentHash,
})

test('a stage is compiled on its first request, and once', async () => {
  const { apply, plan, failures, serves } = start()
  await apply(1, { [PROD]: stage('broken') })
  assert.equal(failures.length, 0)
  plan()
  plan()
  assert.equal(failures.length, 1)
  await apply(2, { [PROD]: stage('one') })
  assert.ok(serves('/one'))
  assert.equal(plan(), plan())
})

test('a stage that changes is swapped, and a request that began keeps its own world', async () => {
  const { current, apply, serves, plan, planIn } = start()
  await apply(1, { [PROD]: stage('one') })
  assert.ok(serves('/one'))
  const pinned = current.directory()
  await apply(2, { [PROD]: stage('two') })
  assert.ok(serves('/two') && !serves('/one'))
  assert.ok(planIn(pinned)?.routes.match('GET', '/one'))
  assert.equal(current.directory().revision, 2)
  assert.equal(plan()?.protocol, 'REST')
})

test('a change that cannot be compiled leaves the old plan serving, and says so', async () => {
  const { apply, serves, failures } = start()
  await apply(1, { [PROD]: stage('one') })
  assert.ok(serves('/one'))
  await apply(2, { [PROD]: stage('broken') })
  assert.ok(serves('/one'))
  assert.match(
    failures[0]?.message ?? '',
    /stage prod of API pets \(abc123\) could not be compiled/,
  )
  await apply(3, { [PROD]: stage('two') })
  assert.ok(serves('/two'))
})

test('a stage that never could be compiled answers 500 and not 403', async () => {
  const { apply, plan } = start()
  await apply(1, { [PROD]: stage('broken') })
  const broken = plan()
  assert.ok(broken?.protocol === 'REST')
  const method = (broken satisfies RestStagePlan).routes.match('GET', '/any')?.plan
  assert.throws(() => method?.validate({} as never), { responseType: 'API_CONFIGURATION_ERROR' })
  assert.equal(broken.limitations[0]?.effect, 'refused')
})

describe('a delta', () => {
  it('that says the same again keeps the plan', async () => {
    const { apply, plan, fetched } = start()
    await apply(1, { [PROD]: stage('one') })
    const first = plan()
    await apply(2, { [PROD]: stage('one') })
    assert.equal(plan(), first)
    await apply(3, { [PROD]: stage('one', { colour: 'red' }) })
    assert.notEqual(plan(), first)
    assert.deepEqual(plan()?.stageVariables, { colour: 'red' })
    assert.deepEqual(fetched, ['one'])
  })

  it('may remove a stage, and its document is forgotten', async () => {
    const { apply, plan, fetched } = start()
    await apply(1, { [PROD]: stage('one') })
    await apply(2, { [PROD]: null })
    assert.equal(plan(), undefined)
    await apply(3, { [PROD]: stage('one') })
    assert.deepEqual(fetched, ['one', 'one'])
  })

  it('whose document cannot be fetched changes nothing, and the next one is taken', async () => {
    const { current, apply, serves } = start()
    await apply(1, { [PROD]: stage('one') })
    await assert.rejects(apply(2, { [PROD]: stage('none') }), /no document none/)
    assert.ok(serves('/one'))
    assert.equal(current.directory().revision, 1)
    await apply(3, { [PROD]: stage('two') })
    assert.ok(serves('/two'))
  })

  it('of an older revision is another source: what it does not name is gone', async () => {
    const { apply, plan } = start()
    await apply(9, { [PROD]: stage('one') })
    await apply(3, {})
    assert.equal(plan(), undefined)
  })

  it('about functions is not the data plane’s business', async () => {
    const { current, apply } = start()
    await apply(1, { 'function/1/us-east-1/hello': null })
    assert.equal(current.directory().revision, 1)
  })
})

test('a canary’s document is fetched and kept with its stage, and let go with it', async () => {
  const { apply, plan, fetched } = start()
  const canarySettings = { percentTraffic: 5 }
  const entry = { ...restEntry({ canarySettings }), documentHash: 'one', canaryDocumentHash: 'two' }
  await apply(1, { [PROD]: entry })
  assert.deepEqual(fetched, ['one', 'two'])
  const live = plan()
  assert.ok(live?.protocol === 'REST')
  assert.equal(live.canary?.percentTraffic, 5)
  assert.ok(live.canary?.plan.routes.match('GET', '/two'))
  // Promoted: what is held already is not fetched again.
  await apply(2, { [PROD]: stage('two') })
  assert.deepEqual(fetched, ['one', 'two'])
  await apply(3, { [PROD]: stage('one') })
  assert.deepEqual(fetched, ['one', 'two', 'one'])
})

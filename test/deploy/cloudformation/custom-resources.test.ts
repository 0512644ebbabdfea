import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { createCustomResourceAnswers } from '#deploy/cloudformation/custom-resources/answers.ts'
import type { CustomResourcePorts } from '#deploy/cloudformation/custom-resources/ask.ts'
import { stacks } from '#deploy/cloudformation/stacks.ts'
import { functions } from '#lambda/api/records.ts'
import type { InvokeAnswer } from '#model/ports.ts'
import type { Clock } from '#shared/clock.ts'
import { systemRandom } from '#shared/random.ts'
import { createMemoryStore } from '#store/memory.ts'
import { undoUnfinished } from '#store/undo-log.ts'
import { FUNCTION, SCOPE, workspace } from '../deployment.ts'

interface AskedEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete'
  readonly ResponseURL: string
  readonly StackId: string
  readonly RequestId: string
  readonly LogicalResourceId: string
  readonly PhysicalResourceId?: string
  readonly ResourceProperties: Readonly<Record<string, unknown>>
  readonly OldResourceProperties?: Readonly<Record<string, unknown>>
}

type Says = Readonly<Record<string, unknown>> | 'nothing' | InvokeAnswer

/** A world in which a function answers what `says` says; its clock stands until `ring` rings everything. */
const world = (t: TestContext, says: (event: AskedEvent) => Says | Promise<Says>) => {
  const store = createMemoryStore()
  const shop = workspace(t, store)
  const events: AskedEvent[] = []
  const timers = new Set<{ callback: () => void; delayMs: number }>()
  const clock: Clock = {
    nowMs: () => 1,
    monotonicMs: () => 1,
    setTimer: (callback, delayMs) => {
      const timer = { callback, delayMs }
      timers.add(timer)
      return { cancel: () => void timers.delete(timer) }
    },
  }
  const answers = createCustomResourceAnswers(systemRandom)
  const ports: CustomResourcePorts = {
    clock,
    random: systemRandom,
    answers,
    urlOf: (path) => `http://127.0.0.1${path}`,
    invoke: async ({ functionArn, payload }) => {
      const name = functionArn.split(':')[6] ?? ''
      const live = await store.read((view) => view.get(functions, SCOPE, name))
      assert.ok(live, 'the function is committed before it is asked')
      const event = JSON.parse(Buffer.from(payload).toString()) as AskedEvent
      events.push(event)
      const said = await says(event)
      if (said !== 'nothing' && 'kind' in said) return said as InvokeAnswer
      if (said !== 'nothing') {
        const { StackId, RequestId, LogicalResourceId } = event
        const answer = { Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, ...said }
        answers.take(new URL(event.ResponseURL).pathname, Buffer.from(JSON.stringify(answer)))
      }
      return answered
    },
  }
  const asked = () =>
    events.map(({ RequestType, PhysicalResourceId = '' }) =>
      `${RequestType} ${PhysicalResourceId}`.trim(),
    )
  return {
    shop,
    store,
    events,
    asked,
    timers,
    deploy: (text: string, given = {}) => shop.template(text, { customResources: ports, ...given }),
  }
}

const answered: InvokeAnswer = {
  kind: 'answered',
  statusCode: 200,
  payload: Buffer.from('null'),
  requestId: 'r',
}

const template = (properties: string, more = '') => `Resources:${FUNCTION}
  Thing:
    Type: Custom::Thing
    Properties:
      ServiceToken: !GetAtt Hello.Arn
${properties}
${more}
`

const OUTPUT = 'Outputs: {Url: {Value: !GetAtt Thing.Url}, Id: {Value: !Ref Thing}}'

test('a function is asked with the event of AWS, and its answer is Ref and GetAtt', async (t) => {
  const { deploy, events } = world(t, () => ({
    PhysicalResourceId: 'thing-1',
    Data: { Url: 'https://x', Deep: { A: 'b' } },
  }))
  const made = await deploy(template('      Size: 3\n      On: true', OUTPUT))
  assert.equal(made.outputs['Url']?.value, 'https://x')
  assert.equal(made.outputs['Id']?.value, 'thing-1')
  const [event] = events
  assert.deepEqual(Object.keys(event ?? {}).sort(), [
    'LogicalResourceId',
    'RequestId',
    'RequestType',
    'ResourceProperties',
    'ResourceType',
    'ResponseURL',
    'ServiceToken',
    'StackId',
  ])
  assert.equal(event?.ResourceProperties['Size'], '3')
  assert.equal(event?.ResourceProperties['On'], 'true')
  assert.match(event?.StackId ?? '', /^arn:aws:cloudformation:eu-west-1:\d+:stack\/shop\//)
  assert.match(event?.ResponseURL ?? '', /[0-9a-f]{64}$/)
  assert.deepEqual((await deploy(template('      Size: 3\n      On: true', OUTPUT))).changes, [])
  assert.equal(events.length, 1)
})

test('an update tells the old properties; another id has the old resource deleted in the end', async (t) => {
  let id = 1
  const { deploy, events, asked } = world(t, ({ RequestType }) => ({
    PhysicalResourceId: `thing-${RequestType === 'Update' ? ++id : id}`,
  }))
  await deploy(template('      Size: 1'))
  await deploy(template('      Size: 2'))
  assert.deepEqual(asked(), ['Create', 'Update thing-1', 'Delete thing-1'])
  assert.equal(events[1]?.OldResourceProperties?.['Size'], '1')
})

test('a custom resource that left the template is deleted before its function is', async (t) => {
  const { deploy, asked, store } = world(t, () => ({ PhysicalResourceId: 'thing-1' }))
  await deploy(template(''))
  await deploy('Resources: {Bucket: {Type: AWS::S3::Bucket}}\n')
  assert.deepEqual(asked(), ['Create', 'Delete thing-1'])
  assert.equal((await store.read((view) => view.list(functions, SCOPE))).length, 0)
})

test('what FAILED is said, asked to be deleted, and the last good state is back', async (t) => {
  let fails = true
  const { deploy, asked, store } = world(t, ({ RequestType }) =>
    fails && RequestType !== 'Delete'
      ? { Status: 'FAILED', Reason: 'no room', PhysicalResourceId: 'half' }
      : { PhysicalResourceId: 'half' },
  )
  await deploy('Resources: {Bucket: {Type: AWS::S3::Bucket}}\n')
  const before = await store.read((view) => view.get(stacks, SCOPE, 'shop'))
  await assert.rejects(deploy(template('')), /Custom::Thing: .*\[FAILED\].*no room/)
  assert.deepEqual(asked(), ['Create', 'Delete half'])
  assert.deepEqual(await store.read((view) => view.get(stacks, SCOPE, 'shop')), before)
  assert.equal((await store.read((view) => view.list(functions, SCOPE))).length, 0)
  fails = false
  await deploy(template(''))
  assert.deepEqual(asked().slice(2), ['Create'])
})

test('a resource that fails after an update has the function asked to go back', async (t) => {
  const { deploy, events, asked } = world(t, () => ({ PhysicalResourceId: 'thing-1' }))
  await deploy(template('      Size: 1'))
  const broken =
    '  Api: {Type: AWS::ApiGateway::RestApi, DependsOn: Thing, Properties: {Name: " "}}'
  await assert.rejects(deploy(template('      Size: 2', broken)), /Name cannot be empty/)
  assert.deepEqual(asked(), ['Create', 'Update thing-1', 'Update thing-1'])
  assert.equal(events[2]?.ResourceProperties['Size'], '1')
  assert.equal(events[2]?.OldResourceProperties?.['Size'], '2')
  assert.deepEqual((await deploy(template('      Size: 1'))).changes, [])
})

test('a function that never answers is a bounded, clear error: ServiceTimeout, or a little after its end', async (t) => {
  const { deploy, timers, store } = world(t, () => {
    setImmediate(() => {
      for (const { callback, delayMs } of timers) {
        assert.equal(delayMs, 7_000)
        callback()
      }
    })
    return 'nothing'
  })
  await assert.rejects(
    deploy(template('      ServiceTimeout: 7')),
    /did not answer the Create request within 7 seconds.*ResponseURL/,
  )
  assert.equal((await store.read((view) => view.list(functions, SCOPE))).length, 0)
  assert.equal(timers.size, 0)
})

test('a function that fails, answers nonsense or too much is told so', async (t) => {
  const failed: InvokeAnswer = {
    ...answered,
    functionError: 'Unhandled',
    payload: Buffer.from('{"errorMessage":"boom"}'),
  }
  const cases: readonly (readonly [Says, RegExp])[] = [
    [failed, /failed before it answered: .*boom/],
    [{ RequestId: 'other' }, /does not repeat the StackId/],
    [{ PhysicalResourceId: '' }, /no PhysicalResourceId/],
    [{ Status: 'DONE' }, /no Status of SUCCESS or FAILED/],
  ]
  for (const [said, message] of cases) {
    const { deploy } = world(t, ({ RequestType }) =>
      RequestType === 'Delete' ? { PhysicalResourceId: 'x' } : said,
    )
    await assert.rejects(deploy(template('')), message)
  }
})

test('an answer is taken once, below a path that nobody can guess, and never after it was closed', async () => {
  const answers = createCustomResourceAnswers(systemRandom)
  const ticket = answers.open()
  assert.equal(answers.isOpen(`${ticket.path.slice(0, -1)}x`), false)
  answers.refuse(ticket.path)
  await assert.rejects(ticket.answer, /larger than 4096 bytes/)
  assert.equal(answers.isOpen(ticket.path), false)
  const other = answers.open()
  other.close()
  assert.equal(answers.isOpen(other.path), false)
})

test('while a function is asked nothing is locked: it can call the management APIs itself', async (t) => {
  const { deploy, store } = world(t, async () => {
    await store.write((tx) => tx.put({ name: 'test/other' }, SCOPE, 'a', { is: 'there' }))
    return { PhysicalResourceId: 'thing-1' }
  })
  await deploy(template(''))
  const other = await store.read((view) => view.get({ name: 'test/other' }, SCOPE, 'a'))
  assert.deepEqual(other, { is: 'there' })
})

test('a process that dies while it waits leaves what the next start takes back', async (t) => {
  const { deploy, store, timers } = world(t, () => 'nothing')
  await deploy('Resources: {Bucket: {Type: AWS::S3::Bucket}}\n')
  const waiting = deploy(template('      ServiceTimeout: 5'))
  waiting.catch(() => undefined)
  while (timers.size === 0) await new Promise(setImmediate)
  assert.equal((await store.read((view) => view.list(functions, SCOPE))).length, 1)
  assert.equal(await undoUnfinished(store), true)
  assert.equal((await store.read((view) => view.list(functions, SCOPE))).length, 0)
  assert.equal(await undoUnfinished(store), false)
  for (const { callback } of timers) callback()
  await assert.rejects(waiting)
})

test('NoEcho keeps what a function answers out of every message', async (t) => {
  const { deploy } = world(t, () => ({
    PhysicalResourceId: 'thing-1',
    NoEcho: true,
    Data: { Url: 'S3CRET VALUE' },
  }))
  const bad =
    '  T: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !GetAtt Thing.Url, ResourceId: a, HttpMethod: GET, AuthorizationType: NONE}}'
  await assert.rejects(deploy(template('', bad)), (error: Error) => {
    assert.doesNotMatch(error.message, /S3CRET/)
    return true
  })
})

test('a check asks nobody, and a deployment that reaches no function says so', async (t) => {
  const shop = workspace(t)
  const { report, outputs } = await shop.template(template('', OUTPUT))
  assert.match(String(report[0]?.effect), /no function is reached/)
  assert.match(outputs['Url']?.value ?? '', /thing/i)
})

test('a nested stack may hold a custom resource, and what it answers reaches the outer stack', async (t) => {
  const { shop, asked, deploy } = world(t, ({ RequestType }) => ({
    PhysicalResourceId: 'thing-1',
    ...(RequestType === 'Delete' ? {} : { Data: { Colour: 'red' } }),
  }))
  const outputs = `
Outputs:
  Colour: {Value: !GetAtt Thing.Colour}
`
  shop.write('inner.yaml', template('      Size: 1', outputs))
  const outer = `Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: inner.yaml}
Outputs:
  Colour: {Value: !GetAtt Inner.Outputs.Colour}
`
  const deployed = await deploy(outer)
  assert.deepEqual(asked(), ['Create'])
  assert.deepEqual(deployed.outputs['Colour'], { value: 'red' })
  await deploy('Resources:\n  Queue: {Type: AWS::Kinesis::Stream, Properties: {Name: q}}\n')
  assert.deepEqual(asked(), ['Create', 'Delete thing-1'])
})

test('a custom resource of a nested stack that fails takes the whole deployment back', async (t) => {
  const { shop, store, deploy } = world(t, () => ({
    Status: 'FAILED',
    Reason: 'no luck',
    PhysicalResourceId: 'x',
  }))
  shop.write('inner.yaml', template('      Size: 1'))
  const outer = `Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: inner.yaml}
`
  await assert.rejects(deploy(outer), /no luck/)
  assert.equal((await store.read((view) => view.list(functions, SCOPE))).length, 0)
  assert.equal((await store.read((view) => view.list(stacks, SCOPE))).length, 0)
})

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

test('everything that stands in the way is a row: the check goes on, and ends with 1', async () => {
  const { folder, remove } = await folderWith(`Transform: AWS::Serverless-2016-10-31
Resources:
  Built: {Type: AWS::Serverless::Function, Properties: {Runtime: nodejs22.x, Handler: a.b, CodeUri: nowhere/}}
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Maybe}]}}}
  Profile: {Type: AWS::IAM::InstanceProfile, Properties: {Roles: [!Ref Role]}}
  Queue: {Type: AWS::SQS::Queue}
`)
  try {
    const { status, stdout } = await runDaemun(['check', folder, '--json', '--fail-on', 'never'])
    assert.equal(status, 1)
    const { templates } = JSON.parse(stdout) as {
      templates: readonly {
        rows: readonly { where: string; honour: string; note?: string; line: number }[]
      }[]
    }
    const rows = templates[0]?.rows ?? []
    const impossible = rows.filter(({ honour }) => honour === 'impossible')
    assert.deepEqual(
      impossible.map(({ line, note }) => [line, note?.split(/[:,(]/)[0]]),
      [
        [3, 'the code of `Built`'],
        [4, 'AWS'],
        [5, 'it needs Role'],
      ].map(([line, note]) => [line, note]),
    )
    assert.ok(
      rows.some(({ where, honour }) => where === 'Resources.Queue' && honour === 'enforced'),
    )
    const shown = await runDaemun(['explain', 'GET', '/', folder])
    assert.equal(shown.status, 1)
    assert.match(shown.stderr, /the code of `Built`.*daemun check/)
  } finally {
    await remove()
  }
})

test('X-Ray segments that go nowhere are told of by name, unless a daemon or a receiver takes them', async () => {
  const { folder, remove } = await folderWith(`Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: traced}}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: NONE
      Integration: {Type: MOCK}
  Release: {Type: AWS::ApiGateway::Deployment, DependsOn: Get, Properties: {RestApiId: !Ref Api}}
  Prod:
    Type: AWS::ApiGateway::Stage
    Properties: {RestApiId: !Ref Api, DeploymentId: !Ref Release, StageName: prod, TracingEnabled: true}
`)
  const told = async (env: Readonly<Record<string, string>>) => {
    const { status, stdout } = await runDaemun(['check', folder], { env })
    assert.equal(status, 0)
    return /inert +Api: stage prod +sending X-Ray segments \(they are kept for `daemun trace`: set --xray-daemon or --otlp-endpoint\)/.test(
      stdout,
    )
  }
  try {
    assert.equal(await told({}), true)
    assert.equal(await told({ AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:2000' }), false)
  } finally {
    await remove()
  }
})

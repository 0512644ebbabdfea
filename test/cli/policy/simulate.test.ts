import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { runDaemun, startGateway } from '../../support/gateway.ts'

const ARN = 'arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/pets'
const ADA = 'arn:aws:iam::123456789012:user/ada'
const policy = (statement: object): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
const ASK = ['policy', 'simulate', '--action', 'execute-api:Invoke', '--resource', ARN]

test('says whether a caller would be allowed, and by which statement, from files', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-simulate-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const own = join(folder, 'own.json')
  await writeFile(
    own,
    policy({ Sid: 'Call', Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }),
  )
  const office = join(folder, 'office.json')
  await writeFile(
    office,
    policy({
      Sid: 'OfficeOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: 'execute-api:Invoke',
      Resource: 'execute-api:/*',
      Condition: { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
    }),
  )
  const here = ['--data-dir', folder]
  const allowed = await runDaemun([...ASK, ...here, '--caller', ADA, '--policy', own])
  assert.equal(allowed.status, 0, allowed.stderr)
  assert.match(allowed.stdout, /^allowed: .*\n.*allow by statement 0 "Call"/)
  const asked = [...ASK, ...here, '--caller', ADA, '--policy', own, '--resource-policy', office]
  const denied = await runDaemun([...asked, '--context', 'aws:SourceIp=198.51.100.1'])
  assert.equal(denied.status, 2, denied.stderr)
  assert.match(denied.stdout, /^denied: .*\n.*deny by statement 0 "OfficeOnly" of resource policy/)
  const inside = await runDaemun([...asked, '--context', 'aws:SourceIp=192.0.2.9'])
  assert.equal(inside.status, 0)
  const unknown = await runDaemun([...ASK, ...here, '--caller', ADA])
  assert.equal(unknown.status, 1)
  assert.match(unknown.stderr, /is not known in .*--data-dir/)
})

test('knows the callers that a data directory serves', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'daemun-simulate-'))
  t.after(() => rm(dataDir, { recursive: true, force: true }))
  const gateway = await startGateway({ shape: 'start', dataDir })
  const { endpoint, credentials } = gateway
  const iam = new IAMClient({ endpoint, credentials, region: 'us-east-1' })
  await iam.send(new CreateUserCommand({ UserName: 'ada' }))
  await iam.send(
    new PutUserPolicyCommand({
      UserName: 'ada',
      PolicyName: 'own',
      PolicyDocument: policy({ Effect: 'Allow', Action: 'execute-api:*', Resource: '*' }),
    }),
  )
  await gateway.stop()
  const asked = await runDaemun([...ASK, '--data-dir', dataDir, '--caller', ADA, '--json'])
  assert.equal(asked.status, 0, asked.stderr)
  assert.equal(JSON.parse(asked.stdout).decision, 'allowed')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stacks } from '#deploy/cloudformation/stacks.ts'
import { deployTemplateFile } from '#deploy/deploy-template.ts'
import { callOperations } from '#deploy/operations.ts'
import { forgottenUserPoolParts } from '#identity/cognito-idp/parts.ts'
import { functions } from '#lambda/api/records.ts'
import { FUNCTION, SCOPE, workspace } from '../deployment.ts'

const POOL = `
Resources:
  People: {Type: AWS::Cognito::UserPool}
  Web:
    Type: AWS::Cognito::UserPoolClient
    Properties: {UserPoolId: !Ref People, GenerateSecret: true}
`
const asking = (name: string) =>
  `${FUNCTION.replaceAll('Hello', name)}      Environment: {Variables: {SECRET: !GetAtt Web.ClientSecret}}\n`

test('the secret of a client is in no record of its stack, and a later deployment has it again', async (t) => {
  const { store, write } = workspace(t)
  const userPools = forgottenUserPoolParts()
  const deploy = (text: string) =>
    deployTemplateFile({
      file: write('template.yaml', text),
      stackName: 'shop',
      parameters: {},
      scope: SCOPE,
      store,
      strict: false,
      redeploy: 'always',
      call: (tx) =>
        callOperations({ scope: SCOPE, store, tx, nowMs: 1, requestId: 'test', userPools }),
    })
  const secretOf = (logicalId: string) =>
    store.read(async (view) => {
      const made = (await view.list(functions, SCOPE)).map(({ value }) => value.document)
      const found = made.find(({ FunctionName }) => FunctionName.includes(logicalId))
      return found?.Environment?.['SECRET']
    })
  await deploy(POOL + asking('First'))
  const secret = await secretOf('First')
  assert.match(secret ?? '', /^\w{24,64}$/)
  const record = await store.read((view) => view.get(stacks, SCOPE, 'shop'))
  assert.ok(record)
  assert.ok(!JSON.stringify(record).includes(secret ?? ''), 'the record has the secret')
  await deploy(POOL + asking('First') + asking('Second'))
  assert.equal(await secretOf('Second'), secret)
})

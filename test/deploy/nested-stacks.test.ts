import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stacks } from '#deploy/cloudformation/stacks.ts'
import { restApis } from '#store/collections.ts'
import { SCOPE, workspace } from './deployment.ts'

const CHILD = `
Parameters: {Name: {Type: String}, List: {Type: CommaDelimitedList, Default: ""}}
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: !Ref Name, Tracing: on}}
Outputs:
  Id: {Value: !Ref Api}
  Name: {Value: !Join ["+", !Ref List]}
`

const parent = (name: string, more = '') => `
Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: nested/child.yaml
      Parameters: {Name: ${name}, List: [a, b]}
${more}
Outputs:
  Api: {Value: !GetAtt Child.Outputs.Id}
  Name: {Value: !GetAtt Child.Outputs.Name}
  Stack: {Value: !Ref Child}
`

test('a nested stack gets parameters, gives outputs, and its APIs and its report are those of the whole', async (t) => {
  const shop = workspace(t)
  shop.write('nested/child.yaml', CHILD)
  const made = await shop.template(parent('inner'))
  assert.deepEqual(
    made.apis.map(({ name }) => name),
    ['inner'],
  )
  assert.equal(made.outputs['Api']?.value, made.apis[0]?.id)
  assert.equal(made.outputs['Name']?.value, 'a+b')
  assert.match(made.outputs['Stack']?.value ?? '', /^arn:aws:cloudformation:.*stack\/shop-Child-/)
  const [entry] = made.report
  assert.match(entry?.file ?? '', /nested\/child\.yaml$/)
  assert.equal(entry?.where, 'Resources.Api.Properties.Tracing')
  assert.ok(made.files.some((file) => file.endsWith('nested/child.yaml')))
  assert.deepEqual(made.changes.map(({ logicalId }) => logicalId).sort(), ['Child', 'Child.Api'])
})

test('a changed nested template is an update though the outer one is the same, and the same again is none', async (t) => {
  const shop = workspace(t)
  shop.write('nested/child.yaml', CHILD)
  const first = await shop.template(parent('inner'))
  assert.deepEqual((await shop.template(parent('inner'))).changes, [])
  shop.write('nested/child.yaml', CHILD.replace('Name: !Ref Name', 'Name: !Sub "${Name}-2"'))
  const second = await shop.template(parent('inner'))
  assert.deepEqual(
    second.apis.map(({ id, name }) => [id, name]),
    [[first.apis[0]?.id, 'inner-2']],
  )
})

test('a nested stack goes with its resource, and everything it made', async (t) => {
  const shop = workspace(t)
  shop.write('nested/child.yaml', CHILD)
  await shop.template(parent('inner'))
  await shop.template('Resources: {Bucket: {Type: AWS::S3::Bucket}}\n')
  await shop.store.read(async (view) => {
    assert.deepEqual(await view.list(restApis, SCOPE), [])
    assert.deepEqual(
      (await view.list(stacks, SCOPE)).map(({ key }) => key),
      ['shop'],
    )
  })
})

test('a resource that fails in a nested stack leaves the last good state of the whole', async (t) => {
  const shop = workspace(t)
  shop.write('nested/child.yaml', CHILD)
  const first = await shop.template(parent('inner'))
  const revision = await shop.store.revision()
  shop.write('nested/child.yaml', CHILD.replace('!Ref Name, Tracing', '" ", Tracing'))
  await assert.rejects(
    shop.template(parent('inner', '  Extra: {Type: AWS::ApiGateway::RestApi}')),
    /child\.yaml:\d+: Resources\.Api: .*Name cannot be empty/,
  )
  assert.equal(await shop.store.revision(), revision)
  shop.write('nested/child.yaml', CHILD)
  assert.deepEqual((await shop.template(parent('inner'))).apis, first.apis)
})

const nesting = (file: string) => `
Resources:
  Inner: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ${file}}}
`

test('stacks that nest each other, or too deeply, are one clear message, and nothing is created', async (t) => {
  const shop = workspace(t)
  shop.write('a.yaml', nesting('b.yaml'))
  shop.write('b.yaml', nesting('a.yaml'))
  await assert.rejects(
    shop.template(nesting('a.yaml')),
    /b\.yaml:3: Resources\.Inner\.Properties: nested stacks form a cycle: a\.yaml → b\.yaml → a\.yaml\. Break the cycle/,
  )
  for (let level = 0; level < 12; level++) {
    shop.write(`level${level}.yaml`, nesting(`level${level + 1}.yaml`))
  }
  await assert.rejects(shop.template(nesting('level0.yaml')), /more than 10 levels deep/)
  await assert.rejects(shop.template(nesting('missing.yaml')), /missing\.yaml.*cannot be read/)
  assert.equal(await shop.store.revision(), 0)
})

test('a template that lies in S3 or in the Application Repository is a record, reported', async (t) => {
  const shop = workspace(t)
  const { report, outputs } = await shop.template(
    `${nesting('https://bucket.s3.amazonaws.com/x.yaml')}Outputs: {A: {Value: !GetAtt Inner.Outputs.Url}}\n`,
  )
  assert.match(report[0]?.effect ?? '', /its template is not on this machine/)
  assert.ok(outputs['A']?.value)
})

test('an application of SAM is a nested stack of a local path', async (t) => {
  const shop = workspace(t)
  shop.write('nested/child.yaml', CHILD)
  const { apis } = await shop.template(`
Transform: AWS::Serverless-2016-10-31
Resources:
  App:
    Type: AWS::Serverless::Application
    Properties: {Location: nested/child.yaml, Parameters: {Name: sam}}
`)
  assert.deepEqual(
    apis.map(({ name }) => name),
    ['sam'],
  )
})

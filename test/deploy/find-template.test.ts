import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { findTemplates } from '#deploy/find-template.ts'
import { TemplateError } from '#deploy/template/template-error.ts'
import { workspace } from './deployment.ts'

test('a folder is searched for a template, then a CDK app, then an OpenAPI document', (t) => {
  const { folder, write } = workspace(t)
  const names = () => findTemplates(folder).map(({ file }) => path.relative(folder, file))
  assert.throws(names, TemplateError)
  write('openapi.json', '{}')
  assert.deepEqual(names(), ['openapi.json'])
  const stack = { type: 'aws:cloudformation:stack' }
  write(
    'cdk.out/manifest.json',
    JSON.stringify({
      artifacts: {
        Second: {
          ...stack,
          properties: { templateFile: 'Second.template.json' },
          dependencies: ['First'],
        },
        First: { ...stack, properties: { templateFile: 'First.template.json', stackName: 'one' } },
        Tree: { type: 'cdk:tree' },
      },
    }),
  )
  assert.deepEqual(names(), ['cdk.out/First.template.json', 'cdk.out/Second.template.json'])
  assert.deepEqual(
    findTemplates(folder).map(({ stackName }) => stackName),
    ['one', 'Second'],
  )
  write('template.yml', '')
  write('samconfig.toml', '[default.deploy.parameters]\nstack_name = "shop"\n')
  assert.deepEqual(names(), ['template.yml'])
  assert.equal(findTemplates(folder)[0]?.stackName, 'shop')
})

test('a CDK app deploys with its assets, without the parameters that bootstrapping leaves', async (t) => {
  const shop = workspace(t)
  shop.write('cdk.out/asset.abc/index.js', 'exports.handler = async () => ({ statusCode: 200 })\n')
  const file = shop.write(
    'cdk.out/App.template.json',
    JSON.stringify({
      Parameters: {
        BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk' },
      },
      Rules: { CheckBootstrapVersion: { Assertions: [] } },
      Resources: {
        CDKMetadata: { Type: 'AWS::CDK::Metadata', Properties: { Analytics: 'v2' } },
        Fn: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            Runtime: 'nodejs22.x',
            Handler: 'index.handler',
            Code: { S3Bucket: { 'Fn::Sub': `cdk-\${AWS::AccountId}` }, S3Key: 'abc.zip' },
          },
          Metadata: { 'aws:asset:path': 'asset.abc', 'aws:asset:property': 'Code' },
        },
      },
    }),
  )
  const made = await shop.deploy(file, { defaults: { BootstrapVersion: '99' } })
  assert.equal(made.functions.length, 1)
  assert.deepEqual(made.report, [])
})

test('a file that does not exist is one clear message', () => {
  assert.throws(() => findTemplates('/nowhere/template.yaml'), /there is no such file\. Correct/)
})

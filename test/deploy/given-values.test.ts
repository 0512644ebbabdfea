import assert from 'node:assert/strict'
import { test } from 'node:test'
import { givenValues, valueVariable } from '#deploy/cloudformation/given-values.ts'
import { readGivenValues } from '#deploy/read-values.ts'
import { FUNCTION, workspace } from './deployment.ts'

const FILE = `
# comment
ssm:/prod/url=https://a.example/?x=1
ssm:/list=a, b
secretsmanager:db={"user":"me","password":"S3CRET-1"}
resolve:ssm-secure:/key:3=S3CRET-2
`

const values = givenValues({}, { path: '/values', text: FILE })

test('a reference finds its value with or without a version, and the keys of a secret', () => {
  assert.equal(values.find('ssm:/prod/url'), 'https://a.example/?x=1')
  assert.equal(values.find('ssm:/prod/url:7'), 'https://a.example/?x=1')
  assert.equal(values.find('secretsmanager:db:SecretString:password'), 'S3CRET-1')
  assert.equal(values.find('secretsmanager:db:SecretString:password:AWSCURRENT'), 'S3CRET-1')
  assert.equal(values.find('secretsmanager:db'), '{"user":"me","password":"S3CRET-1"}')
  assert.equal(values.find('secretsmanager:db:SecretString:nope'), undefined)
  assert.equal(values.find('ssm-secure:/key:3'), 'S3CRET-2')
  assert.equal(values.find('ssm:/nowhere'), undefined)
})

test('the environment goes before the file', () => {
  assert.equal(valueVariable('ssm:/prod/url'), 'DAEMUN_RESOLVE_SSM_PROD_URL')
  const both = givenValues({ DAEMUN_RESOLVE_SSM_PROD_URL: 'here' }, { path: '/f', text: FILE })
  assert.equal(both.find('ssm:/prod/url'), 'here')
})

test('SSM parameters and dynamic references of a template take them, by default or by the name given', async (t) => {
  const shop = workspace(t)
  const text = `
Parameters:
  Url: {Type: "AWS::SSM::Parameter::Value<String>", Default: /prod/url}
  List: {Type: "AWS::SSM::Parameter::Value<List<String>>"}
Resources:${FUNCTION}      Description: "{{resolve:ssm:/prod/url:1}}"
Outputs:
  Url: {Value: !Ref Url}
  List: {Value: !Select [1, !Ref List]}
`
  const { outputs } = await shop.template(text, { values, parameters: { List: '/list' } })
  assert.equal(outputs['Url']?.value, 'https://a.example/?x=1')
  assert.equal(outputs['List']?.value, 'b')
  const direct = await shop.template(text, { values, parameters: { List: 'x,y', Url: 'direct' } })
  assert.deepEqual([direct.outputs['Url']?.value, direct.outputs['List']?.value], ['direct', 'y'])
})

test('a secret is in no message and in no report', async (t) => {
  const shop = workspace(t)
  const bad = (value: string) =>
    `Resources:\n  A: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: "${value}", StageName: a, DeploymentId: b}}\n`
  for (const reference of ['secretsmanager:db:SecretString:password', 'ssm-secure:/key:3']) {
    await assert.rejects(
      shop.template(bad(`{{resolve:${reference}}}`), { values }),
      (error: Error) => {
        assert.doesNotMatch(error.message, /S3CRET/)
        return true
      },
    )
  }
  const hidden = `Parameters: {P: {Type: String, NoEcho: true}}\n${bad('x').replace('"x"', '!Ref P')}`
  await assert.rejects(shop.template(hidden, { parameters: { P: 'S3CRET-3' } }), (error: Error) => {
    assert.doesNotMatch(error.message, /S3CRET/)
    return true
  })
})

test('the file beside the template is found, and one that was named has to be there', (t) => {
  const shop = workspace(t)
  const template = shop.write('template.yaml', '')
  assert.deepEqual(readGivenValues(template, undefined, {}).files, [])
  shop.write('.daemun-values', 'ssm:/a=1\n')
  const found = readGivenValues(template, undefined, {})
  assert.equal(found.find('ssm:/a'), '1')
  assert.equal(found.files.length, 1)
  const cdk = shop.write('cdk.out/a.template.json', '')
  assert.equal(readGivenValues(cdk, undefined, {}).find('ssm:/a'), '1')
  assert.throws(() => readGivenValues(template, '/nowhere', {}), /--values-file/)
})

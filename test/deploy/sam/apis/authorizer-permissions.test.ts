import assert from 'node:assert/strict'
import { test } from 'node:test'
import { functionText, transformText } from '../template.ts'

const PERMISSION = 'AWS::Lambda::Permission'

const withApi = (type: string, more: string, attributes = '') =>
  transformText(`Conditions: {IsOn: {Fn::Equals: [a, a]}}
Resources:${functionText('Guard', '')}
  Api:
    Type: AWS::Serverless::${type}
${attributes}    Properties:
      StageName: prod
      Auth:
        Authorizers:
          Mine:
            FunctionArn: !GetAtt Guard.Arn
            AuthorizerPayloadFormatVersion: "2.0"
${more}`)

test('an HTTP API may invoke its Lambda authorizer where the template enables that, and only there', () => {
  const enabled = withApi('HttpApi', '            EnableFunctionDefaultPermissions: true\n')
  assert.deepEqual(enabled.errors, [])
  assert.equal(enabled.type('ApiMineAuthorizerPermission'), PERMISSION)
  assert.deepEqual(enabled.properties('ApiMineAuthorizerPermission'), {
    Action: 'lambda:InvokeFunction',
    FunctionName: { 'Fn::GetAtt': ['Guard', 'Arn'] },
    Principal: 'apigateway.amazonaws.com',
    SourceArn: {
      'Fn::Sub': [
        'arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/authorizers/*',
        { __ApiId__: { Ref: 'Api' } },
      ],
    },
  })
  for (const more of ['', '            EnableFunctionDefaultPermissions: false\n'])
    assert.equal(withApi('HttpApi', more).type('ApiMineAuthorizerPermission'), undefined)
})

test('a REST API may invoke it unless the template disables that', () => {
  assert.equal(withApi('Api', '').type('ApiMineAuthorizerPermission'), PERMISSION)
  const disabled = withApi('Api', '            DisableFunctionDefaultPermissions: true\n')
  assert.equal(disabled.type('ApiMineAuthorizerPermission'), undefined)
})

test('the permission is made under the condition of its API', () => {
  const { attribute } = withApi(
    'HttpApi',
    '            EnableFunctionDefaultPermissions: true\n',
    '    Condition: IsOn\n',
  )
  assert.equal(attribute('ApiMineAuthorizerPermission', 'Condition'), 'IsOn')
})

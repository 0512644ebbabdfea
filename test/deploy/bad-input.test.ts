import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TemplateError } from '#deploy/template/template-error.ts'
import { FUNCTION, workspace } from './deployment.ts'

const TABLE = 'Resources:\n  T: {Type: AWS::Kinesis::Stream}\n'

/** Template, what the message must say after the file's name, and the line it must blame. */
const CASES: Readonly<Record<string, readonly [string, RegExp, number]>> = {
  'a YAML error': ['Resources:\n  A: [1\n  B: 2\n', /not valid YAML/, 3],
  'a template without resources': ['Outputs: {}\n', /no resources.*Add a `Resources`/, 0],
  'a resource without a type': ['Resources:\n  A:\n    Properties: {}\n', /`A` has no Type/, 2],
  'an unknown short form': [
    'Resources:\n  A: !Nope x\n',
    /`!Nope` is not an intrinsic function/,
    2,
  ],
  'an unknown function': [
    'Resources:\n  T:\n    Type: AWS::Kinesis::Stream\n    Properties:\n      Name: {"Fn::Nope": 1}\n',
    /`Fn::Nope` is not an intrinsic function/,
    5,
  ],
  'a parameter without a value': [
    `Parameters:\n  Url: {Type: String}\n${TABLE}`,
    /the parameter `Url` has no value\. Give one with --parameter Url=Value/,
    2,
  ],
  'an SSM parameter without a value': [
    `Parameters:\n  Url: {Type: "AWS::SSM::Parameter::Value<String>", Default: /a/b}\n${TABLE}`,
    /`Url` has no value here\. Give one with --parameter Url=Value/,
    2,
  ],
  'a value that is not allowed': [
    `Parameters:\n  A: {Type: String, AllowedValues: [x, y], Default: z}\n${TABLE}`,
    /`A`: `z` is not one of x, y/,
    2,
  ],
  'a secret that is not allowed, without showing it': [
    `Parameters:\n  A: {Type: String, NoEcho: true, AllowedPattern: "[a-z]+", Default: S3CRET}\n${TABLE}`,
    /`A`: its value does not match/,
    2,
  ],
  'a number that is none': [
    `Parameters:\n  A: {Type: Number, Default: many}\n${TABLE}`,
    /`A`: `many` is not a number/,
    2,
  ],
  'a cycle of resources': [
    'Resources:\n  A: {Type: AWS::Kinesis::Stream, Properties: {Name: !Ref B}}\n  B: {Type: AWS::S3::Bucket, DependsOn: A}\n',
    /cycle: A → B → A/,
    2,
  ],
  'a cycle of conditions': [
    `Conditions:\n  A: !Not [!Condition B]\n  B: !Not [!Condition A]\n${TABLE.trimEnd()}\n  U: {Type: AWS::S3::Bucket, Condition: A}\n`,
    /conditions form a cycle: A → B → A/,
    2,
  ],
  'a Ref to nothing': [
    'Resources:\n  T:\n    Type: AWS::Kinesis::Stream\n    Properties:\n      Name: !Ref Nothing\n',
    /Name\.Ref: there is no parameter or resource `Nothing`/,
    5,
  ],
  'a GetAtt of nothing': [
    `${TABLE}Outputs:\n  O:\n    Value: !GetAtt Nothing.Arn\n`,
    /there is no resource `Nothing`/,
    5,
  ],
  'an attribute that does not exist': [
    'Resources:\n  A: {Type: AWS::ApiGateway::RestApi}\nOutputs:\n  O: {Value: !GetAtt A.Colour}\n',
    /`A` \(AWS::ApiGateway::RestApi\) has no attribute `Colour`\. Use one of RestApiId, RootResourceId/,
    4,
  ],
  'a reference to a resource that its condition leaves out': [
    `Conditions: {No: !Equals [1, 2]}\nResources:\n  A: {Type: AWS::S3::Bucket, Condition: No}\n  B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref A}}\n`,
    /`A` exists only if the condition `No` holds/,
    4,
  ],
  'a key that a mapping lacks': [
    `Mappings: {M: {a: {b: 1}}}\n${TABLE}Outputs:\n  O: {Value: !FindInMap [M, a, c]}\n`,
    /the mapping `M` has no `a` → `c`\. Add the key under Mappings/,
    5,
  ],
  'an import that nobody exports': [
    `${TABLE}Outputs:\n  O: {Value: !ImportValue nobody}\n`,
    /no stack here exports `nobody`/,
    4,
  ],
  'an unknown condition': [
    'Resources:\n  A: {Type: AWS::S3::Bucket, Condition: Nope}\n',
    /there is no condition `Nope`/,
    2,
  ],
  'text where a number belongs': [
    `Resources:${FUNCTION}      Timeout: soon\n`,
    /Resources\.Hello\.Properties\.Timeout: this must be a number\. Give a number/,
    10,
  ],
  'text where a map belongs': [
    `Resources:${FUNCTION}      Environment: all\n`,
    /Properties\.Environment: this must be a map/,
    10,
  ],
  'code that does not exist': [
    'Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties: {Runtime: nodejs22.x, Handler: a.b, Code: nowhere/}\n',
    /the code of `F`, `nowhere\/`, does not exist/,
    4,
  ],
  'a handler that does not exist': [
    'Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Runtime: python3.13\n      Code: .\n      Handler: app.run\n',
    /Handler: .*'app\.run'.*no such file exists.* Correct Handler/,
    7,
  ],
  'a property that the operation refuses': [
    'Resources:\n  A: {Type: AWS::ApiGateway::RestApi, Properties: {Name: " "}}\n',
    /Resources\.A: AWS::ApiGateway::RestApi was refused: BadRequestException: Name cannot be empty/,
    2,
  ],
  'a SAM property that must be there': [
    'Transform: AWS::Serverless-2016-10-31\nResources:\n  A:\n    Type: AWS::Serverless::Api\n',
    /Resources\.A.*: the property `StageName` is required/,
    3,
  ],
  'a SAM handler that does not exist': [
    'Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: .\n      Runtime: nodejs22.x\n      Handler: app.run\n',
    /Resources\.F\.Properties\.Handler: .*no such file exists/,
    8,
  ],
  'a Globals property that does not exist': [
    'Transform: AWS::Serverless-2016-10-31\nGlobals:\n  Function: {Colour: blue}\nResources:\n  T: {Type: AWS::Serverless::SimpleTable}\n',
    /Globals: `Colour` is not supported in `Function`/,
    2,
  ],
  'a SAM resource without the transform': [
    'Resources:\n  F:\n    Type: AWS::Serverless::Function\n',
    /F\.Type: AWS::Serverless::Function is SAM.*Add `Transform: AWS::Serverless-2016-10-31`/,
    3,
  ],
  'a dynamic reference without a value': [
    `Resources:${FUNCTION}      Environment: {Variables: {A: "x {{resolve:ssm:/a/b:1}}"}}\n`,
    /Variables\.A: `\{\{resolve:ssm:\/a\/b:1\}\}` lies in AWS.*--parameter 'resolve:ssm:\/a\/b:1=Value'/,
    10,
  ],
  'a DependsOn that is no name': [
    'Resources:\n  A: {Type: AWS::S3::Bucket, DependsOn: [{a: 1}]}\n',
    /DependsOn names `\{"a":1\}`/,
    2,
  ],
  'a definition that is a folder': [
    'Resources:\n  A: {Type: AWS::ApiGateway::RestApi, Properties: {BodyS3Location: .}}\n',
    /BodyS3Location: the API's definition `\.` cannot be read: EISDIR/,
    2,
  ],
}

for (const [name, [template, message, line]] of Object.entries(CASES)) {
  test(`${name} is one clear message, and nothing is created`, async (t) => {
    const { template: deploy, store } = workspace(t)
    await assert.rejects(deploy(template), (error) => {
      assert.ok(error instanceof TemplateError, String(error))
      assert.match(error.message, message)
      assert.match(error.message, /template\.yaml(:\d+(:\d+)?)?: .+\. .+\.$/s)
      assert.equal(error.line ?? 0, line, error.message)
      assert.doesNotMatch(error.message, /S3CRET/)
      return true
    })
    assert.equal(await store.revision(), 0)
  })
}

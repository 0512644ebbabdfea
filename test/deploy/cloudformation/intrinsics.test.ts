import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { workspace } from '../deployment.ts'

const outputs = async (
  context: TestContext,
  expressions: Readonly<Record<string, string>>,
  head = '',
  parameters: Readonly<Record<string, string>> = {},
) => {
  const lines = Object.entries(expressions).map(([name, text]) => `  ${name}: {Value: ${text}}`)
  const template = `
${head}
Resources:
  Table: {Type: AWS::Kinesis::Stream, Properties: {Name: pets}}
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
Outputs:
${lines.join('\n')}
`
  const { outputs: made } = await workspace(context).template(template, { parameters })
  return Object.fromEntries(Object.entries(made).map(([name, { value }]) => [name, value]))
}

test('functions of text and lists give what CloudFormation gives', async (t) => {
  assert.deepEqual(
    await outputs(t, {
      Sub: '!Sub "${AWS::Region}/${Table}/${!Literal}"',
      SubMap: '!Sub ["${a}-${b}", {a: 1, b: !Ref Table}]',
      SubAtt: '!Sub "${Table.Arn}"',
      Join: '!Join ["-", [a, !Ref Table, 3, true]]',
      Split: '!Join ["|", !Split [",", "a,b,c"]]',
      Select: '!Select [1, [a, b]]',
      Base64: '!Base64 {"Fn::Sub": "x${Table}"}',
      Length: '{"Fn::Length": [1, 2, 3]}',
      Json: '{"Fn::ToJsonString": {a: [1, !Ref Table]}}',
      Cidr: '!Join [" ", !Cidr ["10.0.0.0/16", 3, 8]]',
      Cidr6: '!Select [1, !Cidr ["2001:db8::/56", 2, 64]]',
      Zones: '!Join [",", !GetAZs ""]',
    }),
    {
      Sub: `eu-west-1/pets/\${Literal}`,
      SubMap: '1-pets',
      SubAtt: 'arn:aws:kinesis:eu-west-1:123456789012:stream/pets',
      Join: 'a-pets-3-true',
      Split: 'a|b|c',
      Select: 'b',
      Base64: Buffer.from('xpets').toString('base64'),
      Length: '3',
      Json: '{"a":[1,"pets"]}',
      Cidr: '10.0.0.0/24 10.0.1.0/24 10.0.2.0/24',
      Cidr6: '2001:db8:0:1:0:0:0:0/64',
      Zones: 'eu-west-1a,eu-west-1b,eu-west-1c',
    },
  )
})

test('conditions, mappings, parameters and pseudo parameters resolve', async (t) => {
  const head = `
Parameters:
  Size: {Type: Number, Default: 2}
  Names: {Type: CommaDelimitedList, Default: "a, b"}
Mappings:
  Regions: {eu-west-1: {Code: dub, List: [x, y]}}
Conditions:
  Big: !Equals [!Ref Size, "3"]
  Small: !Not [!Condition Big]
  Both: !And [!Condition Small, !Or [!Condition Big, !Equals [true, "true"]]]`
  assert.deepEqual(
    await outputs(
      t,
      {
        If: '!If [Big, yes, no]',
        And: '!If [Both, yes, no]',
        Map: '!FindInMap [Regions, !Ref AWS::Region, Code]',
        MapDefault: '!FindInMap [Regions, nowhere, Code, {DefaultValue: none}]',
        List: '!Select [1, !Ref Names]',
        Account: '!Ref AWS::AccountId',
        Stack: '!Ref AWS::StackName',
        Suffix: '!Sub "${AWS::Partition}.${AWS::URLSuffix}"',
        NoValue:
          '{"Fn::ToJsonString": {a: !Ref AWS::NoValue, b: [!If [Big, 1, !Ref "AWS::NoValue"]]}}',
      },
      head,
      { Size: '3' },
    ),
    {
      If: 'yes',
      And: 'no',
      Map: 'dub',
      MapDefault: 'none',
      List: 'b',
      Account: '123456789012',
      Stack: 'shop',
      Suffix: 'aws.amazonaws.com',
      NoValue: '{"b":[1]}',
    },
  )
})

test('Fn::ForEach repeats resources and outputs', async (t) => {
  const { outputs: made } = await workspace(t).template(`
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: "Cats,Dogs"}
Resources:
  Fn::ForEach::Tables:
    - Name
    - !Ref Names
    - Table\${Name}: {Type: AWS::Kinesis::Stream, Properties: {Name: !Ref Name}}
Outputs:
  Fn::ForEach::Out:
    - Name
    - [Cats, Dogs]
    - Out\${Name}: {Value: !Ref "Table\${Name}"}
`)
  assert.deepEqual(
    Object.entries(made).map(([name, { value }]) => `${name}=${value}`),
    ['OutCats=Cats', 'OutDogs=Dogs'],
  )
})

test('AWS::Include takes a file beside the template', async (t) => {
  const { write, template } = workspace(t)
  const file = write('parts/table.yaml', 'Type: AWS::Kinesis::Stream\nProperties: {Name: cats}\n')
  const { outputs: made, files } = await template(`
Resources:
  Cats:
    Fn::Transform: {Name: AWS::Include, Parameters: {Location: parts/table.yaml}}
Outputs:
  Name: {Value: !Ref Cats}
`)
  assert.equal(made['Name']?.value, 'cats')
  assert.ok(files.includes(file), 'a watcher is told of the file')
})

test('an export of one stack is imported by another', async (t) => {
  const { template } = workspace(t)
  const table = 'Resources: {T: {Type: AWS::Kinesis::Stream, Properties: {Name: cats}}}'
  await template(
    `${table}\nOutputs: {Name: {Value: !Ref T, Export: {Name: !Sub "\${AWS::StackName}-t"}}}`,
  )
  const second = await template(`${table}\nOutputs: {Name: {Value: !ImportValue shop-t}}`, {
    stackName: 'second',
  })
  assert.equal(second.outputs['Name']?.value, 'cats')
})

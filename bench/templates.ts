// A template of 300 resources: what it takes to transform it (SAM), to deploy it to a new gateway on SQLite, and to deploy
// it again with one line changed. `node bin/run.js bench/templates.ts`. Goals: 200 ms, 2 s, 300 ms.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NO_VALUES } from '#deploy/cloudformation/given-values.ts'
import { deployTemplateFile } from '#deploy/deploy-template.ts'
import { callOperations } from '#deploy/operations.ts'
import { prepareTemplate } from '#deploy/prepare-template.ts'
import { openSqliteStore } from '#store/sqlite.ts'

const RESOURCES = 300
const ROUNDS = 5
const SCOPE = { accountId: '123456789012', region: 'us-east-1' }

/** Of three methods a resource, and a function now and then: what large CloudFormation templates are made of. */
const cloudFormation = (description: string): string => {
  const resources: Record<string, unknown> = {
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'large' } },
  }
  const count = (RESOURCES - 3) / 3
  for (let index = 0; index < count; index++) {
    resources[`Path${index}`] = {
      Type: 'AWS::ApiGateway::Resource',
      Properties: {
        RestApiId: { Ref: 'Api' },
        ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
        PathPart: `path${index}`,
      },
    }
    resources[`Function${index}`] = {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::123456789012:role/any',
        Description: index === 7 ? description : 'one of many',
        Code: { ZipFile: 'exports.handler = async () => ({ statusCode: 200 })' },
      },
    }
    resources[`Get${index}`] = {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: { Ref: 'Api' },
        ResourceId: { Ref: `Path${index}` },
        HttpMethod: 'GET',
        AuthorizationType: 'NONE',
        Integration: {
          Type: 'AWS_PROXY',
          IntegrationHttpMethod: 'POST',
          Uri: {
            'Fn::Sub': `arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Function${index}.Arn}/invocations`,
          },
        },
      },
    }
  }
  resources['Deployment'] = {
    Type: 'AWS::ApiGateway::Deployment',
    Properties: { RestApiId: { Ref: 'Api' } },
  }
  resources['Stage'] = {
    Type: 'AWS::ApiGateway::Stage',
    Properties: {
      RestApiId: { Ref: 'Api' },
      DeploymentId: { Ref: 'Deployment' },
      StageName: 'prod',
    },
  }
  return JSON.stringify({ Resources: resources }, null, 2)
}

/** 300 functions with an event each, as YAML: the transform alone. */
const sam = (): string => {
  const lines = ['Transform: AWS::Serverless-2016-10-31', 'Resources:']
  for (let index = 0; index < RESOURCES; index++) {
    lines.push(
      `  Function${index}:`,
      '    Type: AWS::Serverless::Function',
      '    Properties:',
      '      InlineCode: "exports.handler = async () => 1"',
      '      Handler: index.handler',
      '      Runtime: nodejs22.x',
      `      Events: {Get: {Type: Api, Properties: {Path: /path${index}, Method: get}}}`,
    )
  }
  return `${lines.join('\n')}\n`
}

const folder = await mkdtemp(join(tmpdir(), 'daemun-bench-'))

const write = async (name: string, text: string): Promise<string> => {
  const file = join(folder, name)
  await writeFile(file, text)
  return file
}

const timed = async (work: (round: number) => Promise<number>): Promise<string> => {
  const taken: number[] = []
  for (let round = 0; round < ROUNDS; round++) taken.push(await work(round))
  const sorted = taken.toSorted((left, right) => left - right)
  const median = sorted[Math.floor(ROUNDS / 2)] ?? Number.NaN
  return `median ${median.toFixed(0)} ms, ${sorted[0]?.toFixed(0)} to ${sorted.at(-1)?.toFixed(0)} ms`
}

const deploy = async (store: ReturnType<typeof openSqliteStore>, file: string): Promise<number> => {
  const startMs = performance.now()
  await deployTemplateFile({
    file,
    stackName: 'large',
    parameters: {},
    scope: SCOPE,
    store,
    strict: false,
    redeploy: 'always',
    call: (tx) =>
      callOperations({ scope: SCOPE, store, tx, nowMs: Date.now(), requestId: 'bench' }),
  })
  return performance.now() - startMs
}

try {
  const samFile = await write('sam.yaml', sam())
  const transforms = await timed(async () => {
    const startMs = performance.now()
    prepareTemplate(samFile, { parameters: {}, values: NO_VALUES, secrets: new Set() })
    return performance.now() - startMs
  })
  const file = await write('template.json', cloudFormation('before'))
  const deploys = await timed(async (round) => {
    const store = openSqliteStore(join(folder, `new${round}.db`))
    return deploy(store, file).finally(() => store.close())
  })
  const store = openSqliteStore(join(folder, 'same.db'))
  await deploy(store, file)
  const again = await timed(async (round) => {
    const changed = await write('template.json', cloudFormation(`line ${round}`))
    return deploy(store, changed)
  })
  await store.close()
  process.stdout.write(`transform of ${RESOURCES} SAM functions (goal 200 ms): ${transforms}\n`)
  process.stdout.write(`deployment of ${RESOURCES} resources (goal 2000 ms): ${deploys}\n`)
  process.stdout.write(`deployment with one line changed (goal 300 ms): ${again}\n`)
} finally {
  await rm(folder, { recursive: true, force: true })
}

// Deploys templates in tests: real operations on a store in memory, files in a temporary folder.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { type Deployed, type DeployOptions, deployTemplateFile } from '#deploy/deploy-template.ts'
import { callOperations } from '#deploy/operations.ts'
import { createMemoryStore } from '#store/memory.ts'
import type { Store } from '#store/store.ts'

export const SCOPE = { accountId: '123456789012', region: 'eu-west-1' }

type Given = Partial<
  Pick<
    DeployOptions,
    | 'parameters'
    | 'defaults'
    | 'values'
    | 'strict'
    | 'redeploy'
    | 'stackName'
    | 'as'
    | 'customResources'
    | 'onError'
  >
>

export interface Workspace {
  readonly folder: string
  readonly store: Store
  write(name: string, text: string): string
  deploy(file: string, given?: Given): Promise<Deployed>
  /** Writes `template.yaml` and deploys it. */
  template(text: string, given?: Given): Promise<Deployed>
}

export const workspace = (context: TestContext, store: Store = createMemoryStore()): Workspace => {
  const folder = mkdtempSync(path.join(tmpdir(), 'deploy-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  const write = (name: string, text: string): string => {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
    return file
  }
  const deploy = (file: string, given: Given = {}): Promise<Deployed> =>
    deployTemplateFile({
      file,
      stackName: 'shop',
      parameters: {},
      scope: SCOPE,
      store,
      strict: false,
      redeploy: 'always',
      call: (tx) => callOperations({ scope: SCOPE, store, tx, nowMs: 1, requestId: 'test' }),
      ...given,
    })
  return {
    folder,
    store,
    write,
    deploy,
    template: (text, given) => deploy(write('template.yaml', text), given),
  }
}

/** A function with its code in the template. */
export const FUNCTION = `
  Hello:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/any
      Code:
        ZipFile: "exports.handler = async () => ({ statusCode: 200 })"
`

/** A REST API of one mock method with a deployment and a stage. */
export const restTemplate = (body = '{"statusCode": 200}', extra = ''): string => `
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: shop
  Pets:
    Type: AWS::ApiGateway::Resource
    Properties:
      RestApiId: !Ref Api
      ParentId: !GetAtt Api.RootResourceId
      PathPart: pets
  GetPets:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Pets
      HttpMethod: GET
      AuthorizationType: NONE
      Integration:
        Type: MOCK
        RequestTemplates:
          application/json: '${body}'
        IntegrationResponses:
          - StatusCode: 200
      MethodResponses:
        - StatusCode: 200
  Deployment:
    Type: AWS::ApiGateway::Deployment
    DependsOn: GetPets
    Properties:
      RestApiId: !Ref Api
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      DeploymentId: !Ref Deployment
      StageName: test
${extra}`

// An API with all that a request can meet: a mapping template, an authorizer, a key and a cache, logged and traced. And
// who listens to its traces: an X-Ray daemon, a receiver of OTLP.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const API_KEY = 'key-of-the-watched-api-0123456789'
export const TOKEN = 'token-of-the-caller-abcdef'

const ref = (name: string) => ({ Ref: name })
const att = (name: string, member: string) => ({ 'Fn::GetAtt': [name, member] })

const AUTHORIZER = `exports.handler = async ({ methodArn }) => ({
  principalId: 'ann',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }],
  },
})`

const METHOD = {
  Type: 'AWS::ApiGateway::Method',
  Properties: {
    RestApiId: ref('Api'),
    ResourceId: ref('Pets'),
    HttpMethod: 'GET',
    AuthorizationType: 'CUSTOM',
    AuthorizerId: ref('Guard'),
    ApiKeyRequired: true,
    Integration: {
      Type: 'MOCK',
      RequestTemplates: {
        'application/json': '{"statusCode": 200, "who": "$context.authorizer.principalId"}',
      },
      IntegrationResponses: [
        {
          StatusCode: '200',
          ResponseTemplates: { 'application/json': '{"stage": "$context.stage"}' },
        },
      ],
    },
    MethodResponses: [{ StatusCode: '200' }],
  },
}

const TEMPLATE = {
  AWSTemplateFormatVersion: '2010-09-09',
  Resources: {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'lambda.amazonaws.com' },
              Action: 'sts:AssumeRole',
            },
          ],
        },
      },
    },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: att('Role', 'Arn'),
        Code: { ZipFile: AUTHORIZER },
      },
    },
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: ref('Function'),
        Principal: 'apigateway.amazonaws.com',
      },
    },
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'watched' } },
    Pets: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: {
        RestApiId: ref('Api'),
        ParentId: att('Api', 'RootResourceId'),
        PathPart: 'pets',
      },
    },
    Guard: {
      Type: 'AWS::ApiGateway::Authorizer',
      Properties: {
        RestApiId: ref('Api'),
        Name: 'guard',
        Type: 'TOKEN',
        IdentitySource: 'method.request.header.Authorization',
        AuthorizerUri: {
          'Fn::Sub':
            'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations',
        },
      },
    },
    Method: METHOD,
    Deployment: {
      Type: 'AWS::ApiGateway::Deployment',
      DependsOn: 'Method',
      Properties: { RestApiId: ref('Api') },
    },
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: {
        RestApiId: ref('Api'),
        DeploymentId: ref('Deployment'),
        StageName: 'prod',
        TracingEnabled: true,
        CacheClusterEnabled: true,
        CacheClusterSize: '0.5',
        MethodSettings: [
          {
            HttpMethod: '*',
            ResourcePath: '/*',
            LoggingLevel: 'INFO',
            DataTraceEnabled: true,
            CachingEnabled: true,
          },
        ],
      },
    },
    Key: { Type: 'AWS::ApiGateway::ApiKey', Properties: { Enabled: true, Value: API_KEY } },
    Plan: {
      Type: 'AWS::ApiGateway::UsagePlan',
      DependsOn: 'Stage',
      Properties: { ApiStages: [{ ApiId: ref('Api'), Stage: 'prod' }] },
    },
    PlanKey: {
      Type: 'AWS::ApiGateway::UsagePlanKey',
      Properties: { KeyId: ref('Key'), KeyType: 'API_KEY', UsagePlanId: ref('Plan') },
    },
  },
}

/** The template in a folder of its own; `remove` takes it away. */
export const writeWatchedApi = async (): Promise<{
  readonly file: string
  remove(): Promise<void>
}> => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-watched-'))
  const file = join(folder, 'template.json')
  await writeFile(file, JSON.stringify(TEMPLATE, undefined, 2))
  return { file, remove: () => rm(folder, { recursive: true, force: true }) }
}

export interface Listening<T> {
  readonly port: number
  readonly got: readonly T[]
  /** Fulfils when there are so many. */
  until(count: number): Promise<readonly T[]>
  close(): void
}

type Json = Record<string, unknown>

const collect = <T>() => {
  const got: T[] = []
  const waiting = new Set<() => void>()
  return {
    got,
    add: (...items: T[]) => {
      got.push(...items)
      for (const look of waiting) look()
    },
    until: (count: number): Promise<readonly T[]> =>
      new Promise((resolve) => {
        const look = () => {
          if (got.length >= count) resolve(got)
        }
        waiting.add(look)
        look()
      }),
  }
}

/** Stands in for the X-Ray daemon: reads datagrams as it does, a header line and a segment. */
export const listenAsXRayDaemon = async (): Promise<Listening<Json>> => {
  const socket = createSocket('udp4')
  const { got, add, until } = collect<Json>()
  socket.on('message', (packet) => {
    const [header = '', segment = ''] = packet.toString('utf8').split('\n')
    if (header === '{"format":"json","version":1}') add(JSON.parse(segment) as Json)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { port: socket.address().port, got, until, close: () => socket.close() }
}

/** Receives spans by OTLP over HTTP, in its JSON encoding. */
export const listenAsOtlpReceiver = async (): Promise<Listening<Json>> => {
  const { got, add, until } = collect<Json>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as {
        readonly resourceSpans: readonly {
          readonly scopeSpans: readonly { readonly spans: readonly Json[] }[]
        }[]
      }
      if (request.url === '/v1/traces' && request.headers['content-type'] === 'application/json') {
        add(...body.resourceSpans.flatMap((each) => each.scopeSpans.flatMap(({ spans }) => spans)))
      }
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  return { port, got, until, close }
}

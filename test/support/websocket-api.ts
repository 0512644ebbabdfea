// A WebSocket API in this process: a document of a few routes, a listener, and time that is moved by hand.
import { createDataPlane } from '#data-plane/accept/listener.ts'
import { createUpgrade } from '#data-plane/accept/upgrade.ts'
import type { Directory, Services } from '#data-plane/plan.ts'
import { compileWebSocketStage } from '#data-plane/websocket-stage.ts'
import type { HttpStageEntry } from '#data-plane/http-stage.ts'
import type { IntegrationV2, Route, StageV2 } from '#model/apigatewayv2/api.ts'
import type { HttpDocument } from '#model/documents.ts'
import { createLocalConnections, type LocalConnections } from '#state/connections.ts'
import { systemRandom } from '#shared/random.ts'
import { startHttpListener } from '#transport/http-listener.ts'
import { createWebSockets, type WebSocketLimits } from '#transport/web-socket.ts'
import { FUNCTION_ARN } from './http-api.ts'

export const SOCKET_LIMITS: WebSocketLimits = {
  frameBytesMax: 32 * 1024,
  messageBytesMax: 128 * 1024,
  backlogBytesMax: 1024 * 1024,
  concurrencyMax: 64,
}

export interface TestRoute extends Partial<Route> {
  readonly integration?: Partial<IntegrationV2>
}

export interface TestSocketApi {
  /** By route key. */
  readonly routes: Readonly<Record<string, TestRoute>>
  readonly document?: Partial<HttpDocument>
  readonly stage?: Partial<StageV2>
}

const SCOPE = { accountId: '123456789012', region: 'us-east-1' }

/** A route is two-way unless it says otherwise. */
export const socketDocument = ({ routes, document }: TestSocketApi): HttpDocument => {
  const keys = Object.keys(routes)
  return {
    protocol: 'WEBSOCKET',
    scope: SCOPE,
    deploymentId: 'dep123',
    api: {
      apiId: 'ws1',
      name: 'chat',
      protocolType: 'WEBSOCKET',
      createdDate: 0,
      routeSelectionExpression: '$request.body.action',
      apiKeySelectionExpression: '$request.header.x-api-key',
      apiEndpoint: '',
      disableExecuteApiEndpoint: false,
    },
    routes: keys.map((routeKey) => {
      const { integration: _, ...route } = routes[routeKey] ?? {}
      return {
        routeId: `route-${routeKey}`,
        routeKey,
        apiKeyRequired: false,
        authorizationType: 'NONE',
        routeResponseSelectionExpression: '$default',
        target: `integrations/${routeKey}`,
        ...route,
      }
    }),
    integrations: keys.map((routeKey) => ({
      integrationId: routeKey,
      integrationType: 'AWS_PROXY',
      connectionType: 'INTERNET',
      integrationUri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FUNCTION_ARN}/invocations`,
      payloadFormatVersion: '1.0',
      timeoutInMillis: 29_000,
      ...routes[routeKey]?.integration,
    })),
    authorizers: [],
    models: [],
    routeResponses: Object.fromEntries(
      keys.map((key) => [
        `route-${key}`,
        [{ routeResponseId: 'response', routeResponseKey: '$default' }],
      ]),
    ),
    integrationResponses: {},
    ...document,
  }
}

const socketEntry = (stage: Partial<StageV2> = {}): HttpStageEntry => ({
  kind: 'stage',
  protocol: 'WEBSOCKET',
  scope: SCOPE,
  apiId: 'ws1',
  apiName: 'chat',
  disableExecuteApiEndpoint: false,
  documentHash: 'hash',
  stage: { stageName: 'prod', createdDate: 0, lastUpdatedDate: 0, ...stage },
})

export const socketPlan = (api: TestSocketApi) =>
  compileWebSocketStage(socketEntry(api.stage), socketDocument(api))

export interface ServedSocketApi {
  readonly port: number
  /** The stage's path in the form that needs no host name. */
  readonly target: string
  readonly connections: LocalConnections
  readonly errors: unknown[]
  /** Deploys another configuration; connections stay open. */
  deploy(api: TestSocketApi): void
  close(): Promise<void>
}

export const serveSocketApi = async (
  api: TestSocketApi,
  services: Services,
  options: {
    readonly limits?: Partial<WebSocketLimits>
    readonly connectsPerSecond?: number
  } = {},
): Promise<ServedSocketApi> => {
  let plan = socketPlan(api)
  const errors: unknown[] = []
  const directory: Directory = {
    revision: 1,
    find: () => undefined,
    findApi: (apiId) =>
      apiId !== 'ws1'
        ? undefined
        : {
            apiId,
            protocol: 'WEBSOCKET',
            scope: SCOPE,
            disableExecuteApiEndpoint: false,
            stage: (name) => (name === plan.stageName ? plan : undefined),
          },
  }
  const connections = createLocalConnections({
    holder: 7,
    random: systemRandom,
    clock: services.clock,
  })
  const handle = createDataPlane(() => directory, services, {
    all: connections,
    authorize: () => undefined,
  })
  const accept = createWebSockets({ ...SOCKET_LIMITS, ...options.limits })
  const onError = (error: unknown): void => void errors.push(error)
  const listener = await startHttpListener({
    host: '127.0.0.1',
    port: 0,
    handler: (request) => handle(request),
    onUpgrade: createUpgrade({
      directory: () => directory,
      services,
      connections,
      accept: async () => accept,
      handle: (request) => handle(request),
      connectsPerSecond: options.connectsPerSecond ?? 500,
      onError,
    }),
    onError,
  })
  return {
    port: listener.port,
    target: '/_aws/execute-api/ws1/prod',
    connections,
    errors,
    deploy: (next) => {
      plan = socketPlan(next)
    },
    close: () => listener.close(0),
  }
}

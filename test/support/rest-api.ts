// A REST API for tests of the data plane: a document of a few methods, and requests to it through the listener.
import { createDataPlane } from '#data-plane/accept/listener.ts'
import type { Directory } from '#data-plane/plan.ts'
import { compileRestStage, type RestStageEntry } from '#data-plane/rest-stage.ts'
import type { Integration, Method, RestApi } from '#model/apigateway/rest-api.ts'
import type { Stage } from '#model/apigateway/stage.ts'
import type { FindEntry, RestDocument } from '#model/documents.ts'
import { EMPTY_DIRECTORY } from './directory.ts'
import { FUNCTION_ARN, type Heard, type Sent, sentRequest } from './http-api.ts'

export const SCOPE = { accountId: '123456789012', region: 'us-east-1' }

export const FUNCTION_URI = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FUNCTION_ARN}/invocations`

export const restIntegration = (more: Partial<Integration> = {}): Integration => ({
  type: 'AWS_PROXY',
  httpMethod: 'POST',
  uri: FUNCTION_URI,
  passthroughBehavior: 'WHEN_NO_MATCH',
  timeoutInMillis: 29_000,
  cacheNamespace: 'ns',
  cacheKeyParameters: [],
  ...more,
})

export const restMethod = (more: Partial<Method> = {}): Omit<Method, 'httpMethod'> => ({
  authorizationType: 'NONE',
  apiKeyRequired: false,
  methodIntegration: restIntegration(),
  ...more,
})

export interface TestRestApi {
  /** `GET /pets/{id}` → method. */
  readonly methods: Readonly<Record<string, Omit<Method, 'httpMethod'>>>
  readonly api?: Partial<RestApi>
  readonly stage?: Partial<Stage>
  readonly document?: Partial<RestDocument>
}

export const restDocument = ({ methods, api, document }: TestRestApi): RestDocument => {
  const byPath = new Map<string, Record<string, Method>>()
  for (const [key, method] of Object.entries(methods)) {
    const [httpMethod = '', path = ''] = key.split(' ')
    const verbs = byPath.get(path) ?? {}
    byPath.set(path, { ...verbs, [httpMethod]: { ...method, httpMethod } })
  }
  return {
    protocol: 'REST',
    scope: SCOPE,
    deploymentId: 'dep123',
    api: {
      id: 'abc123',
      name: 'pets',
      rootResourceId: 'root',
      createdDate: 0,
      apiKeySource: 'HEADER',
      disableExecuteApiEndpoint: false,
      endpointConfiguration: { types: ['REGIONAL'] },
      ...api,
    },
    resources: [...byPath].map(([path, resourceMethods]) => ({
      id: `res${path.replaceAll(/\W/g, '')}`,
      path,
      resourceMethods,
    })),
    models: [],
    requestValidators: [],
    gatewayResponses: [],
    authorizers: [],
    ...document,
  }
}

export const restEntry = (stage: Partial<Stage> = {}): RestStageEntry => ({
  kind: 'stage',
  protocol: 'REST',
  scope: SCOPE,
  apiId: 'abc123',
  apiName: 'pets',
  disableExecuteApiEndpoint: false,
  documentHash: 'hash',
  stage: {
    stageName: 'prod',
    deploymentId: 'dep123',
    createdDate: 0,
    lastUpdatedDate: 0,
    cacheClusterEnabled: false,
    tracingEnabled: false,
    ...stage,
  },
})

export const restPlan = (api: TestRestApi) =>
  compileRestStage(restEntry(api.stage), restDocument(api))

/** The data plane with this one API, its stage `prod` compiled. */
export const restPlane = (
  api: TestRestApi,
  heard: Heard,
  find: FindEntry = EMPTY_DIRECTORY.find,
) => {
  const plan = restPlan(api)
  const directory: Directory = {
    revision: 1,
    find,
    findApi: (apiId) =>
      apiId !== 'abc123'
        ? undefined
        : {
            apiId,
            protocol: 'REST',
            scope: SCOPE,
            disableExecuteApiEndpoint: false,
            stage: (name) => (name === plan.stageName ? plan : undefined),
          },
  }
  return createDataPlane(() => directory, heard.services)
}

/** `target` is the whole one, with the stage. */
export const askRest = async (api: TestRestApi, heard: Heard, sent: Sent = {}, find?: FindEntry) =>
  restPlane(api, heard, find)(sentRequest({ target: '/prod/pets', ...sent }))

// What B2, B3 and B4 need: REST APIs with keys, plans and throttles, or with a cache, and nginx doing the same.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  APIGatewayClient,
  GetUsagePlansCommand,
  ImportApiKeysCommand,
} from '@aws-sdk/client-api-gateway'
import {
  type Daemun,
  freePort,
  GATEWAY_CORE,
  type Server,
  startDaemun,
  startNginx,
  UPSTREAM_BLOCK,
} from './servers.ts'

const MANY = 100_000_000
/** Nothing of a bench may be refused. */
const ACCOUNT = ['--account-rate', String(MANY), '--account-burst', String(MANY)]

const EVERY_METHOD = {
  ResourcePath: '/*',
  HttpMethod: '*',
  ThrottlingRateLimit: MANY,
  ThrottlingBurstLimit: MANY,
}

export interface Size {
  readonly resources: number
  readonly keys: number
}

export const keyOf = (index: number): string =>
  `customer-${String(index).padStart(6, '0')}-0123456789abcdef`

/** B2 and B3: a key, a usage plan with throttle and quota, the stage's throttle. */
export const startSelling = async (
  folder: string,
  name: string,
  upstream: Server,
  size: Size,
  /** A file for a JSON access log; absent: there is none. */
  accessLog?: string,
): Promise<Daemun> => {
  const daemun = await startDaemun(
    folder,
    name,
    await writeTemplate(folder, name, sellingResources(upstream, size, accessLog)),
    [],
    accessLog === undefined ? ACCOUNT : [...ACCOUNT, '--access-log-file', accessLog],
  )
  await importKeys(daemun, size.keys)
  return daemun
}

/** B4: one method whose answer is in the stage's cache. */
export const startCached = async (folder: string, upstream: Server): Promise<Server> => {
  const stage = {
    CacheClusterEnabled: true,
    CacheClusterSize: '0.5',
    MethodSettings: [{ ...EVERY_METHOD, CachingEnabled: true, CacheTtlInSeconds: 3600 }],
  }
  const template = await writeTemplate(folder, 'b4', {
    ...methodOf('Method', { 'Fn::GetAtt': ['Api', 'RootResourceId'] }, upstream, false),
    ...deployed(['Method'], stage),
  })
  return startDaemun(folder, 'b4', template, [], ACCOUNT)
}

export const startNginxSelling = async (
  folder: string,
  name: string,
  upstream: Server,
  { resources, keys }: Size,
): Promise<Server> => {
  const known = Array.from({ length: keys }, (_, index) => `"${keyOf(index)}" ${index + 1};`)
  const location = `if ($customer = "") { return 403; }
    limit_req zone=plan burst=1000000 nodelay; ${PROXY_PASS}`
  const locations = Array.from(
    { length: resources },
    (_, index) => `location = /r${index} { ${location} }`,
  )
  return startNginx(folder, name, GATEWAY_CORE, {
    port: await freePort(),
    http: `${UPSTREAM_BLOCK(upstream)}
      map_hash_max_size 65536; map_hash_bucket_size 128;
      map $http_x_api_key $customer { default ""; ${known.join(' ')} }
      limit_req_zone $customer zone=plan:64m rate=1000000r/s;`,
    location: 'return 200;',
    locations: locations.join('\n'),
  })
}

export const startNginxCache = async (folder: string, upstream: Server): Promise<Server> =>
  startNginx(folder, 'cache', GATEWAY_CORE, {
    port: await freePort(),
    http: `${UPSTREAM_BLOCK(upstream)}
      proxy_cache_path ${folder}/cache-files keys_zone=answers:16m max_size=64m;`,
    location: `proxy_cache answers; proxy_cache_valid 200 1h; proxy_cache_key $uri; ${PROXY_PASS}`,
  })

const PROXY_PASS =
  'proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection "";'

/** A script for wrk: another key and another path with each request. */
export const writeKeyScript = async (
  folder: string,
  name: string,
  { resources, keys }: Size,
): Promise<string> => {
  const file = join(folder, `${name}.lua`)
  await writeFile(
    file,
    `local requests, at = {}, 0
init = function()
  local base = wrk.path:gsub("/$", "")
  for index = 0, ${Math.max(keys, resources) - 1} do
    local key = string.format("customer-%06d-0123456789abcdef", index % ${keys})
    local path = base .. "/r" .. (index * 7 % ${resources})
    requests[index + 1] = wrk.format("GET", path, { ["X-Api-Key"] = key })
  end
end
request = function()
  at = at % #requests + 1
  return requests[at]
end
`,
  )
  return file
}

/** What keys are imported into: where it is asked, where it is managed, and by whom. */
export type Managed = Pick<Daemun, 'url' | 'endpoint' | 'credentials'>

/** One method that asks for a key and answers by itself. */
export const writeMockTemplate = (folder: string, name: string): Promise<string> =>
  writeTemplate(folder, name, sellingResources(undefined, { resources: 1, keys: 0 }))

type Resources = Readonly<Record<string, unknown>>

const writeTemplate = async (
  folder: string,
  name: string,
  resources: Resources,
): Promise<string> => {
  const file = join(folder, `${name}.json`)
  const api = { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: name } }
  await writeFile(file, JSON.stringify({ Resources: { Api: api, ...resources } }))
  return file
}

const sellingResources = (
  upstream: Server | undefined,
  { resources }: Size,
  accessLog?: string,
): Resources => {
  const made: Record<string, unknown> = {}
  const methods: string[] = []
  for (let index = 0; index < resources; index++) {
    const ParentId = { 'Fn::GetAtt': ['Api', 'RootResourceId'] }
    made[`Resource${index}`] = {
      Type: 'AWS::ApiGateway::Resource',
      Properties: { RestApiId: { Ref: 'Api' }, ParentId, PathPart: `r${index}` },
    }
    methods.push(`Method${index}`)
    Object.assign(made, methodOf(`Method${index}`, { Ref: `Resource${index}` }, upstream, true))
  }
  const stage = {
    MethodSettings: [EVERY_METHOD],
    ...(accessLog !== undefined && { AccessLogSetting: ACCESS_LOG }),
  }
  const plan = {
    ApiStages: [{ ApiId: { Ref: 'Api' }, Stage: { Ref: 'Stage' } }],
    Throttle: { RateLimit: MANY, BurstLimit: MANY },
    Quota: { Limit: MANY, Period: 'MONTH' },
  }
  return {
    ...made,
    ...deployed(methods, stage),
    Plan: { Type: 'AWS::ApiGateway::UsagePlan', Properties: plan },
  }
}

const methodOf = (
  name: string,
  ResourceId: unknown,
  upstream: Server | undefined,
  ApiKeyRequired: boolean,
): Resources => ({
  [name]: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'Api' },
      ResourceId,
      HttpMethod: 'GET',
      AuthorizationType: 'NONE',
      ApiKeyRequired,
      Integration: upstream === undefined ? MOCK : proxyTo(upstream),
      ...(upstream === undefined && { MethodResponses: [{ StatusCode: 200 }] }),
    },
  },
})

const ACCESS_LOG = {
  DestinationArn: 'arn:aws:logs:us-east-1:123456789012:log-group:soak',
  Format:
    '{"id":"$context.requestId","at":"$context.requestTime","ip":"$context.identity.sourceIp","key":"$context.identity.apiKeyId","path":"$context.path","status":$context.status,"bytes":$context.responseLength,"ms":$context.responseLatency}',
}

const proxyTo = ({ url }: Server) => ({
  Type: 'HTTP_PROXY',
  IntegrationHttpMethod: 'GET',
  Uri: `${url}/`,
})

const MOCK = {
  Type: 'MOCK',
  RequestTemplates: { 'application/json': '{"statusCode": 200}' },
  IntegrationResponses: [{ StatusCode: 200 }],
}

const deployed = (methods: readonly string[], stage: Resources): Resources => ({
  Deployment: {
    Type: 'AWS::ApiGateway::Deployment',
    DependsOn: methods,
    Properties: { RestApiId: { Ref: 'Api' } },
  },
  Stage: {
    Type: 'AWS::ApiGateway::Stage',
    Properties: {
      RestApiId: { Ref: 'Api' },
      DeploymentId: { Ref: 'Deployment' },
      StageName: 'prod',
      ...stage,
    },
  },
})

/** All keys into the one plan; returns once the last of them is let in. */
export const importKeys = async (daemun: Managed, keys: number): Promise<void> => {
  const client = new APIGatewayClient({
    endpoint: daemun.endpoint,
    region: 'us-east-1',
    credentials: daemun.credentials,
  })
  const { items = [] } = await client.send(new GetUsagePlansCommand({}))
  const rows = Array.from(
    { length: keys },
    (_, index) => `k${index},${keyOf(index)},true,${items[0]?.id ?? ''}`,
  )
  const csv = `Name,Key,Enabled,UsagePlanIds\n${rows.join('\n')}\n`
  await client.send(
    new ImportApiKeysCommand({ format: 'csv', failOnWarnings: true, body: Buffer.from(csv) }),
  )
  client.destroy()
  for (let attempt = 0; attempt < 400; attempt++) {
    const headers = { 'x-api-key': keyOf(keys - 1) }
    const { status } = await fetch(`${daemun.url}/r0`, { headers })
    if (status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 25)) // Not there yet.
  }
  throw new Error('the keys do not arrive')
}

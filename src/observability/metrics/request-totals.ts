// What requests add up to in a minute, by stage or by route: AWS's metrics of the three kinds of API.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html
import type { RequestRecord } from '#model/request-record.ts'
import type { Dimensions, MetricDelta, MetricValues } from './delta.ts'
import { Distribution, packFlags } from './distribution.ts'

/** What is counted: a stage, one route of it, or its canary, which its stage counts too. */
export type Counted = 'stage' | 'route' | 'canary'

/** Counts of one stage, or of one route of it where it has detailed metrics. */
export class RequestTotals {
  readonly #first: RequestRecord
  readonly #counted: Counted
  #requests = 0
  #clientErrors = 0
  #serverErrors = 0
  #connects = 0
  #messages = 0
  #executionErrors = 0
  #hits = 0
  #misses = 0
  readonly #latency = new Distribution()
  readonly #integrationLatency = new Distribution()
  readonly #bytes = new Distribution()

  constructor(first: RequestRecord, counted: Counted) {
    this.#first = first
    this.#counted = counted
  }

  add(record: RequestRecord): void {
    const { status, integration, socket } = record
    this.#requests++
    if (integration !== undefined) this.#integrationLatency.add(integration.latencyMs)
    if (record.protocol === 'WEBSOCKET') {
      if (socket?.eventType === 'CONNECT') this.#connects++
      else if (socket === undefined || socket.eventType === 'MESSAGE') this.#messages++
      this.#addSocketErrors(record)
      return
    }
    if (status >= 500) this.#serverErrors++
    else if (status >= 400) this.#clientErrors++
    this.#latency.add(record.latencyMs)
    if (record.protocol === 'HTTP') this.#bytes.add(record.requestBytes + record.responseBytes)
    else if (record.cache === 'HIT') this.#hits++
    else if (record.cache === 'MISS') this.#misses++
  }

  /** AWS: refused before the integration, failed in calling it, or answered by it with an error. */
  #addSocketErrors({ status, integration }: RequestRecord): void {
    if (integration === undefined) {
      if (status >= 400 && status < 500) this.#clientErrors++
      else if (status >= 500) this.#executionErrors++
      return
    }
    const answered = integration.functionStatus ?? integration.status
    if (answered === undefined) this.#executionErrors++
    else if (answered >= 400 || integration.error !== undefined) this.#serverErrors++
  }

  toDelta(minuteMs: number): MetricDelta {
    const { accountId, region } = this.#first
    return {
      scope: { accountId, region },
      namespace: 'AWS/ApiGateway',
      dimensionSets: DIMENSIONS[this.#counted](this.#first),
      minuteMs,
      metrics: this.#metrics(),
    }
  }

  #metrics(): readonly MetricValues[] {
    const flags = (name: string, ones: number): MetricValues => ({
      name,
      unit: 'Count',
      values: packFlags(this.#requests, ones),
    })
    const integrationLatency = times('IntegrationLatency', this.#integrationLatency)
    switch (this.#first.protocol) {
      case 'REST':
        return [
          flags('Count', this.#requests),
          flags('4XXError', this.#clientErrors),
          flags('5XXError', this.#serverErrors),
          ...(this.#hits + this.#misses === 0
            ? []
            : [
                { name: 'CacheHitCount', unit: 'Count', values: this.#cacheFlags(this.#hits) },
                { name: 'CacheMissCount', unit: 'Count', values: this.#cacheFlags(this.#misses) },
              ]),
          ...times('Latency', this.#latency),
          ...integrationLatency,
        ]
      case 'HTTP':
        return [
          flags('Count', this.#requests),
          flags('4xx', this.#clientErrors),
          flags('5xx', this.#serverErrors),
          { name: 'DataProcessed', unit: 'Bytes', values: this.#bytes.pack() },
          ...times('Latency', this.#latency),
          ...integrationLatency,
        ]
      case 'WEBSOCKET':
        return [
          flags('ConnectCount', this.#connects),
          flags('MessageCount', this.#messages),
          flags('ClientError', this.#clientErrors),
          flags('ExecutionError', this.#executionErrors),
          flags('IntegrationError', this.#serverErrors),
          ...integrationLatency,
        ]
    }
  }

  #cacheFlags(ones: number) {
    return packFlags(this.#hits + this.#misses, ones)
  }
}

const times = (name: string, values: Distribution): readonly MetricValues[] =>
  values.samples === 0 ? [] : [{ name, unit: 'Milliseconds', values: values.pack() }]

/** AWS: a REST API by its name, the others by their ids. [behaviour.md 12.3] */
const plain = ({ protocol, apiId, apiName, stage }: RequestRecord): readonly Dimensions[] => {
  const api: Dimensions = protocol === 'REST' ? { ApiName: apiName } : { ApiId: apiId }
  return [api, { ...api, Stage: stage }]
}

/** AWS: a canary's requests have metrics of their own, and count for the stage as well. [guide: canary-release] */
const ofCanary = ({ apiName, stage }: RequestRecord): Dimensions => ({
  ApiName: apiName,
  Stage: `${stage}/Canary`,
})

const detailed = (record: RequestRecord): Dimensions => {
  const { protocol, apiId, apiName, stage, httpMethod, route = '' } = record
  if (protocol === 'REST') {
    return { ApiName: apiName, Method: httpMethod, Resource: route, Stage: stage }
  }
  if (protocol === 'WEBSOCKET') return { ApiId: apiId, Route: route, Stage: stage }
  const blank = route.indexOf(' ')
  const [Method, Resource] =
    blank === -1 ? [httpMethod, route] : [route.slice(0, blank), route.slice(blank + 1)]
  return { ApiId: apiId, Method, Resource, Stage: stage }
}

const DIMENSIONS: Readonly<Record<Counted, (record: RequestRecord) => readonly Dimensions[]>> = {
  stage: plain,
  route: (record) => [detailed(record)],
  canary: (record) => [ofCanary(record)],
}

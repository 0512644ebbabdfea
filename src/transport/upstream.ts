// The upstream client: calls to integrations, authorizers and sinks over HTTP/1.1 with kept connections. Framing is
// made anew for every call, and an answer is believed only as far as it is well formed.
import type { LookupFunction } from 'node:net'
import { type Clock, systemClock, type Timer } from '#shared/clock.ts'
import {
  type FlatHeaders,
  type UpstreamClient,
  UpstreamError,
  type UpstreamRequest,
  type UpstreamResponse,
  type UpstreamStream,
} from './contract.ts'
import { type BodySource, UpstreamBody } from './upstream-body.ts'
import { UpstreamCall } from './upstream-call.ts'
import type { Origins } from './upstream-origins.ts'

export interface UpstreamClientOptions {
  /** Default: the system's. */
  readonly clock?: Clock
  /** Certificates trusted beside the system's, in PEM. */
  readonly extraCaPem?: string
  /** Where to connect instead, for the names that this answers; certificate and Host stay those of the name. */
  readonly connectTo?: (
    hostname: string,
    port: number,
  ) => { readonly host: string; readonly port: number } | undefined
  /** Hosts, without brackets, that may be at link-local and metadata addresses. Default: none. */
  readonly linkLocalHosts?: ReadonlySet<string>
  /** Resolves names. Default: the system's. */
  readonly resolve?: LookupFunction
  /** Origins with kept connections; the least recently used is closed for a new one. Default 512. */
  readonly originsMax?: number
  /** Connections, and requests waiting for one, per origin. Defaults 256 and 1024. */
  readonly connectionsPerOriginMax?: number
  readonly waitingPerOriginMax?: number
  /** Default 10000; the request's own time limit may be shorter. */
  readonly connectTimeoutMs?: number
  /** Milliseconds a streamed body may pause, on either side. Default 300000. */
  readonly streamIdleTimeoutMs?: number
}

// AWS: a streamed answer of a regional API may be idle for 5 minutes. [guide: response-transfer-mode]
const STREAM_IDLE_TIMEOUT_MS = 300_000

export const createUpstreamClient = (options: UpstreamClientOptions = {}): UpstreamClient => {
  const clock = options.clock ?? systemClock
  const idleMs = options.streamIdleTimeoutMs ?? STREAM_IDLE_TIMEOUT_MS
  let loading: Promise<Origins> | undefined
  let origins: Origins | undefined
  let isClosed = false
  const load = async (): Promise<Origins> => {
    loading ??= import('./upstream-origins.ts').then((module) => module.createOrigins(options))
    origins = await loading
    return origins
  }
  const start = <T>(
    make: (
      origins: Origins,
      resolve: (value: T) => void,
      reject: (error: UpstreamError) => void,
    ) => UpstreamCall,
  ): Promise<T> => {
    if (isClosed) return Promise.reject(new UpstreamError('aborted', 'the client is closed'))
    const run = (origins: Origins): Promise<T> =>
      new Promise((resolve, reject) => make(origins, resolve, reject).start(clock))
    return origins === undefined ? load().then(run) : run(origins)
  }
  return {
    call: (request) =>
      start((origins, resolve, reject) => new WholeCall(request, origins, resolve, reject)),
    stream: (request) =>
      start(
        (origins, resolve, reject) =>
          new StreamedCall(request, origins, { clock, idleMs }, resolve, reject),
      ),
    close: async () => {
      isClosed = true
      if (loading !== undefined) await (await loading).close()
    },
  }
}

class WholeCall extends UpstreamCall {
  readonly #resolve: (response: UpstreamResponse) => void
  #statusCode = 0
  #headers: FlatHeaders = []
  #chunks: Buffer[] = []
  #bytes = 0

  constructor(
    request: UpstreamRequest,
    origins: Origins,
    resolve: (response: UpstreamResponse) => void,
    reject: (error: UpstreamError) => void,
  ) {
    super(request, origins, reject)
    this.#resolve = resolve
  }

  protected override begin(statusCode: number, headers: FlatHeaders): void {
    this.#statusCode = statusCode
    this.#headers = headers
  }

  protected override receive(chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > this.request.responseBytesMax) this.tooLarge()
    else this.#chunks.push(chunk)
  }

  protected override end(): void {
    this.settle()
    const [first] = this.#chunks
    const body =
      first !== undefined && this.#chunks.length === 1
        ? first
        : Buffer.concat(this.#chunks, this.#bytes)
    this.#resolve({ statusCode: this.#statusCode, headers: this.#headers, body })
  }
}

interface Idle {
  readonly clock: Clock
  readonly idleMs: number
}

class StreamedCall extends UpstreamCall implements BodySource {
  readonly #resolve: (response: UpstreamStream) => void
  readonly #idle: Idle
  #body: UpstreamBody | undefined
  #bytes = 0
  #isActive = false
  #idleTimer: Timer | undefined

  constructor(
    request: UpstreamRequest,
    origins: Origins,
    idle: Idle,
    resolve: (response: UpstreamStream) => void,
    reject: (error: UpstreamError) => void,
  ) {
    super(request, origins, (error) => {
      if (this.#body === undefined) reject(error)
      else this.#body.fail(error)
    })
    this.#resolve = resolve
    this.#idle = idle
  }

  pause(): void {
    this.controller?.pause()
  }

  resume(): void {
    this.#isActive = true
    this.controller?.resume()
  }

  cancel(): void {
    this.fail(new UpstreamError('aborted', 'the reader wants no more'))
  }

  protected override begin(statusCode: number, headers: FlatHeaders): void {
    this.stopTimer()
    this.#body = new UpstreamBody(this)
    this.#watch()
    this.#resolve({ statusCode, headers, body: this.#body })
  }

  protected override receive(chunk: Buffer): void {
    this.#isActive = true
    this.#bytes += chunk.length
    if (this.#bytes > this.request.responseBytesMax) this.tooLarge()
    else this.#body?.push(chunk)
  }

  protected override end(): void {
    this.settle()
    this.#body?.end()
  }

  protected override settle(): void {
    super.settle()
    this.#idleTimer?.cancel()
  }

  /** One timer that looks back, not one set anew for every chunk. */
  #watch(): void {
    this.#isActive = false
    this.#idleTimer = this.#idle.clock.setTimer(() => {
      if (this.#isActive) this.#watch()
      else this.fail(new UpstreamError('timeout', `idle for ${this.#idle.idleMs} ms`))
    }, this.#idle.idleMs)
  }
}

// What the pool of function processes may use, and what it tells functions about the world around them.
import type { FunctionDocument } from '#model/function.ts'

/** Where connections of function code to AWS are led instead, and whom they trust there. */
export interface HomeTls {
  readonly host: string
  readonly port: number
  /** PEM of the local certificate authority. */
  readonly caPath: string
  /** Hosts to leave alone, for instance `dynamodb.us-east-1.amazonaws.com` or `*.s3.amazonaws.com`. */
  readonly except?: readonly string[]
}

export interface FunctionCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface FunctionPoolSettings {
  /** Unpacked archives, inline code, bundles and compile caches go to `functions/` below it. */
  readonly dataDir: string
  /** Of the environment of this process, functions see PATH, HOME, TMPDIR and LANG alone. */
  readonly hostEnvironment: Readonly<Record<string, string | undefined>>
  readonly credentials: FunctionCredentials
  /** What a function signs with where it has a role of its own; undefined: `credentials`. */
  readonly credentialsOf?: (document: FunctionDocument) => FunctionCredentials | undefined
  /** Milliseconds after which what a process was started with is old: credentials end. Default: never. */
  readonly launchAgeMsMax?: number
  /** The gateway's own endpoint, for `AWS_ENDPOINT_URL`. Absent: not set. */
  readonly endpointUrl?: string
  /** Services that are elsewhere: endpoint prefix (`dynamodb`, `states`) → URL, for `AWS_ENDPOINT_URL_{SERVICE}`. */
  readonly endpointUrls?: Readonly<Record<string, string>>
  readonly homeTls?: HomeTls
  /** Variables for every function, behind its own. */
  readonly environment?: Readonly<Record<string, string>>
  /** Processes at once, all functions together. Default 50. */
  readonly processesMax?: number
  /** Processes at once of one function. Default 20. */
  readonly processesPerFunctionMax?: number
  /** Processes that may be starting at the same time: more only fight for the same cores. Default 4. */
  readonly startsMax?: number
  /** Invocations of one function that wait for a process; further ones are refused. Default 1000. */
  readonly queueMax?: number
  /** Milliseconds that an invocation waits for a process before it is refused. Default 30000. */
  readonly queueWaitMs?: number
  /** Milliseconds that an invocation waits for a busy process before another one is started. Default 10. */
  readonly scaleAfterMs?: number
  /** Milliseconds after which an unused process is ended. Default 600000. */
  readonly idleMs?: number
  /** Milliseconds that a process has to initialize. Default 10000. // AWS: 10 s */
  readonly initTimeoutMs?: number
  /** Milliseconds between looks at the memory of working processes. Default 250. */
  readonly memoryCheckMs?: number
  /** Asynchronous invocations of one function that wait or are to be tried again. Default 1000. */
  readonly eventQueueMax?: number
  /** Milliseconds before each further attempt of an asynchronous invocation. Default 60000, 120000. // AWS: two retries */
  readonly eventRetryDelaysMs?: readonly number[]
  /** Take changed code up without being told. Default true. */
  readonly watch?: boolean
  /** Install what a function's package.json or requirements.txt names and is not there. Default false. */
  readonly build?: boolean
}

export type CompletePoolSettings = FunctionPoolSettings &
  Required<Omit<FunctionPoolSettings, 'endpointUrl' | 'homeTls'>>

export const completePoolSettings = (settings: FunctionPoolSettings): CompletePoolSettings => ({
  endpointUrls: {},
  environment: {},
  processesMax: 50,
  processesPerFunctionMax: 20,
  startsMax: 4,
  queueMax: 1000,
  queueWaitMs: 30_000,
  scaleAfterMs: 10,
  idleMs: 600_000,
  initTimeoutMs: 10_000,
  memoryCheckMs: 250,
  eventQueueMax: 1000,
  eventRetryDelaysMs: [60_000, 120_000],
  watch: true,
  credentialsOf: () => undefined,
  launchAgeMsMax: Number.POSITIVE_INFINITY,
  build: false,
  ...settings,
})

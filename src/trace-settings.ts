// Settings of what is kept and told of requests: their records, traces, and where traces go. settings.ts has them in its
// table.
import { DEFAULT_RULE, type SamplingRule } from '#observability/sampling.ts'
import type { CommandName, SettingDefinition } from './setting-definition.ts'
import { SettingsError } from './setting-values.ts'

const BOTH: readonly CommandName[] = ['start', 'serve']

export const TRACE_SETTINGS = [
  {
    flag: 'trace',
    type: 'switch',
    default: false,
    commands: BOTH,
    why: 'Keeps what went in and came out of each step of every request, for `daemun trace`: headers without credentials, and the beginning of bodies.',
  },
  {
    flag: 'record-bytes',
    type: 'number',
    placeholder: 'bytes',
    unit: 'bytes',
    min: 0,
    max: 4_294_967_296,
    default: 33_554_432,
    commands: BOTH,
    why: 'Memory for the records of the last requests (`/_daemun/requests`); the oldest make room.',
  },
  {
    flag: 'record-body-bytes',
    type: 'number',
    placeholder: 'bytes',
    unit: 'bytes',
    min: 0,
    max: 10_485_760,
    default: 65_536,
    commands: BOTH,
    why: 'So much of a body is kept in a record. `start` keeps the bodies of requests, for `daemun replay`; `serve` only with --trace.',
  },
  {
    flag: 'record-secrets',
    type: 'switch',
    default: false,
    commands: BOTH,
    why: 'Keeps credentials and cookies of recorded requests too, so that `daemun replay` needs no others. For one’s own machine.',
  },
  {
    flag: 'xray-daemon',
    type: 'text',
    placeholder: 'host:port',
    commands: BOTH,
    why: 'UDP address of an X-Ray daemon: gets the segments of sampled requests of stages with tracing. `AWS_XRAY_DAEMON_ADDRESS` unless given.',
  },
  {
    flag: 'otlp-endpoint',
    type: 'text',
    placeholder: 'URL',
    commands: BOTH,
    why: 'OpenTelemetry receiver (OTLP/HTTP with JSON), as http://127.0.0.1:4318: gets the spans of sampled requests of every API, access logs and metrics. None unless given.',
  },
  {
    flag: 'otlp-queue-bytes',
    type: 'number',
    placeholder: 'bytes',
    unit: 'bytes',
    min: 65_536,
    max: 1_073_741_824,
    default: 8_388_608,
    commands: BOTH,
    why: 'Spans that wait for their receiver; further ones are dropped and counted.',
  },
  {
    flag: 'trace-sampling',
    type: 'list',
    placeholder: '[[METHOD ]/path=]perSecond:rate',
    commands: BOTH,
    why: 'Of which requests a trace is made, the first rule that fits: `GET /health=0:0`, `/pay/*=10:1`. AWS’s own comes last: 1:0.05, one a second and 5 % of the others.',
  },
] as const satisfies readonly SettingDefinition[]

export interface TraceSettings {
  readonly trace: boolean
  readonly recordBytes: number
  readonly recordBodyBytes: number
  readonly recordSecrets: boolean
  readonly xrayDaemon: { readonly host: string; readonly port: number } | undefined
  /** Without a slash at its end. */
  readonly otlpEndpoint: string | undefined
  readonly otlpQueueBytes: number
  readonly traceSampling: readonly SamplingRule[]
}

export const readTraceSettings = (read: {
  readonly text: (flag: string) => string | undefined
  readonly number: (flag: string) => number | undefined
  readonly on: (flag: string) => boolean
  readonly list: (flag: string) => readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
}): TraceSettings => ({
  trace: read.on('trace'),
  recordBytes: read.number('record-bytes') ?? 0,
  recordBodyBytes: read.number('record-body-bytes') ?? 0,
  recordSecrets: read.on('record-secrets'),
  xrayDaemon: readDaemon(read.text('xray-daemon'), read.environment.AWS_XRAY_DAEMON_ADDRESS),
  otlpEndpoint: readOtlpEndpoint(read.text('otlp-endpoint')),
  otlpQueueBytes: read.number('otlp-queue-bytes') ?? 0,
  traceSampling: read.list('trace-sampling').map(readRule),
})

/** AWS's variable may name two: `tcp:127.0.0.1:2000 udp:127.0.0.2:2001`. Segments go by UDP. */
const readDaemon = (
  given: string | undefined,
  environment: string | undefined,
): TraceSettings['xrayDaemon'] => {
  const text = given ?? environment
  if (text === undefined || text === '') return undefined
  const named = text.split(/\s+/).find((part) => part.startsWith('udp:')) ?? text
  const [, host, port] = /^(?:udp:)?\[?([^\s\]]+?)\]?:(\d{1,5})$/.exec(named) ?? []
  if (host !== undefined && Number(port) > 0 && Number(port) <= 65_535) {
    return { host, port: Number(port) }
  }
  const flag = given === undefined ? 'AWS_XRAY_DAEMON_ADDRESS' : '--xray-daemon'
  throw new SettingsError(`${flag} takes host:port, and got '${text}'`)
}

const readOtlpEndpoint = (text: string | undefined): string | undefined => {
  if (text === undefined || text === '') return undefined
  if (URL.canParse(text) && /^https?:/.test(text)) return text.replace(/\/+$/, '')
  throw new SettingsError(`--otlp-endpoint takes an http or https URL, and got '${text}'`)
}

const readRule = (text: string): SamplingRule => {
  const [, httpMethod, path, perSecond = '', rate = ''] = RULE.exec(text) ?? []
  const numbers = { perSecond: Number(perSecond), rate: Number(rate) }
  if (perSecond === '' || !(numbers.rate <= 1)) {
    const { perSecond: own, rate: ownRate } = DEFAULT_RULE
    throw new SettingsError(
      `--trace-sampling takes [[METHOD ]/path=]perSecond:rate, as ${own}:${ownRate} or 'GET /health=0:0', and got '${text}'`,
    )
  }
  return {
    ...numbers,
    ...(httpMethod !== undefined && { httpMethod }),
    ...(path !== undefined && { path }),
  }
}

const RULE = /^(?:(?:([A-Z]+) )?(\/[^=]*)=)?(\d{1,6}):(\d(?:\.\d{1,6})?)$/

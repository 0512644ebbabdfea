// Every setting: name, type, default, unit and why. The command line, the environment (`DAEMUN_` and the name in
// capitals) and docs/reference/settings.md are all made from this table; nothing else reads `process.env` for them.
import { join, resolve } from 'node:path'
import { LIMIT_SETTINGS, type LimitSettings, readLimitSettings } from './limit-settings.ts'
import {
  OBSERVABILITY_SETTINGS,
  type ObservabilitySettings,
  readObservabilitySettings,
} from './observability-settings.ts'
import { REACH_SETTINGS, type ReachSettings, readReachSettings } from './reach-settings.ts'
import {
  camelCase,
  type CommandName,
  readNumber,
  readSwitch,
  type SettingDefinition,
  variable,
} from './setting-definition.ts'
import {
  type AddressSetting,
  folderOf,
  readAddress,
  readFailOn,
  readList,
  readPairs,
  readRegion,
  readStackName,
  readVpcEndpoint,
  SettingsError,
  type VpcEndpointSetting,
} from './setting-values.ts'
import { readTraceSettings, TRACE_SETTINGS, type TraceSettings } from './trace-settings.ts'

const BOTH: readonly CommandName[] = ['start', 'serve']
/** What it takes to read a template. */
const TEMPLATE: readonly CommandName[] = ['start', 'serve', 'check', 'explain']

export const SETTINGS = [
  {
    flag: 'port',
    type: 'number',
    placeholder: 'port',
    unit: 'TCP port',
    min: 0,
    max: 65_535,
    default: 4566,
    commands: BOTH,
    why: 'Where AWS clients call; with `start` also where the APIs answer. 0 takes a free one.',
  },
  {
    flag: 'host',
    type: 'text',
    placeholder: 'address',
    default: '127.0.0.1',
    commands: BOTH,
    why: 'Address of that port. The management side is for loopback unless you know better.',
  },
  {
    flag: 'data-port',
    type: 'number',
    placeholder: 'port',
    unit: 'TCP port',
    min: 0,
    max: 65_535,
    default: 8080,
    commands: ['serve'],
    why: 'Where the APIs answer, apart from the management port.',
  },
  {
    flag: 'data-host',
    type: 'text',
    placeholder: 'address',
    default: '127.0.0.1',
    commands: ['serve'],
    why: 'Address of the data port; `0.0.0.0` to be reached from other machines.',
  },
  {
    flag: 'workers',
    type: 'number',
    placeholder: 'count',
    unit: 'processes',
    min: 1,
    max: 256,
    default: 2,
    commands: ['serve'],
    why: 'Processes that serve the APIs on the one data port. A worker that dies is replaced.',
  },
  {
    flag: 'data-dir',
    type: 'text',
    placeholder: 'folder',
    commands: ['start', 'serve', 'explain'],
    why: 'Where everything is kept; `.daemun` beside the template unless given.',
  },
  {
    flag: 'region',
    type: 'text',
    placeholder: 'region',
    default: 'us-east-1',
    commands: TEMPLATE,
    why: 'The AWS region that templates and unsigned calls are in.',
  },
  {
    flag: 'account',
    type: 'text',
    placeholder: 'id',
    default: '123456789012',
    commands: TEMPLATE,
    why: 'The AWS account id, twelve digits.',
  },
  {
    flag: 'stack-name',
    type: 'text',
    placeholder: 'name',
    commands: TEMPLATE,
    why: 'Name of the stack that a template becomes; the folder of the template unless given. Ids derive from it.',
  },
  {
    flag: 'parameter',
    type: 'list',
    placeholder: 'Key=Value',
    commands: TEMPLATE,
    why: 'A value for a parameter of the template. May be given many times.',
  },
  {
    flag: 'values-file',
    type: 'text',
    placeholder: 'file',
    commands: TEMPLATE,
    why: 'Values of SSM parameters and secrets, `ssm:/name=value` lines; `.daemun-values` beside the template unless given.',
  },
  {
    flag: 'env-file',
    type: 'text',
    placeholder: 'file',
    commands: BOTH,
    why: 'NAME=value lines added to the environment of every function.',
  },
  ...REACH_SETTINGS,
  {
    flag: 'watch',
    type: 'switch',
    default: true,
    commands: ['start'],
    why: 'Redeploys a changed template and reloads changed function code.',
  },
  {
    flag: 'as-aws',
    type: 'switch',
    default: false,
    commands: BOTH,
    why: 'Leaves a stage on its old deployment where AWS would, instead of redeploying it.',
  },
  {
    flag: 'strict',
    type: 'switch',
    default: false,
    commands: BOTH,
    why: 'Makes it an error that something in a template is not honoured.',
  },
  {
    flag: 'build',
    type: 'switch',
    default: false,
    commands: BOTH,
    why: 'Installs the dependencies of functions that lack them (npm install, pip install -t).',
  },
  {
    flag: 'inspect',
    type: 'number',
    placeholder: 'port',
    unit: 'TCP port',
    min: 1,
    max: 65_535,
    commands: ['start'],
    why: 'Debugger port of the Node functions: the first listens here, the next on the next. It survives reloads.',
  },
  {
    flag: 'json',
    type: 'switch',
    default: false,
    commands: TEMPLATE,
    why: 'JSON instead of the screen: one object per line, the first is the `ready` event; with `check` and `explain` one object.',
  },
  {
    flag: 'websocket-connects-per-second',
    type: 'number',
    placeholder: 'count',
    unit: 'connections/s',
    min: 1,
    max: 1_000_000,
    default: 500,
    commands: BOTH,
    why: 'New WebSocket connections; further ones get 429. 500 is the quota of an AWS account.',
  },
  {
    flag: 'as',
    type: 'text',
    placeholder: 'rest|http',
    commands: TEMPLATE,
    why: 'What an OpenAPI document becomes, where its extensions do not tell: a REST or an HTTP API.',
  },
  {
    flag: 'allowed-host',
    type: 'list',
    placeholder: 'name',
    commands: BOTH,
    why: 'Further Host names that the management side answers to. Others are refused (DNS rebinding).',
  },
  {
    flag: 'allowed-origin',
    type: 'list',
    placeholder: 'origin',
    commands: BOTH,
    why: 'Origins of web pages that may call the management side. None, unless given.',
  },
  {
    flag: 'enforce-iam',
    type: 'switch',
    default: false,
    commands: ['start'],
    why: 'Verifies who calls the management side from this machine, too, and what they may do. `serve` always does.',
  },
  {
    flag: 'drain-seconds',
    type: 'number',
    placeholder: 'seconds',
    unit: 'seconds',
    min: 0,
    max: 900,
    default: 29,
    commands: ['serve'],
    why: 'How long SIGTERM waits for requests in flight: as long as an integration may take.',
  },
  {
    flag: 'vpc-endpoint',
    type: 'list',
    placeholder: 'vpce-…[/vpc-…]=address:port',
    commands: BOTH,
    why: 'A further port that stands for a VPC endpoint: private APIs answer there, and policies see its id. May be given many times.',
  },
  {
    flag: 'proxy-listener',
    type: 'list',
    placeholder: 'address:port',
    commands: BOTH,
    why: 'A further port for a load balancer that speaks PROXY protocol v2: client address and VPC endpoint are what it says. Whoever can connect there is believed.',
  },
  {
    flag: 'fail-on',
    type: 'text',
    placeholder: 'refused|inert|approximated|never',
    default: 'refused',
    commands: ['check'],
    why: 'What makes `check` end with status 2: this, or worse.',
  },
  ...LIMIT_SETTINGS,
  ...TRACE_SETTINGS,
  ...OBSERVABILITY_SETTINGS,
] as const satisfies readonly SettingDefinition[]

export interface Settings
  extends LimitSettings,
    ReachSettings,
    TraceSettings,
    ObservabilitySettings {
  readonly command: CommandName
  readonly files: readonly string[]
  readonly port: number
  readonly host: string
  readonly dataPort: number
  readonly dataHost: string
  readonly workers: number
  readonly websocketConnectsPerSecond: number
  /** Absolute. */
  readonly dataDir: string
  readonly region: string
  /** True where nobody gave a region: a project's own samconfig.toml may. */
  readonly regionIsDefault: boolean
  readonly accountId: string
  readonly stackName: string | undefined
  readonly parameters: Readonly<Record<string, string>>
  readonly valuesFile: string | undefined
  readonly envFile: string | undefined
  readonly watch: boolean
  readonly asAws: boolean
  readonly strict: boolean
  readonly build: boolean
  readonly inspect: number | undefined
  readonly json: boolean
  readonly as: 'rest' | 'http' | undefined
  readonly allowedHosts: readonly string[]
  readonly allowedOrigins: readonly string[]
  readonly enforceIam: boolean
  readonly drainSeconds: number
  readonly vpcEndpoints: readonly VpcEndpointSetting[]
  readonly proxyListeners: readonly AddressSetting[]
  readonly failOn: 'refused' | 'inert' | 'approximated' | 'never'
}

type RawSettings = Readonly<Record<string, unknown>>

/**
 * Validates what the command line gave (keys in camel case, as commander makes them), with the environment behind
 * it and the defaults behind that. Throws `SettingsError`.
 */
export const parseSettings = (
  command: CommandName,
  files: readonly string[],
  given: RawSettings,
  environment: Readonly<Record<string, string | undefined>>,
): Settings => {
  const value = (flag: string): unknown => given[camelCase(flag)] ?? environment[variable(flag)]
  const text = (flag: string): string | undefined => {
    const definition = definitionOf(flag)
    const found = value(flag) ?? ('default' in definition ? definition.default : undefined)
    return found === undefined ? undefined : String(found)
  }
  const number = (flag: string): number | undefined => readNumber(definitionOf(flag), value(flag))
  const on = (flag: string): boolean => readSwitch(definitionOf(flag), value(flag))
  const list = (flag: string): readonly string[] => readList(value(flag))

  const accountId = text('account') ?? ''
  if (!/^\d{12}$/.test(accountId)) {
    throw new SettingsError(`--account takes twelve digits, and got '${accountId}'`)
  }
  const as = text('as')
  if (as !== undefined && as !== 'rest' && as !== 'http') {
    throw new SettingsError(`--as takes rest or http, and got '${as}'`)
  }
  const [first] = files
  return Object.freeze({
    command,
    files: files.map((file) => resolve(file)),
    port: number('port') ?? 0,
    host: text('host') ?? '',
    dataPort: number('data-port') ?? 0,
    dataHost: text('data-host') ?? '',
    workers: number('workers') ?? 1,
    websocketConnectsPerSecond: number('websocket-connects-per-second') ?? 500,
    dataDir: resolve(
      text('data-dir') ?? join(first === undefined ? '.' : folderOf(first), '.daemun'),
    ),
    region: readRegion(text('region') ?? ''),
    regionIsDefault: value('region') === undefined,
    accountId,
    stackName: readStackName(text('stack-name')),
    parameters: readPairs('parameter', list('parameter')),
    valuesFile: text('values-file'),
    envFile: text('env-file'),
    ...readReachSettings(list),
    watch: on('watch'),
    asAws: on('as-aws'),
    strict: on('strict'),
    build: on('build'),
    inspect: number('inspect'),
    json: on('json'),
    as,
    allowedHosts: list('allowed-host'),
    allowedOrigins: list('allowed-origin'),
    enforceIam: on('enforce-iam'),
    drainSeconds: number('drain-seconds') ?? 0,
    vpcEndpoints: list('vpc-endpoint').map(readVpcEndpoint),
    proxyListeners: list('proxy-listener').map((item) => readAddress('proxy-listener', item)),
    ...readLimitSettings(text, number),
    ...readTraceSettings({ text, number, on, list, environment }),
    ...readObservabilitySettings({
      text,
      number,
      on,
      pairs: (flag) => readPairs(flag, list(flag)),
    }),
    failOn: readFailOn(text('fail-on') ?? ''),
  })
}

const definitionOf = (flag: string): SettingDefinition => {
  const definition = SETTINGS.find((setting) => setting.flag === flag)
  if (definition === undefined) throw new SettingsError(`there is no setting --${flag}`)
  return definition
}

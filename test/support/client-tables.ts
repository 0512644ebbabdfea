// One table of calls, made by every client that people call AWS with: the SDK, boto3 and the AWS CLI of each Python of
// this machine (different ages of them speak different protocols). A Python makes the whole table in one process.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Gateway } from './gateway.ts'
import { environmentOf } from './services.ts'

export interface Step {
  readonly operation: string
  /** `{{name.member.0.member}}` in a text, of a key too, stands for what an earlier step has answered. */
  readonly input: Readonly<Record<string, unknown>>
  /** What its answer is called. */
  readonly as?: string
}

export type Outcome =
  | { readonly kind: 'answered'; readonly output: unknown }
  | { readonly kind: 'refused'; readonly code: string; readonly message?: string }
  /** The client is older than the operation. */
  | { readonly kind: 'unknown' }

export interface TableRun {
  readonly gateway: Pick<Gateway, 'endpoint' | 'credentials'>
  /** As the CLI calls it: `sqs`. */
  readonly service: string
  readonly steps: readonly Step[]
  /** What steps can name before there was any. */
  readonly known: Readonly<Record<string, unknown>>
}

export interface Client {
  readonly name: string
  run(table: TableRun): Promise<readonly Outcome[]>
}

/** `aws …`, one after the other in a folder: what each says and how it ends. */
export interface Shell {
  readonly name: string
  run(
    gateway: TableRun['gateway'],
    folder: string,
    calls: readonly (readonly string[])[],
  ): Promise<readonly Ended[]>
}

export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** The SDK: `send` makes the call of that name. */
export const sdkClient = (
  send: (operation: string, input: Readonly<Record<string, unknown>>) => Promise<unknown>,
): Client => ({
  name: 'the SDK',
  run: async ({ steps, known }) => {
    const answers: Record<string, unknown> = { ...known }
    const outcomes: Outcome[] = []
    for (const { operation, input, as } of steps) {
      try {
        const output = await send(operation, fill(input, answers) as Step['input']) // As it was.
        if (as !== undefined) answers[as] = output
        outcomes.push({ kind: 'answered', output })
      } catch (error) {
        const { name = '', message = '' } = error instanceof Error ? error : {}
        outcomes.push({ kind: 'refused', code: name, message })
      }
    }
    return outcomes
  },
})

export const fill = (value: unknown, answers: Readonly<Record<string, unknown>>): unknown => {
  if (typeof value === 'string') {
    return value.replace(/\{\{([^}]+)\}\}/g, (_, path: string) => String(at(answers, path)))
  }
  if (Array.isArray(value)) return value.map((one) => fill(one, answers))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [fill(key, answers), fill(one, answers)]),
  )
}

/** What a path leads to: `Messages.0.Body`. */
export const at = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (one, key) => (typeof one === 'object' && one !== null ? Reflect.get(one, key) : undefined),
      value,
    )

/** Every boto3 and every AWS CLI of this machine. */
export const pythonClients = (): readonly Client[] =>
  pythons().flatMap((path) =>
    (['boto3', 'awscli'] as const).flatMap((library): readonly Client[] => {
      const asked = `import ${library}; print(${library}.__version__)`
      const { status, stdout } = spawnSync(path, ['-c', asked], { encoding: 'utf8' })
      if (status !== 0) return []
      const name = `${library} ${stdout.trim()} of ${path}`
      return [{ name, run: (table) => runTable(path, library, table) }]
    }),
  )

/** The AWS CLI of every Python of this machine that has one. */
export const shells = (): readonly Shell[] =>
  pythons()
    .filter((path) => spawnSync(path, ['-c', 'import awscli.clidriver']).status === 0)
    .map((path) => ({
      name: `aws of ${path}`,
      run: async (gateway, folder, calls) =>
        (await runPython(
          path,
          COMMON + SHELL,
          gateway,
          { calls, endpoint: pathStyle(gateway) },
          folder,
        )) as readonly Ended[], // The script prints them.
    }))

const pythons = (): readonly string[] => {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin']
  const found = places.map((place) => join(place, 'python3')).filter((path) => existsSync(path))
  return [...new Map(found.map((path) => [realpathSync(path), path])).values()]
}

const runTable = async (
  path: string,
  library: 'boto3' | 'awscli',
  { gateway, ...table }: TableRun,
): Promise<readonly Outcome[]> => {
  const script = COMMON + (library === 'boto3' ? BOTO3 : AWSCLI)
  const asked = table.service === 's3' ? { ...table, endpoint: pathStyle(gateway) } : table
  return (await runPython(path, script, gateway, asked)) as readonly Outcome[] // The script prints them.
}

/** Clients name buckets in the path where the host is an address. */
const pathStyle = ({ endpoint }: TableRun['gateway']): string =>
  endpoint.replace('localhost', '127.0.0.1')

const RUN_MS_MAX = 100_000

const runPython = async (
  path: string,
  script: string,
  gateway: TableRun['gateway'],
  asked: object,
  cwd?: string,
): Promise<unknown> => {
  const child = spawn(path, ['-c', script], {
    env: environmentOf(gateway),
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: RUN_MS_MAX,
    ...(cwd !== undefined && { cwd }),
  })
  const { endpoint } = gateway
  child.stdin.end(JSON.stringify({ endpoint, ...asked }))
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`${path}: ${stderr}`)
  return JSON.parse(stdout)
}

const COMMON = `
import base64, contextlib, io, json, os, re, sys, tempfile
table = json.load(sys.stdin)
answers = table.get('known', {})
def at(path):
    value = answers
    for key in path.split('.'):
        if isinstance(value, list): value = value[int(key)] if int(key) < len(value) else None
        else: value = value.get(key) if isinstance(value, dict) else None
    return str(value)
def fill(value):
    if isinstance(value, str): return re.sub(r'\\{\\{([^}]+)\\}\\}', lambda found: at(found[1]), value)
    if isinstance(value, list): return [fill(one) for one in value]
    if isinstance(value, dict): return {fill(key): fill(one) for key, one in value.items()}
    return value
def text(value):
    if hasattr(value, 'read'): return value.read().decode('utf-8', 'replace')
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
def run(call):
    outcomes = []
    for step in table['steps']:
        outcome = call(step['operation'], fill(step['input']))
        if 'as' in step and outcome['kind'] == 'answered': answers[step['as']] = outcome['output']
        outcomes.append(outcome)
    print(json.dumps(outcomes, default=text))
`

const BOTO3 = `
import boto3, botocore
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.config import Config
client = boto3.client(table['service'], endpoint_url=table['endpoint'], config=Config(retries={'max_attempts': 0}))
def call(operation, given):
    method = getattr(client, xform_name(operation), None)
    if method is None: return {'kind': 'unknown'}
    if 'Body' in given: given['Body'] = given['Body'].encode()
    try:
        output = method(**given)
    except ClientError as error:
        return {'kind': 'refused', 'code': error.response['Error']['Code'], 'message': str(error)}
    except botocore.exceptions.ParamValidationError as error:
        return {'kind': 'unknown'} if 'Unknown parameter' in str(error) else {'kind': 'refused', 'code': str(error)}
    output.pop('ResponseMetadata', None)
    return {'kind': 'answered', 'output': output}
run(call)
`

const SHELL = `
import awscli.clidriver
driver = awscli.clidriver.create_clidriver()
def shell(args):
    out, err = (io.TextIOWrapper(io.BytesIO(), 'utf-8', write_through=True) for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try: code = driver.main(['--endpoint-url', table['endpoint']] + args)
        except SystemExit as ended: code = ended.code
    return {'code': code or 0, 'out': out.buffer.getvalue().decode(), 'err': err.buffer.getvalue().decode()}
if 'calls' in table: print(json.dumps([shell(args) for args in table['calls']]))
`

const AWSCLI = `${SHELL}
from botocore import xform_name
def options(operation, given, folder):
    # What comes is a file, which does not go with an input as JSON.
    if operation == 'GetObject': return [part for name, value in given.items() for part in ('--' + xform_name(name, '-'), str(value))] + [folder + '/got']
    more = []
    if 'Body' in given:
        more = ['--body', folder + '/given']
        with open(more[1], 'w') as file: file.write(given.pop('Body'))
    return ['--cli-input-json', json.dumps(given)] + more
def call(operation, given):
    service = 's3api' if table['service'] == 's3' else table['service']
    with tempfile.TemporaryDirectory() as folder:
        ended = shell(['--output', 'json', service, xform_name(operation, '-')] + options(operation, given, folder))
    said = ended['err']
    if ended['code'] == 0: return {'kind': 'answered', 'output': json.loads(ended['out'] or '{}')}
    refused = re.search(r'An error occurred \\(([^)]+)\\)', said)
    if refused: return {'kind': 'refused', 'code': refused[1], 'message': said}
    if 'Invalid choice' in said or 'invalid choice' in said or 'Unknown parameter' in said: return {'kind': 'unknown'}
    return {'kind': 'refused', 'code': said[-2000:]}
run(call)
`

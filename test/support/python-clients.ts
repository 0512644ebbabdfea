// Every boto3 and every AWS CLI of this machine, each asked a whole table of operations in one process: a start of Python
// costs more than all of its calls.
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Gateway } from './gateway.ts'
import type { Outcome, Step } from './storage-steps.ts'

export interface PythonClient {
  readonly name: string
  run(
    gateway: Gateway,
    service: string,
    steps: readonly Step[],
    given: object,
  ): Promise<readonly Outcome[]>
  /** `aws …`, one after the other; what each says and how it ends. */
  aws(
    gateway: Gateway,
    folder: string,
    calls: readonly (readonly string[])[],
  ): Promise<readonly Ended[]>
}

export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

const places = (): readonly string[] => {
  const all = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin']
    .map((place) => join(place, 'python3'))
    .filter((path) => existsSync(path))
  return [...new Map(all.map((path) => [realpathSync(path), path])).values()]
}

/** boto3 and the CLI of each Python that has them. */
export const pythonClients = (): readonly PythonClient[] =>
  places().flatMap((path) =>
    ['boto3', 'aws'].map((mode) => ({
      name: `${mode} of ${path}`,
      run: (gateway, service, steps, given) =>
        ask(path, gateway, { mode, service, steps, given }) as Promise<readonly Outcome[]>, // By SCRIPT.
      aws: (gateway, folder, calls) =>
        ask(path, gateway, { mode: 'shell', calls }, folder) as Promise<readonly Ended[]>, // By SCRIPT.
    })),
  )

const RUN_MS_MAX = 100_000

const ask = async (
  path: string,
  { endpoint, credentials }: Gateway,
  asked: object,
  cwd?: string,
): Promise<unknown> => {
  const child = spawn(path, ['-c', SCRIPT], {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_PAGER: '',
    },
    ...(cwd !== undefined && { cwd }),
    timeout: RUN_MS_MAX,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const url = endpoint.replace('localhost', '127.0.0.1')
  child.stdin.end(JSON.stringify({ ...asked, endpoint: url }))
  let text = ''
  for await (const piece of child.stdout.setEncoding('utf8')) text += String(piece)
  return JSON.parse(text.slice(text.lastIndexOf('\n', text.length - 2) + 1))
}

const SCRIPT = `
import contextlib, io, json, os, re, sys, tempfile
asked = json.load(sys.stdin)

def plain(value):
    if hasattr(value, 'read'): value = value.read()
    if isinstance(value, (bytes, bytearray)): return bytes(value).decode('utf-8', 'replace')
    if isinstance(value, dict): return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)): return [plain(v) for v in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)

known = dict(asked.get('given', {}))
def resolved(value):
    if isinstance(value, dict): return {resolved(k): resolved(v) for k, v in value.items()}
    if isinstance(value, list): return [resolved(v) for v in value]
    if not isinstance(value, str): return value
    if re.fullmatch(r'\\$[\\w.]+', value):
        found = known
        for name in value[1:].split('.'): found = found[int(name)] if isinstance(found, list) else found.get(name, {})
        return found or ''
    return re.sub(r'\\{(\\w+)\\}', lambda m: str(known.get(m.group(1), m.group(0))), value)

def boto(step, given):
    import boto3, botocore
    from botocore import xform_name
    from botocore.config import Config
    global client
    try: client
    except NameError:
        config = Config(s3={'addressing_style': 'path'}, retries={'max_attempts': 0})
        client = boto3.client(asked['service'], endpoint_url=asked['endpoint'], config=config)
    if 'Body' in given: given['Body'] = given['Body'].encode()
    try:
        answer = plain(getattr(client, xform_name(step['op']))(**given))
        answer.pop('ResponseMetadata', None)
        return {'output': answer}
    except botocore.exceptions.ClientError as error:
        return {'error': error.response['Error']['Code'], 'message': str(error)}

def shell(args):
    import awscli.clidriver
    global driver
    try: driver
    except NameError: driver = awscli.clidriver.create_clidriver()
    out, err = io.TextIOWrapper(io.BytesIO(), 'utf-8', write_through=True), io.TextIOWrapper(io.BytesIO(), 'utf-8', write_through=True)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try: code = driver.main(['--endpoint-url', asked['endpoint']] + args)
        except SystemExit as end: code = end.code
    return {'code': code or 0, 'out': out.buffer.getvalue().decode(), 'err': err.buffer.getvalue().decode()}

def dashed(op):
    # As botocore names them: TimeToLive and ACL are words of its own.
    return re.sub(r'([a-z0-9])([A-Z])', r'\\1-\\2', op).replace('V2', '-v2').replace('--', '-').lower()

def cli(step, given):
    with tempfile.TemporaryDirectory() as folder:
        place = os.path.join(folder, 'body')
        more = []
        if 'Body' in given:
            with open(place, 'w') as file: file.write(given.pop('Body'))
            more = ['--body', place]
        if step['op'] == 'GetObject': more = [place]
        service = 's3api' if asked['service'] == 's3' else asked['service']
        # A file that comes is named at the end, which does not go with an input as JSON.
        if step['op'] == 'GetObject':
            asking = [part for name, value in given.items() for part in ('--' + dashed(name), str(value))]
        else: asking = ['--cli-input-json', json.dumps(given)]
        args = [service, dashed(step['op']), '--output', 'json', *asking]
        ended = shell(args + more)
        if ended['code'] != 0:
            found = re.search(r'An error occurred \\((\\S+)\\)', ended['err'])
            return {'error': found.group(1) if found else 'unknown', 'message': ended['err'] + ended['out']}
        answer = json.loads(ended['out']) if ended['out'].strip() else {}
        if step['op'] == 'GetObject' and os.path.exists(place):
            with open(place) as file: answer['Body'] = file.read()
        return {'output': answer}

outcomes = []
if asked['mode'] == 'shell':
    outcomes = [shell(args) for args in asked['calls']]
else:
    for step in asked['steps']:
        outcome = (boto if asked['mode'] == 'boto3' else cli)(step, resolved(step['input']))
        if 'as' in step: known[step['as']] = outcome.get('output', {})
        outcomes.append(outcome)
sys.stdout.write('\\n' + json.dumps(outcomes))
`

// The command line, made from the table of settings: `daemun start`, `daemun serve`, `daemun check`, `daemun explain`; and
// `daemun vtl test`, which needs none of them.
import { Command, Option } from 'commander'
import { type CommandName, variable } from '../setting-definition.ts'
import { parseSettings, SETTINGS, type Settings } from '../settings.ts'
import { exitWith } from './exit.ts'
import type { SimulateOptions } from './policy/simulate.ts'
import { addRequestCommands } from './request-commands.ts'
import { addUserPoolCommands } from './user-pool-commands.ts'
import { version } from './version.ts'
import type { WsOptions } from './ws.ts'

const EXAMPLES: Readonly<Record<CommandName, string>> = {
  start: `
Examples:
  daemun start                              the template.yaml, samconfig.toml, cdk.out or openapi.* of this folder
  daemun start template.yaml --parameter Table=pets
  daemun start openapi.yaml --port 8080
  AWS_ENDPOINT_URL=http://localhost:4566 aws apigateway get-rest-apis
`,
  serve: `
Examples:
  daemun serve template.yaml --workers 4 --data-host 0.0.0.0 --data-port 80
  daemun serve --data-dir /var/lib/daemun   what was deployed there before

SIGTERM drains: readiness (/_daemun/ready) fails first, requests in flight finish, then the processes end.
`,
  check: `
Every resource, property and intrinsic function of the template is one of
  enforced       it does what it does on AWS
  approximated   it does less than on AWS; how is said
  inert          it is passed over: requests are served as if it were not there
  refused        what needs it is answered with an error that names it
  impossible     the template cannot be deployed because of it
found by deploying the template into memory with the code of \`daemun start\`. Nothing is kept, no function runs.

Status: 0 all is well, 1 the template cannot be deployed, 2 something is refused (or what --fail-on says).

Examples:
  daemun check                              the template, cdk.out or openapi.* of this folder
  daemun check template.yaml --fail-on inert
  daemun check template.yaml --json | jq '.templates[].rows[] | select(.honour != "enforced")'
`,
  explain: `
Prints the steps of the plan that a request would run, of every API and stage that takes it: of the template of this
folder (or the one named), deployed into memory; without a template, of what --data-dir serves. PATH is below the stage.

Status: 0 explained, 1 the template cannot be deployed, 2 no method takes the request.

Examples:
  daemun explain GET /pets/1
  daemun explain POST /orders template.yaml --api orders --stage prod
  daemun explain GET /pets/1 --data-dir /var/lib/daemun --json
`,
}

const EXAMPLES_FIRST = `
Examples:
  daemun start template.yaml                its APIs answer on http://localhost:4566, again with every change of a file
  daemun check template.yaml                what of it is honoured, and what is not
  daemun explain GET /pets/1                what that request would run
  daemun trace                              what the last request ran, step by step, and why it failed
  daemun serve template.yaml --workers 4    the same for production
`

const VTL_TEST_HELP = `
Files that share a name are a case:
  order.vtl                    the mapping template
  order.json                   what it is given; without it an empty body
  order.expected.json          what must come of it, compared as JSON; .expected.txt compares the text
  order.empty.json             a further case of the same template,
  order.empty.expected.json    with what is expected of it

What it is given has the members of a Lambda proxy event (sam local generate-event apigateway aws-proxy serves):
  {"body": {"id": 7}, "headers": {}, "pathParameters": {}, "queryStringParameters": {},
   "stageVariables": {}, "requestContext": {"requestId": "r-1"}}
body may be JSON or a text; $input reads body, headers and parameters, $context the requestContext. For a response
template, body is what the backend answered.

A wrong template is told as file:line:column. Status: 0 all as expected, 1 the cases cannot be read, 2 one failed.

Examples:
  daemun vtl test                        all cases in this folder and below
  daemun vtl test templates/order.vtl
  daemun vtl test templates --update     what comes out is what is expected from now on
`

/** Reads the arguments and runs the command. Ends the process with a status ≠ 0 and one clear message where it fails. */
export const runCommandLine = async (argv: readonly string[]): Promise<void> => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A gateway serves on without its log; what only prints has nobody left to print for (`daemun logs | head`).
    if (argv[2] === 'start' || argv[2] === 'serve') return
    if (error.code === 'EPIPE') process.exit(0)
    exitWith(error)
  })
  try {
    await createProgram().parseAsync([...argv])
  } catch (error) {
    exitWith(error)
  }
}

/** All commands with their options and help. */
export const createProgram = (): Command => {
  const program = new Command('daemun')
    .description('A self-hosted API gateway, wire-compatible with Amazon API Gateway.')
    .version(version(), '-v, --version')
    .addHelpText('after', EXAMPLES_FIRST)
  addCommand(program, 'start', 'Run the APIs of a template on this machine, with their functions')
  addCommand(program, 'serve', 'Run a gateway for production: host, functions and worker processes')
  addCommand(program, 'check', 'Say what of a template is enforced, approximated, inert or refused')
  addExplain(program)
  addVtl(program)
  addPolicy(program)
  addWs(program)
  addRequestCommands(program)
  addUserPoolCommands(program)
  hintAtHelp(program)
  return program
}

/** Whoever mistypes a command is led to the help of that command. */
const hintAtHelp = (command: Command, above = ''): void => {
  const name = `${above}${command.name()}`
  command.showHelpAfterError(`(${name} --help shows what there is, with examples)`)
  for (const inner of command.commands) hintAtHelp(inner, `${name} `)
}

/** Those whose arguments are files. */
type RunCommand = Exclude<CommandName, 'explain'>

/** Each is loaded when it is asked for. */
const COMMANDS: Readonly<
  Record<RunCommand, () => Promise<{ run(settings: Settings): Promise<void> }>>
> = {
  start: () => import('./start.ts'),
  serve: () => import('./serve.ts'),
  check: () => import('./check.ts'),
}

const addCommand = (program: Command, name: RunCommand, description: string): void => {
  const command = program
    .command(name)
    .description(description)
    .argument('[file...]', 'SAM or CloudFormation template, cdk.out folder or OpenAPI document')
    .addHelpText('after', EXAMPLES[name])
  for (const option of optionsOf(name)) command.addOption(option)
  command.action(async (files: readonly string[], given: Record<string, unknown>) => {
    const { run } = await COMMANDS[name]()
    await run(parseSettings(name, files, given, process.env))
  })
}

const addExplain = (program: Command): void => {
  const command = program
    .command('explain')
    .description(
      'Print what a request would run: its route, authorizer, validator, templates, backend',
    )
    .argument('<method>', 'GET, POST, …')
    .argument('<path>', 'below the stage: /pets/1')
    .argument('[file...]', 'SAM or CloudFormation template, cdk.out folder or OpenAPI document')
    .addHelpText('after', EXAMPLES.explain)
    .option('--api <name>', 'Only this API, by its id or name.')
    .option('--stage <name>', 'Only this stage.')
  for (const option of optionsOf('explain')) command.addOption(option)
  command.action(
    async (
      method: string,
      path: string,
      files: readonly string[],
      given: { readonly api?: string; readonly stage?: string },
    ) => {
      const { run } = await import('./explain.ts')
      const { api, stage } = given
      const settings = parseSettings('explain', files, { ...given }, process.env)
      await run(settings, { method, path, api, stage })
    },
  )
}

const addVtl = (program: Command): void => {
  program
    .command('vtl')
    .description('Work with mapping templates')
    .command('test')
    .description('Hold mapping templates against what is expected of them, for CI')
    .argument('[path...]', 'templates (*.vtl) or folders of them')
    .option('--update', 'Write what comes out as what is expected.')
    .addHelpText('after', VTL_TEST_HELP)
    .action(async (paths: readonly string[], options: { readonly update?: boolean }) => {
      const { run } = await import('./vtl/test.ts')
      run(paths, options)
    })
}

const POLICY_HELP = `
Evaluated as for a real request: an explicit Deny anywhere, then an Allow; within a permissions boundary and a session
policy; within one account the resource policy or the caller's policies must allow, across accounts both must.
Callers and the resource policies of REST APIs are those that --data-dir serves; files may be given instead.

Status: 0 allowed, 2 denied, 1 the question cannot be answered.

Examples:
  daemun policy simulate --caller arn:aws:iam::123456789012:user/ada --action execute-api:Invoke \\
    --resource arn:aws:execute-api:us-east-1:123456789012:abc123/prod/GET/pets
  daemun policy simulate --action execute-api:Invoke --resource arn:aws:execute-api:us-east-1:123456789012:a/prod/GET/ \\
    --resource-policy policy.json --context aws:SourceIp=192.0.2.7     an unsigned caller
  daemun policy simulate --caller arn:aws:iam::123456789012:role/ci --policy ci.json --action apigateway:PATCH \\
    --resource arn:aws:apigateway:us-east-1::/restapis/abc123/stages/prod
`

const addPolicy = (program: Command): void => {
  const list = (value: string, before: readonly string[] = []) => [...before, value]
  program
    .command('policy')
    .description('Work with IAM and resource policies')
    .command('simulate')
    .description('Say whether a caller would be allowed, and by which statement')
    .requiredOption(
      '--action <name>',
      'execute-api:Invoke, apigateway:GET, lambda:InvokeFunction …',
    )
    .requiredOption('--resource <arn>', 'What it would be done to.')
    .option('--caller <arn>', 'A user, a role or a session of one. Absent: nobody has signed.')
    .option('--policy <file>', "A policy of the caller's, beside those that it has. Many.", list)
    .option('--boundary <file>', 'Its permissions boundary.')
    .option('--session-policy <file>', 'What narrows its session.')
    .option('--resource-policy <file>', 'The policy of what is called.')
    .option('--context <key=value>', 'A condition key: aws:SourceIp=192.0.2.7. Many.', list)
    .option('--data-dir <folder>', 'What a gateway serves from there.', '.daemun')
    .option('--json', 'One JSON object.')
    .addHelpText('after', POLICY_HELP)
    .action(async (options: SimulateOptions) => {
      const { run } = await import('./policy/simulate.ts')
      await run(options)
    })
}

const WS_HELP = `
Every line that is typed is sent as a message, and every message that comes is printed. What is no message (connected,
closed, refused) goes to the error output.

Examples:
  daemun ws ws://abc123.execute-api.localhost:4566/Prod
  daemun ws ws://localhost:4566/_aws/execute-api/abc123/Prod --send '{"action":"hello"}' --count 1 --json
`

const addWs = (program: Command): void => {
  const list = (value: string, before: readonly string[] = []) => [...before, value]
  program
    .command('ws')
    .description('Talk to a WebSocket API')
    .argument('<url>', 'ws://HOST:PORT/STAGE')
    .option('--header <line>', 'A header of the handshake, `Name: value`.', list)
    .option('--subprotocol <name>', 'A subprotocol to offer.', list)
    .option('--send <message>', 'Send this first.', list)
    .option('--count <messages>', 'End after so many messages have come.')
    .option('--json', 'Print messages that are JSON over several lines.')
    .option('--reconnect', 'Connect again when the connection ends.')
    .addHelpText('after', WS_HELP)
    .action(async (url: string, options: WsOptions) => {
      const { run } = await import('./ws.ts')
      await run(url, options)
    })
}

const optionsOf = (command: CommandName): readonly Option[] =>
  SETTINGS.filter((setting) => setting.commands.some((name) => name === command)).flatMap(
    (setting) => {
      const why =
        'default' in setting && setting.type !== 'switch'
          ? `${setting.why} (default ${setting.default}; ${variable(setting.flag)})`
          : `${setting.why} (${variable(setting.flag)})`
      if (setting.type === 'switch') {
        const on = new Option(`--${setting.flag}`, why)
        return setting.default ? [on, new Option(`--no-${setting.flag}`, 'The opposite.')] : [on]
      }
      const option = new Option(`--${setting.flag} <${setting.placeholder}>`, why)
      if (setting.type !== 'list') return [option]
      return [
        option.argParser((value: string, before: readonly string[] = []) => [...before, value]),
      ]
    },
  )

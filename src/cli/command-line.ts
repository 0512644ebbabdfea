// The command line, made from the table of settings: `daemun start`, `daemun serve`, `daemun check`.
import { Command, Option } from 'commander'
import { type CommandName, parseSettings, type Settings, SETTINGS, variable } from '../settings.ts'
import { exitWith } from './exit.ts'
import { version } from './version.ts'

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
found by deploying the template into memory with the code of \`daemun start\`. Nothing is kept, no function runs.

Status: 0 all is well, 1 the template cannot be deployed, 2 something is refused (or what --fail-on says).

Examples:
  daemun check                              the template, cdk.out or openapi.* of this folder
  daemun check template.yaml --fail-on inert
  daemun check template.yaml --json | jq '.templates[].rows[] | select(.honour != "enforced")'
`,
}

/** Reads the arguments and runs the command. Ends the process with a status ≠ 0 and one clear message where it fails. */
export const runCommandLine = async (argv: readonly string[]): Promise<void> => {
  const program = new Command('daemun')
    .description('A self-hosted API gateway, wire-compatible with Amazon API Gateway.')
    .version(version(), '-v, --version')
    .showHelpAfterError('(daemun --help shows what there is)')
  addCommand(program, 'start', 'Run the APIs of a template on this machine, with their functions')
  addCommand(program, 'serve', 'Run a gateway for production: host, functions and worker processes')
  addCommand(program, 'check', 'Say what of a template is enforced, approximated, inert or refused')
  try {
    await program.parseAsync([...argv])
  } catch (error) {
    exitWith(error)
  }
}

/** Each is loaded when it is asked for. */
const COMMANDS: Readonly<
  Record<CommandName, () => Promise<{ run(settings: Settings): Promise<void> }>>
> = {
  start: () => import('./start.ts'),
  serve: () => import('./serve.ts'),
  check: () => import('./check.ts'),
}

const addCommand = (program: Command, name: CommandName, description: string): void => {
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

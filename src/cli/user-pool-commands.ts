// The commands for the user pools of a running gateway: `daemun token` and `daemun users`.
import type { Command } from 'commander'
import type { TokenOptions } from './token.ts'
import type { UsersAction, UsersOptions } from './users.ts'

const WHERE = `
The gateway is the one at --endpoint-url, AWS_ENDPOINT_URL or http://127.0.0.1:4566. \`daemun serve\` wants calls signed:
give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of somebody who may the same with the AWS CLI.
A pool is named by its id or its name.
`

const TOKEN_HELP = `${WHERE}
Prints the id token, which COGNITO_USER_POOLS authorizers take; with --access or --scope the access token, which methods
with scopes and JWT authorizers take. Nobody signs in: no password is asked for, and no sign-in trigger runs.

Examples:
  curl -H "Authorization: $(daemun token --pool people --user ada)" http://abc123.execute-api.localhost:4566/prod/pets
  daemun token --pool people --user ada --scope pets/read
`

const USERS_HELP = `${WHERE}
Examples:
  daemun users add ada --pool people --attribute email=ada@example.com --password 'Correct-Horse-7'
  daemun users list --pool people --filter 'email ^= "ada"'
  daemun users confirm ada --pool people
  daemun users reset ada --pool people            a code comes to the mailbox (/_daemun/mailbox)
  daemun users rotate-keys --pool people          new signing keys; tokens that are about stay good
`

const list = (value: string, before: readonly string[] = []) => [...before, value]
const URL_HELP = 'Where the gateway answers.'

export const addUserPoolCommands = (program: Command): void => {
  program
    .command('token')
    .description('Print a token of a user of a running gateway, without a sign-in')
    .requiredOption('--pool <pool>', 'The user pool: its id or name.')
    .requiredOption('--user <name>', 'Whose token.')
    .option('--client <id>', 'The client that it is for. Absent: the first of the pool.')
    .option('--scope <scope>', 'A scope of the access token. Many.', list)
    .option('--access', 'The access token rather than the id token.')
    .option('--json', 'All three tokens as JSON.')
    .option('--endpoint-url <url>', URL_HELP)
    .addHelpText('after', TOKEN_HELP)
    .action(async (options: TokenOptions) => {
      const { run } = await import('./token.ts')
      await run(options)
    })
  const users = program
    .command('users')
    .description('List, add, confirm and reset the users of a pool of a running gateway')
    .addHelpText('after', USERS_HELP)
  addAction(users, 'list', 'List users, a line each').option(
    '--filter <text>',
    'As ListUsers has it.',
  )
  addAction(users, 'add', 'Add a user')
    .option('--attribute <name=value>', 'An attribute of the user. Many.', list)
    .option('--password <text>', 'A password to stay. Absent: a temporary one is made.')
  addAction(users, 'confirm', 'Confirm a user who signed up')
  addAction(users, 'reset', 'Let a user choose a new password, or set one').option(
    '--password <text>',
    'The new password.',
  )
  addAction(users, 'rotate-keys', 'Make new signing keys for the pool')
}

const EXAMPLE_OF: Readonly<Record<UsersAction, string>> = {
  list: `
Examples:
  daemun users list --pool people --filter 'email ^= "ada"'
`,
  add: `
Examples:
  daemun users add ada --pool people --attribute email=ada@example.com --password 'Correct-Horse-7'
`,
  confirm: `
Examples:
  daemun users confirm ada --pool people
`,
  reset: `
Examples:
  daemun users reset ada --pool people                              a code comes to the mailbox (/_daemun/mailbox)
  daemun users reset ada --pool people --password 'Horse-Correct-8'
`,
  'rotate-keys': `
Examples:
  daemun users rotate-keys --pool people          tokens that are about stay good
`,
}

const OF_POOL: ReadonlySet<UsersAction> = new Set(['list', 'rotate-keys'])

const addAction = (users: Command, action: UsersAction, description: string): Command => {
  const command = users
    .command(action)
    .description(description)
    .requiredOption('--pool <pool>', 'The user pool: its id or name.')
    .option('--endpoint-url <url>', URL_HELP)
    .addHelpText('after', `${WHERE}${EXAMPLE_OF[action]}`)
  if (OF_POOL.has(action))
    return command.action(async (options: UsersOptions) => {
      const { run } = await import('./users.ts')
      await run(action, '', options)
    })
  return command
    .argument('<username>', 'who')
    .action(async (username: string, options: UsersOptions) => {
      const { run } = await import('./users.ts')
      await run(action, username, options)
    })
}

// The commands that look at the requests of a running gateway: `daemun trace`, `daemun replay`, `daemun logs`.
import type { Command } from 'commander'
import type { LogsOptions } from './logs.ts'
import type { ReplayOptions } from './replay.ts'
import type { TraceOptions } from './trace.ts'

const WHERE = `
The gateway is the one at --endpoint-url, AWS_ENDPOINT_URL or http://127.0.0.1:4566. \`daemun serve\` wants calls signed:
give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of somebody who may apigateway:GET.
`

const TRACE_HELP = `${WHERE}
The id of a request is its x-amzn-RequestId (REST, WebSocket) or apigw-requestid (HTTP APIs). Without one the last request.
Bodies and headers are there with \`daemun start --trace\`, or where the stage has a data trace.

Examples:
  daemun trace
  daemun trace 4f1c5a3e-9c1b-4a52-8b0a-1d2f3a4b5c6d
`

const REPLAY_HELP = `${WHERE}
Credentials and cookies are not kept, unless the gateway was started with --record-secrets: give them with --header.

Examples:
  daemun replay
  daemun replay 4f1c5a3e-9c1b-4a52-8b0a-1d2f3a4b5c6d --header 'Authorization: Bearer eyJ…'
`

const LOGS_HELP = `${WHERE}
Examples:
  daemun logs --status 5xx
  daemun logs --api orders --route /orders/{id} --since 10m --no-follow
`

export const addRequestCommands = (program: Command): void => {
  addTrace(program)
  addReplay(program)
  addLogs(program)
}

const URL_HELP = 'Where the gateway answers.'

const addTrace = (program: Command): void => {
  program
    .command('trace')
    .description('Show the steps of a request to a running gateway, and what went in and came out')
    .argument('[id]', 'the id of the request')
    .option('--endpoint-url <url>', URL_HELP)
    .option('--json', 'The whole record as JSON.')
    .addHelpText('after', TRACE_HELP)
    .action(async (id: string | undefined, options: TraceOptions) => {
      const { run } = await import('./trace.ts')
      await run(id, options)
    })
}

const addReplay = (program: Command): void => {
  const list = (value: string, before: readonly string[] = []) => [...before, value]
  program
    .command('replay')
    .description('Send a request of a running gateway again, against what is deployed now')
    .argument('[id]', 'the id of the request')
    .option('--endpoint-url <url>', URL_HELP)
    .option('--header <line>', 'A header to send, `Name: value`. Many.', list)
    .addHelpText('after', REPLAY_HELP)
    .action(async (id: string | undefined, options: ReplayOptions) => {
      const { run } = await import('./replay.ts')
      await run(id, options)
    })
}

const addLogs = (program: Command): void => {
  program
    .command('logs')
    .description('Show the requests and function logs of a running gateway as they come')
    .option('--endpoint-url <url>', URL_HELP)
    .option('--api <name>', 'Only this API, by its id or name.')
    .option('--stage <name>', 'Only this stage.')
    .option('--status <status>', 'Only these: 404, 5xx.')
    .option('--route <route>', 'Only this: /pets/{id} of a REST API, `GET /pets` of an HTTP API.')
    .option('--text <text>', 'Only those that have it in their path, ids or failure.')
    .option('--since <time>', 'Of those kept, only the later ones: 10m, 2026-11-21T12:00:00Z.')
    .option('--no-follow', 'Only those that are kept.')
    .option('--json', 'One JSON object a line.')
    .addHelpText('after', LOGS_HELP)
    .action(async (options: LogsOptions) => {
      const { run } = await import('./logs.ts')
      await run(options)
    })
}

// `daemun logs`: the requests of a running gateway and what its functions write, as they happen.
import { createInterface } from 'node:readline'
import { styleText } from 'node:util'
import type { RequestRecord } from '#model/request-record.ts'
import type { FunctionLine } from '#observability/requests.ts'
import { formatRequestLine, printable, printableLine } from '#observability/request-line.ts'
import { objectOf, openPage, PageError, type PageOptions, readPage } from './management-page.ts'

export interface LogsOptions extends PageOptions {
  readonly api?: string
  readonly stage?: string
  readonly status?: string
  readonly route?: string
  readonly text?: string
  readonly since?: string
  readonly follow?: boolean
  readonly json?: boolean
}

export const run = async (options: LogsOptions): Promise<void> => {
  const query = new URLSearchParams()
  for (const name of ['api', 'stage', 'status', 'route', 'text', 'since'] as const) {
    const value = options[name]
    if (value !== undefined) query.set(name, value)
  }
  const print = printer(options.json === true)
  const { requests } = await readPage(`/_daemun/requests?${query}`, options)
  const kept = Array.isArray(requests) ? (requests as readonly RequestRecord[]) : []
  for (const record of kept.toReversed()) print('request', { ...record })
  if (options.follow === false) return
  query.delete('since')
  query.set('follow', '1')
  query.set('functions', '1')
  await follow(`/_daemun/requests?${query}`, options, print)
}

type Print = (event: string, data: Readonly<Record<string, unknown>>) => void

const follow = async (target: string, options: PageOptions, print: Print): Promise<void> => {
  const answer = await openPage(target, options)
  if (answer.statusCode !== 200) throw new PageError(`the gateway said ${answer.statusCode}`)
  let event = ''
  for await (const line of createInterface({ input: answer })) {
    if (line.startsWith('event: ')) event = line.slice('event: '.length)
    else if (line.startsWith('data: ')) print(event, objectOf(line.slice('data: '.length)))
  }
}

/** What is told is made by processes/request-pages.ts, of this program too. */
const printer =
  (asJson: boolean): Print =>
  (event, data) => {
    if (asJson) process.stdout.write(`${JSON.stringify({ event, ...data })}\n`)
    else if (event === 'request') {
      process.stdout.write(`${formatRequestLine(data as unknown as RequestRecord)}\n`)
    } else if (event === 'function-log') {
      const { function: name, line } = data as unknown as FunctionLine
      process.stdout.write(`  ${styleText('dim', `${printable(name)} |`)} ${printableLine(line)}\n`)
    } else if (event === 'dropped') {
      process.stdout.write(
        `  ${styleText('yellow', `… ${String(data.dropped)} not shown: too many at once`)}\n`,
      )
    }
  }

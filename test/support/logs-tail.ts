// `aws logs tail GROUP --follow`: the CLI's own where it has that command (version 2), else the calls that it makes.
import { execFileSync, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { type CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import type { Gateway } from './gateway.ts'

export interface Tail {
  /** The lines so far, as soon as there is something to count among them. */
  until(count: (lines: readonly string[]) => number): Promise<readonly string[]>
  stop(): Promise<void>
}

export const startTail = async (
  gateway: Gateway,
  env: Readonly<Record<string, string | undefined>>,
  logs: CloudWatchLogsClient,
  logGroupName: string,
): Promise<Tail> => {
  const lines: string[] = []
  const { signal, abort } = controller()
  const cli = ['aws', '/usr/bin/aws'].find((name) => isVersion2(name, env))
  const following =
    cli === undefined
      ? follow(logs, logGroupName, lines, signal)
      : followWithCli(cli, gateway, env, logGroupName, lines, signal)
  return {
    until: async (count) => {
      for (let attempt = 0; count(lines) === 0; attempt++) {
        if (attempt === 100) throw new Error(`the tail has only:\n${lines.join('\n')}`)
        await pause(100)
      }
      return lines
    },
    stop: async () => {
      abort()
      await following
    },
  }
}

const controller = () => {
  const made = new AbortController()
  return { signal: made.signal, abort: () => made.abort() }
}

const isVersion2 = (cli: string, env: Readonly<Record<string, string | undefined>>): boolean => {
  try {
    return execFileSync(cli, ['--version'], { env, encoding: 'utf8' }).startsWith('aws-cli/2')
  } catch {
    return false // There is none of that name.
  }
}

const followWithCli = async (
  cli: string,
  gateway: Gateway,
  env: Readonly<Record<string, string | undefined>>,
  group: string,
  lines: string[],
  signal: AbortSignal,
): Promise<void> => {
  const args = ['--endpoint-url', gateway.endpoint, 'logs', 'tail', group, '--follow']
  const child = spawn(cli, [...args, '--since', '1h', '--format', 'short'], {
    env: { ...env, PYTHONUNBUFFERED: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  signal.addEventListener('abort', () => child.kill())
  for await (const line of createInterface({ input: child.stdout })) lines.push(line)
}

/** As version 2 does: pages to their end, then again from the newest time, without the events of that time. */
const follow = async (
  logs: CloudWatchLogsClient,
  logGroupName: string,
  lines: string[],
  signal: AbortSignal,
): Promise<void> => {
  let startTime = Date.now() - 3_600_000
  let newest = new Set<string>()
  let nextToken: string | undefined
  while (!signal.aborted) {
    const page = await logs.send(
      new FilterLogEventsCommand({
        logGroupName,
        startTime,
        interleaved: true,
        ...(nextToken !== undefined && { nextToken }),
      }),
    )
    for (const { eventId = '', timestamp = 0, message = '' } of page.events ?? []) {
      if (newest.has(eventId)) continue
      if (timestamp > startTime) newest = new Set()
      startTime = Math.max(startTime, timestamp)
      newest.add(eventId)
      lines.push(message)
    }
    nextToken = page.nextToken
    if (nextToken === undefined) await pause(50)
  }
}

// The clients of other people for services beside the gateway: the SDK's settings, every AWS CLI and boto3 that are installed.
import { execFile } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type { Gateway } from './gateway.ts'

const run = promisify(execFile)

export const sdkOptions = (gateway: Pick<Gateway, 'endpoint' | 'credentials'>) => ({
  endpoint: gateway.endpoint,
  region: 'us-east-1',
  credentials: { ...gateway.credentials },
  maxAttempts: 1,
})

type Cli = (...args: readonly string[]) => Promise<Readonly<Record<string, unknown>>>

export const environmentOf = ({ credentials }: Pick<Gateway, 'credentials'>) => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_PAGER: '',
})

/** Every AWS CLI of this machine, each once. */
export const awsClis = (): readonly {
  readonly path: string
  ofService(gateway: Pick<Gateway, 'endpoint' | 'credentials'>, service: string): Cli
}[] => {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin']
  const found = places.map((place) => join(place, 'aws')).filter((path) => existsSync(path))
  const byFile = new Map(found.map((path) => [realpathSync(path), path]))
  return [...byFile.values()].map((path) => ({
    path,
    ofService:
      (gateway, service) =>
      async (...args) => {
        const whole = ['--endpoint-url', gateway.endpoint, '--output', 'json', service, ...args]
        const { stdout } = await run(path, whole, {
          env: environmentOf(gateway),
          timeout: 60_000,
        })
        return stdout.trim() === '' ? {} : JSON.parse(stdout)
      },
  }))
}

/** Runs a script with `boto3` and the `options` of its clients; undefined where there is no boto3. */
export const python = ():
  | ((gateway: Pick<Gateway, 'endpoint' | 'credentials'>, script: string) => Promise<string>)
  | undefined => {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((place) => join(place, 'python3'))
    .find((path) => existsSync(path))
  if (found === undefined) return undefined
  return async (gateway, script) => {
    const options = `options = dict(endpoint_url='${gateway.endpoint}')\n`
    const { stdout } = await run(found, ['-c', `import boto3, json\n${options}${script}`], {
      env: environmentOf(gateway),
      timeout: 60_000,
    })
    return stdout.trim()
  }
}

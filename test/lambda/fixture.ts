// A pool with functions written on the spot, in a folder that goes away with the test.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { systemClock } from '#shared/clock.ts'
import { systemRandom } from '#shared/random.ts'
import type { FunctionDocument } from '#model/function.ts'
import type { InvokeAnswer, InvokeRequest } from '#model/ports.ts'
import { createFunctionPool, type FunctionPool } from '#lambda/function-pool.ts'
import type { FunctionLogLine } from '#lambda/invocation-log.ts'
import type { FunctionPoolSettings } from '#lambda/pool-settings.ts'

export interface Fixture {
  readonly folder: string
  readonly pool: FunctionPool
  readonly logs: FunctionLogLine[]
  readonly notices: string[]
  readonly reloads: string[]
  /** Writes files (path → text) and adds a function whose code they are. Answers its ARN. */
  add(files: Readonly<Record<string, string>>, changes?: Partial<FunctionDocument>): string
  /** Invokes with JSON and takes JSON. */
  invoke(arn: string, event?: unknown, changes?: Partial<InvokeRequest>): Promise<Answer>
  /** Waits until `find` finds something, looking again at each log line, notice and reload. */
  until<T>(find: () => T | undefined | false): Promise<T>
}

export interface Answer {
  readonly answer: Extract<InvokeAnswer, { kind: 'answered' }>
  // What a function answered: the tests know its shape.
  readonly body: Record<string, unknown>
}

export const documentOf = (
  root: string,
  changes: Partial<FunctionDocument> = {},
): FunctionDocument => {
  const FunctionName = changes.FunctionName ?? 'Hello'
  return {
    FunctionName,
    FunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:${FunctionName}`,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    code: { kind: 'directory', path: root },
    Timeout: 10,
    MemorySize: 512,
    Environment: {},
    LastModified: 0,
    layers: [],
    origin: `template.yaml: ${FunctionName}`,
    ...changes,
  }
}

export const writeFiles = (root: string, files: Readonly<Record<string, string>>): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

export const startFixture = (
  t: TestContext,
  settings: Partial<FunctionPoolSettings> = {},
): Fixture => {
  const folder = mkdtempSync(join(tmpdir(), 'daemun-lambda-'))
  const logs: FunctionLogLine[] = []
  const notices: string[] = []
  const reloads: string[] = []
  const looking = new Set<() => void>()
  const changed = (): void => {
    for (const look of looking) look()
  }
  const pool = createFunctionPool({
    clock: systemClock,
    random: systemRandom,
    settings: {
      dataDir: join(folder, 'data'),
      hostEnvironment: process.env,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test', sessionToken: 'test' },
      watch: false,
      ...settings,
    },
    onLog: (line) => {
      logs.push(line)
      changed()
    },
    onNotice: (name, text) => {
      notices.push(`${name}: ${text}`)
      changed()
    },
    onReload: (name, file) => {
      reloads.push(`${name}: ${file}`)
      changed()
    },
  })
  t.after(async () => {
    await pool.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    folder,
    pool,
    logs,
    notices,
    reloads,
    add: (files, changes) => {
      const root = join(folder, changes?.FunctionName ?? 'Hello')
      mkdirSync(root, { recursive: true })
      writeFiles(root, files)
      const document = documentOf(root, changes)
      pool.put(document)
      return document.FunctionArn
    },
    invoke: async (functionArn, event = {}, changes) => {
      const payload = Buffer.from(JSON.stringify(event))
      const answer = await pool.invoke({
        functionArn,
        payload,
        invocationType: 'RequestResponse',
        ...changes,
      })
      if (answer.kind === 'refused') throw new Error(`${answer.errorType}: ${answer.message}`)
      return { answer, body: JSON.parse(Buffer.from(answer.payload).toString() || 'null') }
    },
    until: <T>(find: () => T | undefined | false) => {
      const { promise, resolve } = Promise.withResolvers<T>()
      const look = (): void => {
        const found = find()
        if (found === undefined || found === false) return
        looking.delete(look)
        resolve(found)
      }
      looking.add(look)
      look()
      return promise
    },
  }
}

/** Whether a process runs; one that nobody has reaped yet does not. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return (
      process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
    )
  } catch {
    return false
  }
}

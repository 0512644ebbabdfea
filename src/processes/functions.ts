// The functions, joined: a pool that follows the directory's function entries.
import { join } from 'node:path'
import type { CredentialMint } from '#identity/temporary-credentials.ts'
import type { FunctionPool } from '#lambda/function-pool.ts'
import { createFunctionPool } from '#lambda/function-pool.ts'
import type { HomeTls } from '#lambda/pool-settings.ts'
import type { DirectoryDelta, DirectoryEntry } from '#model/documents.ts'
import type { FunctionDocument } from '#model/function.ts'
import type { DeliverMessage } from '#model/ports.ts'
import { canonicalJson } from '#shared/json.ts'
import { systemClock } from '#shared/clock.ts'
import { systemRandom } from '#shared/random.ts'
import type { Settings } from '../settings.ts'
import { developmentCredentials } from './development-credentials.ts'
import type { Tell } from './events.ts'
import { openInvocationJournal } from './invocation-journal.ts'
import { withMetrics } from './function-metrics.ts'
import type { Gathering } from './telemetry.ts'
import { createFunctionRoles } from './function-roles.ts'

export interface Functions {
  readonly pool: FunctionPool
  /** Takes the function entries of a delta in. */
  apply(delta: DirectoryDelta): Promise<void>
  close(): Promise<void>
}

export const composeFunctions = (options: {
  readonly settings: Settings
  readonly endpointUrl: string
  readonly homeTls: HomeTls
  readonly environment: Readonly<Record<string, string>>
  readonly tell: Tell
  /** Takes what became of asynchronous invocations to queues, topics and buses. */
  readonly deliver: DeliverMessage
  /** What the credentials of functions' roles are made with. */
  readonly mint: CredentialMint
  readonly telemetry: Pick<Gathering, 'onFunctionLog' | 'collector'>
}): Functions => {
  const { settings, tell } = options
  const journal = openInvocationJournal(join(settings.dataDir, 'invocations.db'))
  const roles = createFunctionRoles({ settings, mint: options.mint, environment: process.env })
  const pool = createFunctionPool({
    clock: systemClock,
    random: systemRandom,
    settings: {
      dataDir: settings.dataDir,
      hostEnvironment: process.env,
      credentials: developmentCredentials(process.env),
      credentialsOf: roles.credentialsOf,
      launchAgeMsMax: roles.renewMs,
      endpointUrl: options.endpointUrl,
      endpointUrls: settings.endpoints,
      homeTls: options.homeTls,
      environment: options.environment,
      processesMax: settings.functionProcessesMax,
      watch: settings.watch,
      build: settings.build,
    },
    deliver: options.deliver,
    journal,
    onLog: (written) => {
      const { functionName, requestId, line } = written
      options.telemetry.onFunctionLog(written)
      tell({
        event: 'function-log',
        function: functionName,
        line,
        ...(requestId !== undefined && { requestId }),
      })
    },
    onNotice: (functionName, text) => tell({ event: 'notice', function: functionName, text }),
    onReload: (functionName, file) => tell({ event: 'reloaded', function: functionName, file }),
  })
  /** By directory key: the ARN with its version, and the document as text. */
  const known = new Map<string, { readonly arn: string; readonly text: string }>()
  const inspected: string[] = []
  /** What is around a function may change without an end to the processes that run it. */
  const put = (key: string, document: FunctionDocument): void => {
    const { FunctionArn, Version } = document
    const text = canonicalJson({ ...document, LastModified: 0 })
    if (known.get(key)?.text === text) return
    known.set(key, { arn: Version === undefined ? FunctionArn : `${FunctionArn}:${Version}`, text })
    pool.put(document, inspectOption(settings, inspected, document))
  }
  const take = (key: string, entry: DirectoryEntry | null): void => {
    if (entry?.kind === 'function') {
      put(key, entry.function)
      pool.route(entry.function.FunctionArn, entry.routing ?? { aliases: {}, asynchronous: {} })
    } else if (entry?.kind === 'function-version') {
      put(key, entry.function)
    } else if (entry === null && known.has(key)) {
      pool.remove(known.get(key)?.arn ?? '')
      known.delete(key)
    }
  }
  return {
    pool: withMetrics(pool, options.telemetry.collector, systemClock),
    apply: async ({ changes }) => {
      // Roles first: a function that comes with its role is to sign as it from its first start.
      for (const { key, entry } of changes) roles.take(key, entry)
      for (const { key, entry } of changes) take(key, entry)
    },
    close: async () => {
      await pool.close()
      await journal.close()
    },
  }
}

/** Node functions get debugger ports in the order in which they came, and keep them. */
const inspectOption = (
  { inspect }: Settings,
  inspected: string[],
  { FunctionArn, Runtime, Version }: FunctionDocument,
): { readonly inspectPort?: number } => {
  // A published version would want the port that its `$LATEST` has.
  if (inspect === undefined || Version !== undefined || !Runtime.startsWith('nodejs')) return {}
  if (!inspected.includes(FunctionArn)) inspected.push(FunctionArn)
  return { inspectPort: inspect + inspected.indexOf(FunctionArn) }
}

// The functions, joined: a pool that follows the directory's function entries.
import type { FunctionPool } from '#lambda/function-pool.ts'
import { createFunctionPool } from '#lambda/function-pool.ts'
import type { HomeTls } from '#lambda/pool-settings.ts'
import type { DirectoryDelta } from '#model/documents.ts'
import type { FunctionDocument } from '#model/function.ts'
import { systemClock } from '#shared/clock.ts'
import { systemRandom } from '#shared/random.ts'
import type { Settings } from '../settings.ts'
import { developmentCredentials } from './development-credentials.ts'
import type { Tell } from './events.ts'

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
}): Functions => {
  const { settings, tell } = options
  const pool = createFunctionPool({
    clock: systemClock,
    random: systemRandom,
    settings: {
      dataDir: settings.dataDir,
      hostEnvironment: process.env,
      credentials: developmentCredentials(process.env),
      endpointUrl: options.endpointUrl,
      endpointUrls: settings.endpoints,
      homeTls: options.homeTls,
      environment: options.environment,
      processesMax: settings.functionProcessesMax,
      watch: settings.watch,
      build: settings.build,
    },
    onLog: ({ functionName, requestId, line }) =>
      tell({
        event: 'function-log',
        function: functionName,
        line,
        ...(requestId !== undefined && { requestId }),
      }),
    onNotice: (functionName, text) => tell({ event: 'notice', function: functionName, text }),
    onReload: (functionName, file) => tell({ event: 'reloaded', function: functionName, file }),
  })
  const arns = new Map<string, string>()
  const inspected: string[] = []
  return {
    pool,
    apply: async ({ changes }) => {
      for (const { key, entry } of changes) {
        if (entry?.kind === 'function') {
          arns.set(key, entry.function.FunctionArn)
          pool.put(entry.function, inspectOption(settings, inspected, entry.function))
        } else if (entry === null && arns.has(key)) {
          pool.remove(arns.get(key) ?? '')
          arns.delete(key)
        }
      }
    },
    close: () => pool.close(),
  }
}

/** Node functions get debugger ports in the order in which they came, and keep them. */
const inspectOption = (
  { inspect }: Settings,
  inspected: string[],
  { FunctionArn, Runtime }: FunctionDocument,
): { readonly inspectPort?: number } => {
  if (inspect === undefined || !Runtime.startsWith('nodejs')) return {}
  if (!inspected.includes(FunctionArn)) inspected.push(FunctionArn)
  return { inspectPort: inspect + inspected.indexOf(FunctionArn) }
}

// `daemun serve`: a node in processes of their own, its log as JSON lines.
import { fileURLToPath } from 'node:url'
import { createJsonLines } from '#observability/sinks/json-lines.ts'
import { originOf } from '#processes/origin.ts'
import { type Supervisor, startSupervisor } from '#processes/supervisor.ts'
import type { Settings } from '../settings.ts'
import { chooseTemplates } from './template-choice.ts'

const MAIN = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../main.ts' : '../main.js', import.meta.url),
)

export const run = async (given: Settings): Promise<void> => {
  // Without a file named, a node serves what is in its data directory: nothing is looked for.
  const { settings, templates } =
    given.files.length === 0 ? { settings: given, templates: [] } : chooseTemplates(given)
  const log = createJsonLines(process.stdout)
  let supervisor: Supervisor | undefined
  let stopping = false
  const stop = (): void => {
    if (stopping) return
    stopping = true
    log.write({ event: 'draining', seconds: settings.drainSeconds })
    // Before there is a supervisor its start is under way: its children end with this process.
    void (supervisor?.stop() ?? Promise.resolve()).finally(() => process.exit(0))
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  if (process.env.DAEMUN_LAUNCHED === '1') process.on('disconnect', stop)

  supervisor = await startSupervisor(
    { settings, templates, main: MAIN },
    {
      ready: (ports, served, pids) =>
        log.write({
          event: 'ready',
          endpoint: originOf(settings.host, ports.management),
          data: originOf(settings.dataHost, ports.data),
          listeners: ports.further,
          ...served,
          ...pids,
        }),
      died: (role, pid, how) => log.write({ event: 'process-died', role, pid, how }),
    },
  )
}

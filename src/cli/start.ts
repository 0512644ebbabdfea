// `daemun start`: a template becomes a running API on this machine, and stays in step with its files.
import { createJsonLines } from '#observability/sinks/json-lines.ts'
import { printable } from '#observability/request-line.ts'
import { formatStory } from '#observability/request-story.ts'
import { systemClock } from '#shared/clock.ts'
import { changeClock, describeClock } from '#processes/clock.ts'
import type { Tell } from '#processes/events.ts'
import { shownCredentials } from '#processes/development-credentials.ts'
import { type SingleProcess, startSingleProcess } from '#processes/single-process.ts'
import type { Settings } from '../settings.ts'
import { readClockOrder } from './clock-order.ts'
import { describeFailure, isClear } from './exit.ts'
import type { ShortcutActions } from './shortcuts.ts'
import { createTerminalScreen } from './terminal-screen.ts'
import { chooseTemplates } from './template-choice.ts'

export const run = async (given: Settings): Promise<void> => {
  const { settings, templates } = chooseTemplates(given)
  const screen = createTerminalScreen()
  const tell = settings.json ? tellPrograms() : screen.tell
  const running = await startSingleProcess({
    settings,
    templates,
    tell,
    onError: (error) => tell({ event: 'error', message: describeFailure(error) }),
  })
  const following: { stop?: () => Promise<void> } = {}
  // Before anybody is told that it runs: whoever reads `ready` may ask for the end at once.
  const end = endWhenTold(async () => {
    await following.stop?.()
    await running.close()
  })
  const { endpoint, listeners, apis, services, report } = running
  const credentials = shownCredentials(process.env)
  const readyMs = performance.now()
  tell({ event: 'ready', endpoint, credentials, listeners, apis, services, report, readyMs })
  const deployments = createDeployments(running, tell)
  following.stop = deployments.settled
  if (!settings.json) screen.listen(startActions(running, deployments, end))
  if (settings.watch) following.stop = await followTemplate(running, deployments, tell)
}

const tellPrograms = (): Tell => {
  const lines = createJsonLines(process.stdout)
  return (event) => lines.write(event)
}

interface Deployments {
  /** One at a time, and what fails changes nothing; `file` is what is said to have asked for it. */
  deploy(file: string): Promise<void>
  onDeployed(look: (files: readonly string[]) => void): void
  settled(): Promise<void>
}

const createDeployments = (running: SingleProcess, tell: Tell): Deployments => {
  let deploying: Promise<void> = Promise.resolve()
  let look = (_files: readonly string[]): void => undefined
  const redeploy = async (file: string): Promise<void> => {
    const startedMs = systemClock.monotonicMs()
    try {
      const { changes, apis, services, report, files } = await running.redeploy()
      look(files)
      const tookMs = systemClock.monotonicMs() - startedMs
      tell({ event: 'redeployed', file, changes, apis, services, report, tookMs })
    } catch (error) {
      tell({ event: 'redeploy-failed', file, message: describeFailure(error) })
      if (!isClear(error)) tell({ event: 'error', message: describeFailure(error) })
    }
  }
  return {
    deploy: (file) => {
      deploying = deploying.then(() => redeploy(file))
      return deploying
    },
    onDeployed: (told) => {
      look = told
    },
    settled: () => deploying,
  }
}

/** Deploys the template again when one of its files changes. */
const followTemplate = async (
  running: SingleProcess,
  deployments: Deployments,
  tell: Tell,
): Promise<() => Promise<void>> => {
  const { watchTemplate } = await import('#processes/template-watch.ts')
  const watch = watchTemplate({
    clock: systemClock,
    onChange: (file) => void deployments.deploy(file),
    onError: (error) => tell({ event: 'error', message: describeFailure(error) }),
  })
  watch.files(running.files)
  deployments.onDeployed(watch.files)
  return async () => {
    await watch.close()
    await deployments.settled()
  }
}

const startActions = (
  { files, clock, requests }: SingleProcess,
  deployments: Deployments,
  quit: () => void,
): ShortcutActions => ({
  redeploy: async () => {
    const [file] = files
    if (file === undefined) return '  there is no template to deploy: start with one'
    await deployments.deploy(file)
    return undefined
  },
  travel: async (to) => {
    const order = readClockOrder(to)
    if (order === undefined) return `  ${printable(to)} is no time`
    const refusal = await changeClock(clock, order)
    if (refusal !== undefined) return `  ${printable(refusal)}`
    const { now, mode } = describeClock(clock.clock)
    return `  clock   ${now} (${mode})`
  },
  lastTrace: () => {
    const [last] = requests.list({}, 1)
    return last === undefined ? '  there was no request yet' : formatStory(last)
  },
  quit,
})

/** Ctrl-C, SIGTERM and the end of the launcher all end the process in order; a second Ctrl-C at once. */
const endWhenTold = (stop: () => Promise<void>): (() => void) => {
  let stopping = false
  const end = (): void => {
    if (stopping) process.exit(1)
    stopping = true
    void stop().finally(() => process.exit(0))
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  if (process.env.DAEMUN_LAUNCHED === '1') process.on('disconnect', end)
  return end
}

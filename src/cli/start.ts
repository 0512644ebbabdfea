// `daemun start`: a template becomes a running API on this machine, and stays in step with its files.
import { createJsonLines } from '#observability/sinks/json-lines.ts'
import { systemClock } from '#shared/clock.ts'
import type { NodeEvent, Tell } from '#processes/events.ts'
import { shownCredentials } from '#processes/development-credentials.ts'
import { type SingleProcess, startSingleProcess } from '#processes/single-process.ts'
import type { Settings } from '../settings.ts'
import { describeFailure, isClear } from './exit.ts'
import { createScreen } from './screen.ts'
import { chooseTemplates } from './template-choice.ts'

export const run = async (given: Settings): Promise<void> => {
  const { settings, templates } = chooseTemplates(given)
  const tell = settings.json ? tellPrograms() : tellPeople()
  const running = await startSingleProcess({
    settings,
    templates,
    tell,
    onError: (error) => tell({ event: 'error', message: describeFailure(error) }),
  })
  const following: { stop?: () => Promise<void> } = {}
  // Before anybody is told that it runs: whoever reads `ready` may ask for the end at once.
  endWhenTold(async () => {
    await following.stop?.()
    await running.close()
  })
  const { endpoint, listeners, apis, services, report } = running
  const credentials = shownCredentials(process.env)
  const readyMs = performance.now()
  tell({ event: 'ready', endpoint, credentials, listeners, apis, services, report, readyMs })
  if (settings.watch) following.stop = await followTemplate(running, tell)
}

const tellPrograms = (): Tell => {
  const lines = createJsonLines(process.stdout)
  return (event) => lines.write(event)
}

const tellPeople = (): Tell => {
  const formatEvent = createScreen()
  return (event: NodeEvent): void => {
    const text = formatEvent(event)
    if (text !== undefined) process.stdout.write(text)
  }
}

/** Deploys the template again when one of its files changes: one deployment at a time, and what fails changes nothing. */
const followTemplate = async (running: SingleProcess, tell: Tell): Promise<() => Promise<void>> => {
  const { watchTemplate } = await import('#processes/template-watch.ts')
  let deploying: Promise<void> = Promise.resolve()
  const redeploy = async (file: string): Promise<void> => {
    const startedMs = systemClock.monotonicMs()
    try {
      const { changes, apis, services, report, files } = await running.redeploy()
      watch.files(files)
      const tookMs = systemClock.monotonicMs() - startedMs
      tell({ event: 'redeployed', file, changes, apis, services, report, tookMs })
    } catch (error) {
      tell({ event: 'redeploy-failed', file, message: describeFailure(error) })
      if (!isClear(error)) tell({ event: 'error', message: describeFailure(error) })
    }
  }
  const watch = watchTemplate({
    clock: systemClock,
    onChange: (file) => {
      deploying = deploying.then(() => redeploy(file))
    },
    onError: (error) => tell({ event: 'error', message: describeFailure(error) }),
  })
  watch.files(running.files)
  return async () => {
    await watch.close()
    await deploying
  }
}

/** Ctrl-C, SIGTERM and the end of the launcher all end the process in order; a second Ctrl-C at once. */
const endWhenTold = (stop: () => Promise<void>): void => {
  let stopping = false
  const end = (): void => {
    if (stopping) process.exit(1)
    stopping = true
    void stop().finally(() => process.exit(0))
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  if (process.env.DAEMUN_LAUNCHED === '1') process.on('disconnect', end)
}

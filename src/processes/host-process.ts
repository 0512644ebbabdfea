// The host process of `daemun serve`: management APIs on a port of their own, the store, and the channel to the others.
import type { Deployed } from '#deploy/deploy-template.ts'
import { createJsonLines } from '#observability/sinks/json-lines.ts'
import { errorMessage } from '#shared/assert.ts'
import { startHttpListener } from '#transport/http-listener.ts'
import { describeFailure } from '#cli/exit.ts'
import { answerWhenServed } from './answer-when-served.ts'
import { composeCustomResources } from './custom-resources.ts'
import { describeApis, withUndeployed } from './describe.ts'
import type { ReportLine } from './events.ts'
import { createFrontDoor } from './front-door.ts'
import { type Host, openHost } from './host.ts'
import { openDraftTests } from './draft-tests.ts'
import { openNodeChannel } from './node-channel.ts'
import { originOf } from './origin.ts'
import { createInvokeApi } from '#lambda/invoke-api.ts'
import { reachFunctions } from './reach-functions.ts'
import { lineOf, openRecorder, whenHinted } from './recording.ts'
import { withPatience } from './patience.ts'
import { obeySupervisor, readStartOrder, type StartOrder, tellSupervisor } from './roles.ts'
import { reachedNames } from './reached-names.ts'

const PREDECESSOR_WAIT_MS = 3_000
const ROOT_NOTE =
  'The access key of the account root. It signs every management call and is shown this once: keep it.'

export const runHost = async (): Promise<void> => {
  const order = readStartOrder()
  try {
    await start(order)
  } catch (error) {
    tellSupervisor({ type: 'failed', message: describeFailure(error) })
    process.exitCode = 1
    process.disconnect?.()
  }
}

const start = async (order: StartOrder): Promise<void> => {
  const { settings, templates, channelPath, invokePath, again } = order
  const log = createJsonLines(process.stdout)
  const onError = (error: unknown): void =>
    log.write({ event: 'error', role: 'host', message: describeFailure(error) })
  const tests = openDraftTests({
    settings,
    invokePath,
    host: () => host,
    homeEndpoint: () => state.endpointUrl,
    onError,
  })
  const functions = reachFunctions(invokePath)
  const host: Host = await withPatience(
    () =>
      openHost({
        settings,
        tests,
        invokeFunction: functions.invoke,
        onMessage: (message) => log.write({ event: 'mail', message }),
        onError,
      }),
    PREDECESSOR_WAIT_MS,
  )
  const root = await host.rootCredential()
  if (root !== undefined) {
    log.write({ event: 'root-credential', ...root, note: ROOT_NOTE })
    await host.rootCredentialShown()
  }
  const state = {
    ready: false,
    endpointUrl: '',
    tellTime: () => Promise.resolve(),
    served: (_revision: number) => Promise.resolve(),
  }
  const customResources = composeCustomResources({
    region: settings.region,
    endpointUrl: () => state.endpointUrl,
    invoke: functions.invoke,
  })
  const recorder = openRecorder({ settings, writeLogs: host.telemetry.writeLogs })
  // A node that serves others has the real time, unless it was started to be played with.
  const isClockSettable = settings.clock !== 'real'
  const listener = await withPatience(
    () =>
      startHttpListener({
        host: settings.host,
        port: settings.port,
        handler: createFrontDoor({
          settings,
          management: answerWhenServed(host, (revision) => state.served(revision)),
          gate: host.gate,
          invoke: createInvokeApi(functions, {
            scope: { accountId: settings.accountId, region: settings.region },
          }),
          isReady: () => state.ready,
          customResources,
          requests: {
            recorder,
            gate: host.gate,
            scope: { accountId: settings.accountId, region: settings.region },
            dataOrigin: () => originOf(settings.dataHost, settings.dataPort),
          },
          userPools: host.userPools,
          telemetry: host.telemetry,
          hostedPages: host.hostedPages,
          messaging: host.messaging,
          clock: {
            clock: host.clock,
            ...(isClockSettable && { changed: () => state.tellTime() }),
          },
        }),
        onError,
      }),
    PREDECESSOR_WAIT_MS,
  )
  const endpointUrl = originOf(settings.host, listener.port)
  const channel = await openNodeChannel({
    path: channelPath,
    source: host.source,
    endpointUrl,
    limits: host.limits,
    clock: host.clock.setting,
    deliver: host.messaging.deliver,
    onRecords: ({ records, skipped }) => {
      recorder.requests.skip(skipped)
      for (const record of records) {
        whenHinted(host.addDraftHint(record), (hinted) => {
          recorder.add(hinted)
          if (settings.requestLog) log.write({ event: 'request', ...lineOf(hinted) })
        })
      }
    },
    onFunctionLine: recorder.requests.tellLine,
    onLogs: host.telemetry.writeLogs,
    onMetrics: host.telemetry.mergeMetrics,
    onError: (error) => log.write({ event: 'error', role: 'host', message: errorMessage(error) }),
  })
  host.watchDirectory(channel.announce)
  state.served = channel.served
  state.endpointUrl = endpointUrl
  tellSupervisor({ type: 'open', port: listener.port })
  const report: ReportLine[] = []
  const apis: Deployed['apis'][number][] = []
  for (const template of again ? [] : templates) {
    const deployed = await host.deploy(template, customResources.ports)
    report.push(...deployed.report)
    apis.push(...deployed.apis)
  }
  await host.startMessaging(functions.invoke, endpointUrl)
  state.tellTime = async () => {
    host.messaging.clockSet()
    await channel.setClock(host.clock.setting())
  }
  state.ready = true
  obeySupervisor(async () => {
    state.ready = false
    recorder.requests.close()
    await listener.close(settings.drainSeconds * 1_000)
    await tests.close()
    await functions.close()
    await channel.close()
    await recorder.close()
    await host.close()
  })
  const dataOrigin = originOf(settings.dataHost, settings.dataPort)
  tellSupervisor({
    type: 'ready',
    port: listener.port,
    report,
    services: await host.describeServices({ management: endpointUrl, data: dataOrigin }),
    apis: withUndeployed(await describeApis(host.source, dataOrigin, reachedNames(settings)), apis),
  })
}

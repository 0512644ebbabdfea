// `daemun start`: host, functions and data plane in one process, on one port.
import { join } from 'node:path'
import type { Deployed } from '#deploy/deploy-template.ts'
import type { FoundTemplate } from '#deploy/find-template.ts'
import { createInvokeApi } from '#lambda/invoke-api.ts'
import type { InvokeFunction } from '#model/ports.ts'
import type { DraftTests } from '#model/draft-tests.ts'
import type { RequestStore } from '#observability/requests.ts'
import { present } from '#shared/assert.ts'
import { systemClock } from '#shared/clock.ts'
import { follow, keepPulling } from '#snapshot/distribute.ts'
import { createLocalLimits } from '#state/local-limits.ts'
import type { HttpHandler, HttpResponse, UpgradeHandler } from '#transport/contract.ts'
import { refuseUpgrade } from '#transport/handshake.ts'
import { startHttpListener } from '#transport/http-listener.ts'
import type { Settings } from '../settings.ts'
import { answerWhenServed } from './answer-when-served.ts'
import type { ClockPage } from './clock.ts'
import { composeCustomResources } from './custom-resources.ts'
import { composeDataPlane } from './data-plane.ts'
import { type ApiDescription, describeApis, withUndeployed } from './describe.ts'
import type { ServiceDescription } from './describe-services.ts'
import { testsOf } from './tests-of.ts'
import { readEnvironmentFile } from './environment-file.ts'
import type { ReportLine, Tell } from './events.ts'
import { createFrontDoor } from './front-door.ts'
import { composeFunctions } from './functions.ts'
import { type BoundListener, startFurtherListeners } from './further-listeners.ts'
import { openHome } from './home.ts'
import { openHost } from './host.ts'
import { originOf } from './origin.ts'
import { lineOf, openRecorder, whenHinted } from './recording.ts'
import { gatherTelemetry, pageOf } from './telemetry.ts'
import { reachedNames } from './reached-names.ts'

export interface SingleProcess {
  readonly endpoint: string
  readonly listeners: readonly BoundListener[]
  readonly apis: readonly ApiDescription[]
  readonly services: readonly ServiceDescription[]
  readonly report: readonly ReportLine[]
  /** Files whose change asks for a deployment. */
  readonly files: readonly string[]
  readonly clock: Required<ClockPage>
  /** The last of them. */
  readonly requests: Pick<RequestStore, 'list'>
  /** Deploys the template again. Throws what is wrong with it, and serves on what was. */
  redeploy(): Promise<Redeployment>
  close(): Promise<void>
}

export interface Redeployment {
  readonly apis: readonly ApiDescription[]
  readonly services: readonly ServiceDescription[]
  readonly changes: readonly string[]
  readonly report: readonly ReportLine[]
  readonly files: readonly string[]
}

export interface SingleProcessOptions {
  readonly settings: Settings
  /** In the order in which they are deployed; none: an empty gateway. */
  readonly templates: readonly FoundTemplate[]
  readonly tell: Tell
  readonly onError: (error: unknown) => void
}

/** Starts everything, deploys the template and answers when both are done. Throws where it cannot. */
export const startSingleProcess = async (options: SingleProcessOptions): Promise<SingleProcess> => {
  const { settings, templates, tell, onError } = options
  const closing: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) await step()
  }
  try {
    const environment = await readEnvironmentFile(settings.envFile)
    const bench: { tests?: DraftTests; invoke?: InvokeFunction } = {}
    const host = openHost({
      settings,
      tests: testsOf(() => present(bench.tests, 'no data plane to test with')),
      invokeFunction: (request) => present(bench.invoke, 'no functions to ask')(request),
      onMessage: (message) => tell({ event: 'mail', message }),
      onError,
    })
    closing.push(host.close)
    const door: { handle: HttpHandler; upgrade: UpgradeHandler } = {
      handle: starting,
      upgrade: (_request, socket) => refuseUpgrade(socket, STARTING),
    }
    const listener = await startHttpListener({
      host: settings.host,
      port: settings.port,
      handler: (request) => door.handle(request),
      onUpgrade: (request, socket, head) => door.upgrade(request, socket, head),
      onError,
    })
    closing.push(() => listener.close(GRACE_MS))
    const endpoint = originOf(settings.host, listener.port)
    const home = await openHome({
      directory: join(settings.dataDir, 'certificate-authority'),
      handler: (request) => door.handle(request),
      onUpgrade: (request, socket, head) => door.upgrade(request, socket, head),
      onError,
    })
    closing.push(home.close)
    const recorder = openRecorder({ settings, writeLogs: host.telemetry.writeLogs })
    closing.push(recorder.close)
    const telemetry = gatherTelemetry({
      settings,
      clock: host.clock,
      writeLogs: host.telemetry.writeLogs,
      sendMetrics: host.telemetry.mergeMetrics,
    })
    closing.push(async () => telemetry.flush())
    const functions = composeFunctions({
      settings,
      telemetry,
      endpointUrl: endpoint,
      homeTls: home.tls,
      environment,
      tell: (event) => {
        if (event.event === 'function-log') recorder.requests.tellLine(event)
        tell(event)
      },
      mint: host.credentials.mint,
      deliver: host.messaging.deliver,
    })
    closing.push(functions.close)
    const limits = createLocalLimits({ holder: host.limits, clock: host.clock, onError })
    closing.push(async () => limits.close())
    const plane = composeDataPlane({
      settings,
      hasLocalNames: true,
      clock: host.clock,
      limits,
      invokeFunction: functions.pool.invoke,
      invokeFunctionStream: functions.pool.invokeStream,
      resolveCredentials: host.credentials.resolve,
      mint: host.credentials.mint,
      observe: (record, stage) => {
        telemetry.observe(record, stage)
        whenHinted(host.addDraftHint(record), (hinted) => {
          recorder.add(hinted)
          if (settings.requestLog) tell({ event: 'request', record: lineOf(hinted) })
        })
      },
      onError,
      isReady: () => true,
      homeEndpoint: () => endpoint,
    })
    closing.push(plane.close, plane.drain)
    door.upgrade = plane.upgrade
    bench.tests = plane.tests
    const further = await startFurtherListeners(settings, plane, onError)
    closing.push(() => further.close(GRACE_MS))
    const invoke: InvokeFunction = async (request) => {
      await pull()
      return functions.pool.invoke(request)
    }
    bench.invoke = invoke
    const customResources = composeCustomResources({
      region: settings.region,
      endpointUrl: () => endpoint,
      invoke,
    })
    const clock = { clock: host.clock, changed: async () => host.messaging.clockSet() }
    door.handle = createFrontDoor({
      settings,
      management: answerWhenServed(host, () => pull()),
      gate: host.gate,
      dataPlane: plane,
      telemetry: pageOf(host.telemetry, telemetry),
      invoke: createInvokeApi(functions.pool, {
        scope: { accountId: settings.accountId, region: settings.region },
      }),
      isReady: () => true,
      customResources,
      userPools: host.userPools,
      hostedPages: host.hostedPages,
      messaging: host.messaging,
      clock,
      requests: {
        recorder,
        gate: host.gate,
        scope: { accountId: settings.accountId, region: settings.region },
        dataOrigin: () => endpoint,
      },
      reset: async () => {
        await host.clear()
        await deploy()
      },
    })
    const followers = [
      plane.follow(host.source),
      follow({ source: host.source, apply: functions.apply }),
    ]
    const pull = async (): Promise<number> =>
      Math.min(...(await Promise.all(followers.map((follower) => follower.pull()))))
    const deploy = async (): Promise<Redeployment> => {
      const deployed: Deployed[] = []
      for (const template of templates) {
        deployed.push(await host.deploy(template, customResources.ports))
      }
      await pull()
      const apis = withUndeployed(
        await describeApis(host.source, endpoint, reachedNames(settings)),
        deployed.flatMap((one) => one.apis),
      )
      const services = await host.describeServices({ management: endpoint, data: endpoint })
      return { ...summary(deployed), apis, services }
    }
    const first = await deploy()
    await functions.pool.resume()
    await host.startMessaging(async (request) => {
      await pull()
      return functions.pool.invoke(request)
    }, endpoint)
    const stopWatching = host.watchDirectory(keepPulling({ pull }, { clock: systemClock, onError }))
    closing.push(async () => stopWatching())
    return {
      endpoint,
      listeners: further.bound,
      apis: first.apis,
      services: first.services,
      report: first.report,
      files: first.files,
      clock,
      requests: recorder.requests,
      redeploy: deploy,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** What a request in flight gets when the process is asked to end. */
const GRACE_MS = 2_000

const summary = (deployed: readonly Deployed[]): Omit<Redeployment, 'apis' | 'services'> => ({
  changes: deployed.flatMap(({ changes }) =>
    changes.map(({ action, logicalId }) => `${action} ${logicalId}`),
  ),
  report: deployed.flatMap(({ report }) => report),
  files: deployed.flatMap(({ files }) => files),
})

const STARTING: HttpResponse = {
  statusCode: 503,
  headers: ['content-type', 'application/json', 'retry-after', '1'],
  body: '{"message":"starting"}',
}
const starting: HttpHandler = () => STARTING

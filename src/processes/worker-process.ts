// A worker of `daemun serve`: the data plane alone, on the shared port. It boots from the host, or from the node's
// last good documents where there is no host, and serves on when the host goes.
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createInvokeClient } from '#lambda/invoke-client.ts'
import { createJsonLines } from '#observability/sinks/json-lines.ts'
import { errorMessage } from '#shared/assert.ts'
import { type ClockSetting, createAdjustableClock } from '#shared/adjustable-clock.ts'
import { systemClock } from '#shared/clock.ts'
import { systemRandom } from '#shared/random.ts'
import { createLocalConnections } from '#state/connections.ts'
import { type DirectorySource, keepPulling } from '#snapshot/distribute.ts'
import { openLastGood } from '#snapshot/last-good.ts'
import { createLeasedLimits } from '#state/leased-limits.ts'
import { startHttpListener } from '#transport/http-listener.ts'
import { openCredentials } from './credentials.ts'
import { openConnectionPeers } from './connection-peers.ts'
import { composeDataPlane } from './data-plane.ts'
import { startFurtherListeners } from './further-listeners.ts'
import { joinNodeChannel, type NodeChannel } from './node-channel.ts'
import { withPatience } from './patience.ts'
import { createRecordBatches } from './record-batches.ts'
import { neededRecords } from './recording.ts'
import { obeySupervisor, readStartOrder, tellSupervisor } from './roles.ts'
import { gatherTelemetry } from './telemetry.ts'

/** How long a starting worker waits for the host before it boots from the disk. */
const HOST_WAIT_MS = 2_000
const PORT_WAIT_MS = 3_000
/** Between the moment readiness fails and the moment the port closes: time for a load balancer to look. */
const UNREADY_MS = 500

export const runWorker = async (): Promise<void> => {
  const { settings, channelPath, invokePath } = readStartOrder()
  const log = createJsonLines(process.stdout)
  const report = (error: unknown): void =>
    log.write({ event: 'error', role: 'worker', pid: process.pid, message: errorMessage(error) })

  const state: { draining: boolean; pull: () => void; home?: string } = {
    draining: false,
    pull: () => undefined,
  }
  const channel = joinNodeChannel({
    path: channelPath,
    onNews: () => state.pull(),
    onJoin: () => {
      limits.rejoin()
      // The host has the time; until it says otherwise, this one has the real one.
      channel.clock().then(setClock, report)
      channel.endpointUrl().then((url) => {
        state.home = url
      }, report)
    },
    onClock: (setting) => setClock(setting),
    onRecall: (recall) => limits.recall(recall),
    onError: report,
  })
  const clock = createAdjustableClock(systemClock)
  const setClock = (setting: ClockSetting | undefined): void => {
    if (setting !== undefined || clock.setting() !== undefined) clock.set(setting)
  }
  const limits = createLeasedLimits({
    source: channel.leases,
    clock,
    share: 1 / settings.workers,
    onAway: report,
  })
  const telemetry = gatherTelemetry({
    settings,
    clock,
    writeLogs: channel.sendLogs,
    sendMetrics: channel.sendMetrics,
  })
  const records = createRecordBatches({
    clock: systemClock,
    isNeeded: neededRecords(settings),
    send: channel.sendRecords,
  })
  const connections = createLocalConnections({ holder: process.pid, random: systemRandom, clock })
  const peers = await openConnectionPeers({
    channelPath,
    local: connections,
    clock: systemClock,
    onError: report,
  })
  const credentials = openCredentials(settings)
  const plane = composeDataPlane({
    settings,
    connections,
    allConnections: peers,
    clock,
    limits,
    share: 1 / settings.workers,
    ...createInvokeClient({ socketPath: invokePath }),
    resolveCredentials: credentials.resolve,
    mint: credentials.mint,
    observe: (record, stage) => {
      telemetry.observe(record, stage)
      records.add(record)
    },
    onError: report,
    isReady: () => !state.draining,
    homeEndpoint: () => state.home,
  })

  const source = await bootSource(channel, join(settings.dataDir, 'last-good'))
  await plane.follow(source).pull()
  if (source !== channel.source) report('the host is away: booted from the last good documents')
  state.pull = keepPulling(plane.follow(channel.source), {
    clock: systemClock,
    onPulled: channel.took,
    onError: report,
  })
  state.pull()

  const listener = await withPatience(
    () =>
      startHttpListener({
        handler: plane.handle,
        onUpgrade: plane.upgrade,
        host: settings.dataHost,
        port: settings.dataPort,
        onError: report,
      }),
    PORT_WAIT_MS,
  )
  const further = await withPatience(
    () => startFurtherListeners(settings, plane, report),
    PORT_WAIT_MS,
  )
  obeySupervisor(async () => {
    state.draining = true
    await wait(UNREADY_MS)
    const graceMs = settings.drainSeconds * 1_000
    await plane.drain()
    await Promise.all([listener.close(graceMs), further.close(graceMs)])
    await peers.close()
    records.flush()
    telemetry.flush()
    limits.close()
    channel.close()
  })
  tellSupervisor({ type: 'ready', port: listener.port, listeners: further.bound })
}

/** The host, or what the disk has where the host cannot be reached; the host again where the disk has nothing. */
const bootSource = async (channel: NodeChannel, folder: string): Promise<DirectorySource> => {
  const reached = await Promise.race([
    channel.connected.then(() => true),
    wait(HOST_WAIT_MS, false, { ref: false }),
  ])
  if (reached) return channel.source
  const lastGood = await openLastGood(folder).read()
  if (lastGood !== undefined) return lastGood
  await channel.connected
  return channel.source
}

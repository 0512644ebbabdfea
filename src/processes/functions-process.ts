// The functions process of `daemun serve`: the pool behind the Invoke API on a unix socket.
import { join } from 'node:path'
import { createInvokeApi } from '#lambda/invoke-api.ts'
import { createJsonLines } from '#observability/sinks/json-lines.ts'
import { errorMessage } from '#shared/assert.ts'
import { systemClock } from '#shared/clock.ts'
import { follow, keepPulling } from '#snapshot/distribute.ts'
import { startHttpListener } from '#transport/http-listener.ts'
import { readEnvironmentFile } from './environment-file.ts'
import { openCredentials } from './credentials.ts'
import { composeFunctions } from './functions.ts'
import { openHome } from './home.ts'
import { createHomeHandler } from './home-proxy.ts'
import { joinNodeChannel } from './node-channel.ts'
import { PULL_PATH } from './pull-path.ts'
import { obeySupervisor, readStartOrder, tellSupervisor } from './roles.ts'
import { gatherTelemetry } from './telemetry.ts'

export const runFunctions = async (): Promise<void> => {
  const { settings, channelPath, invokePath } = readStartOrder()
  const log = createJsonLines(process.stdout)
  const onError = (error: unknown): void =>
    log.write({ event: 'error', role: 'functions', message: errorMessage(error) })

  const state = { pull: () => undefined as void }
  const channel = joinNodeChannel({ path: channelPath, onNews: () => state.pull(), onError })
  await channel.connected
  const endpointUrl = await channel.endpointUrl()
  const home = await openHome({
    directory: join(settings.dataDir, 'certificate-authority'),
    handler: createHomeHandler({ endpointUrl, settings }),
    onError,
  })
  const telemetry = gatherTelemetry({
    settings,
    clock: systemClock,
    writeLogs: channel.sendLogs,
    sendMetrics: channel.sendMetrics,
  })
  const functions = composeFunctions({
    settings,
    telemetry,
    endpointUrl,
    homeTls: home.tls,
    environment: await readEnvironmentFile(settings.envFile),
    mint: openCredentials(settings).mint,
    deliver: channel.deliver,
    tell: (event) => {
      if (event.event === 'function-log') channel.sendFunctionLine(event)
      log.write({ ...event })
    },
  })
  const follower = follow({ source: channel.source, apply: functions.apply })
  await follower.pull()
  await functions.pool.resume()
  state.pull = keepPulling(follower, { clock: systemClock, onPulled: channel.took, onError })
  state.pull()
  const invoke = createInvokeApi(functions.pool, {
    scope: { accountId: settings.accountId, region: settings.region },
    trusted: true,
  })
  const listener = await startHttpListener({
    path: invokePath,
    handler: (request) =>
      request.target === PULL_PATH
        ? follower.pull().then(() => ({ statusCode: 204, headers: [], body: '' }))
        : invoke(request),
    onError,
  })
  obeySupervisor(async () => {
    await listener.close(settings.drainSeconds * 1_000)
    await functions.close()
    telemetry.flush()
    await home.close()
    channel.close()
  })
  tellSupervisor({ type: 'ready' })
}

// The data plane, joined: plans that follow the host, the steps that run them, and the outside world they call.
import { findDomainName } from '#data-plane/accept/custom-domain.ts'
import { createAuthorizerCaches } from '#data-plane/admit/authorizers/caches.ts'
import { isDataPlaneAddress } from '#data-plane/accept/domain-name.ts'
import { createDataPlane } from '#data-plane/accept/listener.ts'
import type { VpcEndpoint } from '#data-plane/accept/request.ts'
import { admitToConnection } from '#data-plane/admit/manage-connections.ts'
import { createSigners } from '#data-plane/admit/signers.ts'
import type { Directory, Services } from '#data-plane/plan.ts'
import { createAssumeServiceRole } from '#identity/assume-service-role.ts'
import type { CredentialMint } from '#identity/temporary-credentials.ts'
import { accountLimits } from '#model/apigateway/usage-limits.ts'
import type { DirectoryDelta } from '#model/documents.ts'
import type { DraftTests } from '#model/draft-tests.ts'
import type {
  AssumeRole,
  InvokeFunction,
  InvokeFunctionStream,
  Observe,
  ResolveCredentials,
} from '#model/ports.ts'
import { renderTestLog } from '#observability/execution-log.ts'
import { type Clock, systemClock } from '#shared/clock.ts'
import type { Limits } from '#state/limits.ts'
import { createRemoteFunctions } from '#lambda/remote-functions.ts'
import { systemRandom } from '#shared/random.ts'
import { createCurrent } from '#snapshot/current.ts'
import { type DirectorySource, type Follower, follow } from '#snapshot/distribute.ts'
import { testAuthorizer } from '#snapshot/test-authorizer.ts'
import { testMethod } from '#snapshot/test-invoke.ts'
import {
  type Connections,
  createLocalConnections,
  type LocalConnections,
} from '#state/connections.ts'
import { createStageCaches } from '#state/stage-caches.ts'
import type { HttpHandler, UpgradeHandler } from '#transport/contract.ts'
import type { UpstreamClient } from '#transport/contract.ts'
import type { Settings } from '../settings.ts'
import { developmentCredentials } from './development-credentials.ts'
import { openUpstream, type UpstreamSettings } from './open-upstream.ts'
import { composePrivateUpstreams } from './private-upstreams.ts'
import { answerHealth } from './health.ts'
import { HOSTED_SERVICES } from './services.ts'
import { composeTelling, type RecordingSettings } from './recording.ts'
import { composeSockets } from './sockets.ts'

export interface DataPlaneOptions {
  readonly settings: Pick<
    Settings,
    | 'command'
    | 'enforceIam'
    | 'websocketConnectsPerSecond'
    | 'accountRate'
    | 'accountBurst'
    | 'cacheMemory'
  > &
    UpstreamSettings &
    RecordingSettings
  readonly clock: Clock
  /** Whether names below `localhost` stand for custom domain names, as on a developer's machine. */
  readonly hasLocalNames?: boolean
  readonly limits: Limits
  /** How much of what a node has is this process's: 1 where it is alone. */
  readonly share?: number
  readonly invokeFunction: InvokeFunction
  readonly invokeFunctionStream: InvokeFunctionStream
  readonly resolveCredentials: ResolveCredentials
  /** What the credentials of integrations' roles are made with. */
  readonly mint: CredentialMint
  readonly observe?: Observe
  readonly onError: (error: unknown) => void
  readonly isReady: () => boolean
  /** Where the services of this gateway answer, once that is known. */
  readonly homeEndpoint: () => string | undefined
  /** The WebSockets of this process, and those of all processes, where there are others. */
  readonly connections?: LocalConnections
  readonly allConnections?: Connections
}

export interface DataPlane {
  readonly handle: HttpHandler
  /** The same for what comes through a VPC endpoint. */
  readonly handleThrough: (endpoint: VpcEndpoint) => HttpHandler
  /** Takes the handshakes of WebSocket APIs. */
  readonly upgrade: UpgradeHandler
  /** True for the Host of a custom domain name that is deployed here. */
  readonly hasDomainName: (host: string) => boolean
  /** Requests to drafts, with all that a deployed API's would have. */
  readonly tests: DraftTests
  /** Follows a source from its beginning. */
  follow(source: DirectorySource): Follower
  /** Ends the open connections, as the first step of an orderly end. */
  drain(): Promise<void>
  close(): Promise<void>
}

export const composeDataPlane = (options: DataPlaneOptions): DataPlane => {
  const { endpoints, accountRate, accountBurst, cacheMemory } = options.settings
  const upstream = openUpstream(options.settings)
  const current = createCurrent({ onFailure: options.onError })
  const services: Services = {
    clock: options.clock,
    hasLocalNames: options.hasLocalNames === true,
    wallClock: systemClock,
    limits: options.limits,
    accountLimit: accountLimits(accountRate, accountBurst),
    random: systemRandom,
    invokeFunction: whereverItIs(options, current.directory, upstream),
    invokeFunctionStream: options.invokeFunctionStream,
    signers: createSigners(options.resolveCredentials),
    upstream,
    authorizers: createAuthorizerCaches(),
    answers: createStageCaches({
      bytesMax: Math.floor(cacheMemory * 2 ** 20 * (options.share ?? 1)),
    }),
    privateUpstream: composePrivateUpstreams(options.settings.upstreams, upstream),
    aws: {
      endpoint: (service) => {
        if (Object.hasOwn(endpoints, service)) return endpoints[service]
        return HOSTED_SERVICES.has(service) ? options.homeEndpoint() : undefined
      },
      credentials: developmentCredentials(process.env),
      assumeRole: rolesOf(options),
    },
    ...(options.observe && composeTelling(options.settings, options.observe, options.share ?? 1)),
    onBug: (error) => options.onError(error),
  }
  const connections =
    options.connections ??
    createLocalConnections({ holder: process.pid, random: systemRandom, clock: options.clock })
  const serve = createDataPlane(current.directory, services, {
    all: options.allConnections ?? connections,
    authorize: admitToConnection,
  })
  const sockets = composeSockets({
    directory: current.directory,
    services,
    connections,
    handle: serve,
    connectsPerSecond: options.settings.websocketConnectsPerSecond,
    onError: options.onError,
  })
  const bench = () => ({
    services,
    directory: current.directory(),
    renderLog: renderTestLog,
  })
  const hasDomainName = (host: string): boolean =>
    findDomainName(host, current.directory().find) !== undefined
  return {
    upgrade: sockets.upgrade,
    drain: sockets.drain,
    hasDomainName,
    tests: {
      method: (test) => testMethod(test, bench()),
      authorizer: (test) => testAuthorizer(test, bench()),
    },
    handleThrough: (endpoint) => (request) => serve(request, endpoint),
    handle: (request) => {
      // A load balancer asks the port, not an API: an API's own path of that name stays its own.
      if (!request.target.startsWith('/_daemun/')) return serve(request)
      const { host } = request
      const isApis = isDataPlaneAddress(host, '/') || hasDomainName(host)
      return isApis ? serve(request) : (answerHealth(request, options.isReady) ?? serve(request))
    },
    follow: (source) =>
      follow({
        source,
        apply: (delta: DirectoryDelta) => current.apply(delta, (hash) => source.document(hash)),
      }),
    close: () => upstream.close(),
  }
}

/** Where calls leave this gateway with the keys of its environment, roles of ours would not be known. */
const rolesOf = ({ settings, mint }: DataPlaneOptions): AssumeRole =>
  createAssumeServiceRole({
    mint,
    isElsewhere: (service) =>
      Object.hasOwn(settings.endpoints, service) && process.env['AWS_ACCESS_KEY_ID'] !== undefined,
    refusesUnknown: settings.command === 'serve' || settings.enforceIam,
  })

/** A function that is not one of this gateway is asked for where `--endpoint lambda=URL` leads. */
const whereverItIs = (
  { settings, invokeFunction, clock }: DataPlaneOptions,
  directory: () => Directory,
  upstream: UpstreamClient,
): InvokeFunction => {
  const endpoint = settings.endpoints['lambda']
  if (endpoint === undefined) return invokeFunction
  const credentials = developmentCredentials(process.env)
  const invokeRemote = createRemoteFunctions({ endpoint, credentials, upstream, clock })
  return (request) => {
    const [, , , region, accountId, , name] = request.functionArn.split(':')
    const isOurs = directory().find('function', `${accountId}/${region}/${name}`) !== undefined
    return isOurs ? invokeFunction(request) : invokeRemote(request)
  }
}

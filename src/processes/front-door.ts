// The one port of `daemun start`, and the management port of `daemun serve`: decides where a request goes
// (wire/front-door.ts) and takes it there.
import { isDataPlaneAddress } from '#data-plane/accept/domain-name.ts'
import { systemRandom } from '#shared/random.ts'
import {
  BodyAborted,
  BodyTooLarge,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
} from '#transport/contract.ts'
import { FUNCTION_PAYLOAD_BYTES_MAX } from '#model/quotas.ts'
import { ServiceError, tooLarge } from '#wire/errors.ts'
import { classify, type FrontDoorOptions, type ServiceDestination } from '#wire/front-door.ts'
import { isReserved } from '#wire/management-guard.ts'
import { bodyBytesMax } from '#wire/body-limits.ts'
import { errorResponse } from '#wire/server.ts'
import type { Settings } from '../settings.ts'
import { answerClock, type ClockPage } from './clock.ts'
import type { DataPlane } from './data-plane.ts'
import type { UserPools } from './user-pools.ts'
import type { CustomResources } from './custom-resources.ts'
import { answerHealth } from './health.ts'
import type { HostedPages } from './hosted-pages.ts'
import type { Management } from './management.ts'
import type { Messaging } from './messaging.ts'
import { answerRequests, type RequestPages } from './request-pages.ts'
import type { Telemetry } from './telemetry.ts'
import { isLenient, type ManagementGate } from './management-gate.ts'
import { answerPreflight, isOpenToPages, readableByPages } from './pages.ts'

export interface FrontDoor {
  readonly settings: Settings
  readonly management: Management
  readonly gate: ManagementGate
  /** Absent on a port that serves no APIs. */
  readonly dataPlane?: Pick<DataPlane, 'handle' | 'hasDomainName'>
  /** The Invoke API of the functions, where this process has them. */
  readonly invoke?: HttpHandler
  readonly isReady: () => boolean
  readonly clock: ClockPage
  readonly requests?: RequestPages
  /** Brings everything back to what it was after the start. Absent where that must not be asked for. */
  readonly reset?: () => Promise<void>
  /** The public pages of user pools, and the mailbox. */
  readonly userPools: Pick<UserPools, 'act' | 'answer' | 'mailbox'>
  /** `/_daemun/metrics` */
  readonly telemetry?: Pick<Telemetry, 'answer'>
  /** Certificates of messages. */
  readonly messaging?: Pick<Messaging, 'answer'>
  /** The sign-in pages and OAuth endpoints of user pools. */
  readonly hostedPages: Pick<HostedPages, 'answer'>
  /** Takes the answers of custom resources. */
  readonly customResources?: Pick<CustomResources, 'take'>
}

export const createFrontDoor = (door: FrontDoor): HttpHandler => {
  const { settings, dataPlane } = door
  const options: FrontDoorOptions = {
    accountId: settings.accountId,
    region: settings.region,
    allowedHosts: settings.allowedHosts,
    allowedOrigins: settings.allowedOrigins,
    isDataPlaneHost: (name) =>
      isDataPlaneAddress(name, '/') ||
      (dataPlane?.hasDomainName(name) === true && !isReserved(name, settings.allowedHosts)),
    isDataPlanePath: (path) => isDataPlaneAddress('', path),
    isOpenToPages,
  }
  return (request) => {
    // The commonest case first, and without a promise: an API's own host.
    if (dataPlane !== undefined && isDataPlaneAddress(request.host, request.target)) {
      return dataPlane.handle(request)
    }
    const destination = classify(request, options)
    const hosted = destination.kind === 'data-plane' ? undefined : door.hostedPages.answer(request)
    if (hosted !== undefined) return hosted
    switch (destination.kind) {
      case 'data-plane':
        return dataPlane === undefined ? elsewhere(settings) : dataPlane.handle(request)
      case 'health':
      case 'daemun':
        return (
          answerHealth(request, door.isReady) ??
          door.telemetry?.answer(request) ??
          answerClock(request, door.clock) ??
          answerReset(request, door.reset) ??
          answerRequests(request, door.requests, refusal) ??
          door.userPools.mailbox.answer(request) ??
          door.userPools.act(request) ??
          door.customResources?.take(request) ??
          refusal(notFound(request.target))
        )
      case 'service':
        // Buckets say which pages may call them.
        if (STREAMED.has(destination.service)) return answerService(door, destination, request)
        return (
          answerPreflight(request, settings) ??
          answerService(door, destination, request).then((response) =>
            readableByPages(response, request, settings, destination.isOpenToPages === true),
          )
        )
      case 'refused':
        return (
          door.userPools.answer(request) ??
          door.messaging?.answer(request) ??
          answerPreflight(request, settings) ??
          refusal(destination.error)
        )
    }
  }
}

/** `POST /_daemun/reset`: for tests that share a gateway. */
const answerReset = (
  request: HttpRequest,
  reset: FrontDoor['reset'],
): Promise<HttpResponse> | undefined => {
  if (reset === undefined || request.method !== 'POST' || request.target !== '/_daemun/reset') {
    return undefined
  }
  return reset().then(() => ({
    statusCode: 200,
    headers: ['content-type', 'application/json'],
    body: '{"status":"reset"}',
  }))
}

const answerService = async (
  door: FrontDoor,
  destination: ServiceDestination,
  request: HttpRequest,
): Promise<HttpResponse> => {
  if (destination.service === 'lambda' && door.invoke !== undefined && isInvoke(request.target)) {
    return answerInvoke(door, door.invoke, destination, request)
  }
  if (STREAMED.has(destination.service)) {
    const { method, target, headers, host, remoteAddress } = request
    const wire = { method, target, headers, host, remoteAddress, body: NOTHING }
    return door.management.answer(destination, { ...wire, bodyToCome: request.body })
  }
  const bytesMax = bodyBytesMax(destination.service, request)
  const body = await readBody(request, bytesMax, tooLarge)
  if ('statusCode' in body) return body
  const { method, target, headers, host, remoteAddress } = request
  const clientGone = (): AbortSignal => request.signal
  const wire = { method, target, headers, host, body, remoteAddress, clientGone }
  return door.management.answer(destination, wire)
}

const readBody = async (
  request: HttpRequest,
  bytesMax: number,
  tooLarge: () => ServiceError,
): Promise<Uint8Array | HttpResponse> => {
  try {
    return await request.body.read(bytesMax)
  } catch (error) {
    if (error instanceof BodyTooLarge) return { ...refusal(tooLarge()), close: true }
    if (error instanceof BodyAborted) return { ...refusal(aborted()), close: true }
    throw error
  }
}

/** Services that take bodies as they come. */
const STREAMED: ReadonlySet<string> = new Set(['s3', 's3-website'])
const NOTHING = new Uint8Array()

/** Invocations of functions do not come through the management APIs, but who calls is asked the same. */
const answerInvoke = async (
  { gate, settings }: FrontDoor,
  invoke: HttpHandler,
  destination: ServiceDestination,
  request: HttpRequest,
): Promise<HttpResponse> => {
  if (isLenient(settings, request)) return invoke(request)
  const { method, target, headers, host, remoteAddress } = request
  const body = await readBody(request, FUNCTION_PAYLOAD_BYTES_MAX, tooLargePayload)
  if ('statusCode' in body) return body
  const wire = { method, target, headers, host, body, remoteAddress }
  const refused = await gate.refuseInvoke(wire, destination)
  if (refused !== undefined) return refusal(refused)
  // Named one by one: they are getters of the request, which a spread would leave behind.
  const { httpVersion, remotePort, signal } = request
  const whole = {
    declaredBytes: body.length,
    read: async () => body,
    stream: async function* () {
      yield body
    },
  }
  return invoke({ ...wire, httpVersion, remotePort, signal, body: whole })
}

const isInvoke = (target: string): boolean =>
  /^\/20\d\d-\d\d-\d\d\/functions\/[^/?]+\/(?:response-streaming-)?(?:invocations|invoke-async)/.test(
    target,
  )

const refusal = (error: ServiceError): HttpResponse => errorResponse(error, systemRandom.uuid())

const elsewhere = (settings: Settings): HttpResponse =>
  refusal(
    new ServiceError(
      'AccessDeniedException',
      403,
      `This is the management port: the APIs answer on port ${settings.dataPort}.`,
    ),
  )

const notFound = (target: string): ServiceError =>
  new ServiceError('NotFoundException', 404, `There is no page ${target.slice(0, 200)} here.`)

const tooLargePayload = (): ServiceError =>
  new ServiceError(
    'RequestTooLargeException',
    413,
    `Request must be smaller than ${FUNCTION_PAYLOAD_BYTES_MAX} bytes for the Invoke operation`,
    { Type: 'User' },
  )

const aborted = (): ServiceError =>
  new ServiceError('RequestTimeoutException', 400, 'The request body did not arrive.')

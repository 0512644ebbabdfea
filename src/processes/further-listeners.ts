// The ports beside the main one: those that stand for a VPC endpoint, and those behind a load balancer that speaks
// the PROXY protocol.
import type { HttpListener } from '#transport/contract.ts'
import { startHttpListener } from '#transport/http-listener.ts'
import type { Settings } from '../settings.ts'
import type { DataPlane } from './data-plane.ts'
import { originOf } from './origin.ts'

export interface FurtherListeners {
  /** As they were bound, in the order of the settings. */
  readonly bound: readonly BoundListener[]
  close(graceMs: number): Promise<void>
}

/** A port and what it stands for, for whoever watches. */
export interface BoundListener {
  readonly origin: string
  readonly vpcEndpoint?: string
  readonly proxyProtocol?: true
}

/** Throws `ListenError`; what was bound before it is closed again. */
export const startFurtherListeners = async (
  settings: Pick<Settings, 'vpcEndpoints' | 'proxyListeners'>,
  plane: Pick<DataPlane, 'handle' | 'handleThrough'>,
  onError: (error: unknown) => void,
): Promise<FurtherListeners> => {
  const listeners: HttpListener[] = []
  const bound: BoundListener[] = []
  const close = async (graceMs: number): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener.close(graceMs)))
  }
  try {
    for (const { host, port, vpceId, vpcId } of settings.vpcEndpoints) {
      const endpoint = vpcId === undefined ? { vpceId } : { vpceId, vpcId }
      const handler = plane.handleThrough(endpoint)
      const listener = await startHttpListener({ host, port, handler, onError })
      listeners.push(listener)
      bound.push({ origin: originOf(host, listener.port), vpcEndpoint: vpceId })
    }
    for (const { host, port } of settings.proxyListeners) {
      const listener = await startHttpListener({
        host,
        port,
        handler: plane.handle,
        proxyProtocol: true,
        onError,
      })
      listeners.push(listener)
      bound.push({ origin: originOf(host, listener.port), proxyProtocol: true })
    }
  } catch (error) {
    await close(0)
    throw error
  }
  return { bound, close }
}

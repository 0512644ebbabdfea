// What the processes of `daemun serve` tell each other besides the channel: how a child is started, and what it says
// to its supervisor over Node's own IPC.
import type { FoundTemplate } from '#deploy/find-template.ts'
import type { Settings } from '../settings.ts'
import type { ServiceDescription } from './describe-services.ts'
import type { ReportLine } from './events.ts'
import type { BoundListener } from './further-listeners.ts'

export type Role = 'host' | 'functions' | 'worker'

/** Handed to a child in its environment, as JSON under `DAEMUN_START`. */
export interface StartOrder {
  readonly settings: Settings
  readonly templates: readonly FoundTemplate[]
  /** The host's unix socket (state/channel.ts). */
  readonly channelPath: string
  /** The Invoke API's unix socket of the functions process. */
  readonly invokePath: string
  /** True after the first time: a template is not deployed again by a host that was replaced. */
  readonly again: boolean
}

export interface ApiSummary {
  readonly id: string
  readonly name: string
  readonly protocol: 'REST' | 'HTTP' | 'WEBSOCKET'
  readonly stages: readonly string[]
  readonly urls: readonly string[]
}

/** What a child tells its supervisor. */
export type ChildMessage =
  /** The host has its port and its channel: functions may start, and its templates may need them. */
  | { readonly type: 'open'; readonly port: number }
  | {
      readonly type: 'ready'
      readonly port?: number
      /** Of a worker: its ports beside the data port. */
      readonly listeners?: readonly BoundListener[]
      readonly apis?: readonly ApiSummary[]
      /** What stands beside the APIs. */
      readonly services?: readonly ServiceDescription[]
      /** What the templates ask for and do not get. */
      readonly report?: readonly ReportLine[]
    }
  /** It cannot start, and the message says all there is to say. */
  | { readonly type: 'failed'; readonly message: string }

export const readStartOrder = (): StartOrder =>
  JSON.parse(process.env.DAEMUN_START ?? '') as StartOrder // Written by our supervisor.

export const tellSupervisor = (message: ChildMessage): void => {
  process.send?.(message)
}

/**
 * Ends this process when its supervisor is gone or asks for it. Ctrl-C reaches the whole group: children leave it to
 * the supervisor.
 */
export const obeySupervisor = (stop: () => Promise<void>): void => {
  let stopping = false
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => {
    if (stopping) return
    stopping = true
    void stop().finally(() => process.exit(0))
  })
  process.on('disconnect', () => process.exit(0))
  // It may have gone while this process was starting.
  if (!process.connected) process.exit(0)
}

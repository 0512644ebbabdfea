// What a request tells beside its record, for execution logs and for `--trace`: kept while it runs, handed over at its
// end. Where nobody asked for it nothing is kept.
import type { Clock } from '#shared/clock.ts'
import type {
  ExecutionEvent,
  ExecutionLogSetting,
  ExecutionNotes,
  TimedExecutionEvent,
} from '#model/execution-event.ts'
import type { ToldRequest } from '#model/ports.ts'
import type { Services, StagePlanBase } from '../plan.ts'
import type { GatewayRequest } from './request.ts'

/** Undefined where neither the stage nor the process wants to know. */
export const notesFor = (
  { keepsLog }: Pick<StagePlanBase, 'keepsLog'>,
  { clock, observe, recording }: Services,
): ExecutionNotes | undefined =>
  observe !== undefined && (keepsLog === true || recording?.messages === true)
    ? new RequestNotes(clock)
    : undefined

class RequestNotes implements ExecutionNotes {
  readonly events: TimedExecutionEvent[] = []
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  note(event: ExecutionEvent): void {
    this.events.push({ atMs: this.#clock.nowMs(), event })
  }
}

/** `log` is the setting of the method or route that was found. */
export const toldBy = (
  request: GatewayRequest,
  { recording }: Services,
  log: ExecutionLogSetting | undefined,
): ToldRequest | undefined => {
  const { execution } = request.trace
  const events = log !== undefined || recording?.messages === true ? execution?.events : undefined
  const keepsRequest = recording?.requests === true
  if (events === undefined && !keepsRequest) return undefined
  const { method, target, host, headers, body } = request.http
  return {
    ...(events !== undefined && { events }),
    ...(log !== undefined && { log }),
    ...(keepsRequest && {
      sent: {
        method,
        target,
        host,
        headers,
        body: body.bytes ?? request.bodyRead,
        hasBody: body.declaredBytes !== 0,
      },
    }),
  }
}

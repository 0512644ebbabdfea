// The clock of a node: real, or set for tests and demonstrations (`--clock`, `POST /_daemun/clock`). Quotas, limits,
// TTLs and the expiry of tokens go by it; the skew of signatures goes by the real time, as the clients' does.
import { type AdjustableClock, createAdjustableClock } from '#shared/adjustable-clock.ts'
import { systemClock } from '#shared/clock.ts'
import { isObject } from '#shared/json.ts'
import type { HttpRequest, HttpResponse } from '#transport/contract.ts'
import { readClock } from '../limit-settings.ts'
import type { Settings } from '../settings.ts'

const PATH = '/_daemun/clock'
const BODY_BYTES_MAX = 1_000
/** A hundred years: what a Date can say, and then some. */
const ADVANCE_MS_MAX = 100 * 366 * 24 * 60 * 60 * 1000

export const createNodeClock = ({ clock }: Pick<Settings, 'clock'>): AdjustableClock => {
  const made = createAdjustableClock(systemClock)
  const { start } = readClock(clock)
  if (start !== undefined) made.set({ nowMs: systemClock.nowMs(), ...start })
  return made
}

export interface ClockPage {
  readonly clock: AdjustableClock
  /** Absent where the clock must not be set. */
  readonly changed?: () => Promise<void>
}

/** `GET` tells the time, `POST` sets it; undefined for any other path. */
export const answerClock = (
  request: HttpRequest,
  { clock, changed }: ClockPage,
): HttpResponse | Promise<HttpResponse> | undefined => {
  if (request.target !== PATH) return undefined
  if (request.method === 'GET') return json(200, describeClock(clock))
  if (request.method !== 'POST') return json(405, { message: 'GET tells the time, POST sets it.' })
  if (changed === undefined) {
    const message = 'This clock is the real one. Start with --clock controlled to set it.'
    return json(403, { message })
  }
  return setClock(request, clock, changed)
}

const setClock = async (
  request: HttpRequest,
  clock: AdjustableClock,
  changed: () => Promise<void>,
): Promise<HttpResponse> => {
  const text = Buffer.from(await request.body.read(BODY_BYTES_MAX)).toString('utf8')
  const refusal = await changeClock({ clock, changed }, parsed(text))
  if (refusal !== undefined) return json(400, { message: refusal })
  return json(200, describeClock(clock))
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // Refused as what is no order.
  }
}

/** What is wrong with the order, or undefined where it is done. */
export const changeClock = async (
  { clock, changed }: Required<ClockPage>,
  order: unknown,
): Promise<string | undefined> => {
  const refusal = change(clock, order)
  if (refusal === undefined) await changed()
  return refusal
}

const change = (clock: AdjustableClock, order: unknown): string | undefined => {
  if (!isObject(order)) return USAGE
  const { set, advanceMs, fixed } = order
  if (set === 'real') return void clock.set(undefined)
  const isFixed = typeof fixed === 'boolean' ? fixed : clock.setting()?.isFixed === true
  if (typeof set === 'string') {
    const nowMs = Date.parse(set)
    if (Number.isNaN(nowMs)) return `${set.slice(0, 100)} is no time: 2026-11-21T12:00:00Z is one.`
    return void clock.set({ nowMs, isFixed })
  }
  if (advanceMs === undefined && typeof fixed !== 'boolean') return USAGE
  const byMs = advanceMs ?? 0
  if (typeof byMs !== 'number' || !(byMs >= 0 && byMs <= ADVANCE_MS_MAX)) return USAGE
  return void clock.set({ nowMs: clock.nowMs() + byMs, isFixed })
}

const USAGE =
  'It takes {"set":"2026-11-21T12:00:00Z"} or {"set":"real"} or {"advanceMs":1000}, and "fixed":true or false beside.'

export const describeClock = (clock: AdjustableClock) => {
  const setting = clock.setting()
  const mode = setting === undefined ? 'real' : setting.isFixed ? 'fixed' : 'running'
  return { now: new Date(clock.nowMs()).toISOString(), mode }
}

const json = (statusCode: number, value: unknown): HttpResponse => ({
  statusCode,
  headers: ['content-type', 'application/json', 'cache-control', 'no-store'],
  body: JSON.stringify(value),
})

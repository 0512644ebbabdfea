// A clock that can be set, for tests and demonstrations: time of day goes wherever it is set; what only runs forward
// (`monotonicMs`) goes along when it is set forward, and waits when it is set back. Timers stay real: they wait for
// processes and networks.
import type { Clock } from './clock.ts'

export interface ClockSetting {
  /** The time of day at this moment, milliseconds since the epoch. */
  readonly nowMs: number
  /** True: it stands still from now on. */
  readonly isFixed: boolean
}

export interface AdjustableClock extends Clock {
  /** Undefined: real time again, from now on. */
  set(setting: ClockSetting | undefined): void
  /** As of now; undefined while it is the real one. */
  setting(): ClockSetting | undefined
}

export const createAdjustableClock = (real: Clock): AdjustableClock => {
  /** Undefined: the time of day is the real one. */
  let day:
    | { readonly nowMs: number; readonly isFixed: boolean; readonly realMs: number }
    | undefined
  let forward = { ms: real.monotonicMs(), realMs: real.monotonicMs(), isFixed: false }

  const elapsed = (from: { readonly isFixed: boolean; readonly realMs: number }): number =>
    from.isFixed ? 0 : real.monotonicMs() - from.realMs
  const nowMs = (): number => (day === undefined ? real.nowMs() : day.nowMs + elapsed(day))
  const monotonicMs = (): number => forward.ms + elapsed(forward)

  return {
    nowMs,
    monotonicMs,
    setTimer: real.setTimer,
    set: (setting) => {
      const to = setting?.nowMs ?? real.nowMs()
      // Whole milliseconds: a clock that stands still ten minutes on has to be exactly that far.
      const ms = Math.ceil(monotonicMs() + Math.max(0, to - nowMs()))
      const realMs = real.monotonicMs()
      const isFixed = setting?.isFixed === true
      forward = { ms, realMs, isFixed }
      day = setting === undefined ? undefined : { ...setting, realMs }
    },
    setting: () => (day === undefined ? undefined : { nowMs: nowMs(), isFixed: day.isFixed }),
  }
}

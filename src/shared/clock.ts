// Time as a parameter: everything that waits or stamps takes a Clock, so that a test can turn it by hand.

/** A timer that has been set; `cancel` is harmless after it fired. */
export interface Timer {
  cancel(): void
}

export interface Clock {
  /** Wall-clock time in milliseconds since the epoch. */
  nowMs(): number
  /** Monotonic time in milliseconds, with fractions; only differences mean anything. */
  monotonicMs(): number
  /** Calls back once after `delayMs`. A pending timer does not keep the process alive. */
  setTimer(callback: () => void, delayMs: number): Timer
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer: (callback, delayMs) => {
    const timer = setTimeout(callback, delayMs)
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}

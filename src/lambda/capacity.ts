// How many function processes there may be, all functions together: the count, and who has to make room.

export interface IdleOwner {
  /** Monotonic time since which its least recently used process is idle; undefined where none is. */
  oldestIdleMs(): number | undefined
  endOldestIdle(): void
}

export class Capacity {
  readonly #processesMax: number
  readonly #startsMax: number
  readonly #owners = new Set<IdleOwner>()
  #processes = 0
  #starts = 0

  constructor(processesMax: number, startsMax: number) {
    this.#processesMax = processesMax
    this.#startsMax = startsMax
  }

  join(owner: IdleOwner): void {
    this.#owners.add(owner)
  }

  leave(owner: IdleOwner): void {
    this.#owners.delete(owner)
  }

  /** Takes a place for a process that is about to start, or begins to make one and says no for now. */
  take(): boolean {
    if (this.#starts >= this.#startsMax) return false
    if (this.#processes >= this.#processesMax) {
      this.#makeRoom()
      return false
    }
    this.#processes += 1
    this.#starts += 1
    return true
  }

  /** A start is over, well or badly; its place stays taken until `release`. */
  started(): void {
    this.#starts -= 1
  }

  /** A process is gone. */
  release(): void {
    this.#processes -= 1
  }

  #makeRoom(): void {
    let oldest: IdleOwner | undefined
    let oldestMs = Infinity
    for (const owner of this.#owners) {
      const idleMs = owner.oldestIdleMs()
      if (idleMs !== undefined && idleMs < oldestMs) {
        oldest = owner
        oldestMs = idleMs
      }
    }
    oldest?.endOldestIdle()
  }
}

// Randomness as a parameter, for the same reason as the clock.
import { randomBytes, randomFillSync, randomUUID } from 'node:crypto'

export interface Random {
  bytes(length: number): Uint8Array
  uuid(): string
}

/** Drawn at once: asking the system costs a microsecond and more, however few bytes it is asked for. */
const DRAWN_BYTES = 4096
/** More than an identifier has is drawn for itself. */
const SMALL_BYTES_MAX = 64

/** Small draws are cut from a larger one; a byte that was handed out is forgotten here. */
const createSmallDraws = (): ((length: number) => Uint8Array) => {
  const drawn = new Uint8Array(DRAWN_BYTES)
  let used = DRAWN_BYTES
  return (length) => {
    if (used + length > DRAWN_BYTES) {
      randomFillSync(drawn)
      used = 0
    }
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; at++) {
      bytes[at] = drawn[used] ?? 0
      drawn[used++] = 0
    }
    return bytes
  }
}

const drawSmall = createSmallDraws()

export const systemRandom: Random = {
  bytes: (length) => (length <= SMALL_BYTES_MAX ? drawSmall(length) : randomBytes(length)),
  uuid: () => randomUUID(),
}

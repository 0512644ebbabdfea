// Randomness as a parameter, for the same reason as the clock.
import { randomBytes, randomUUID } from 'node:crypto'

export interface Random {
  bytes(length: number): Uint8Array
  uuid(): string
}

export const systemRandom: Random = {
  bytes: (length) => randomBytes(length),
  uuid: () => randomUUID(),
}

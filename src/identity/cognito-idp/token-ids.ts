// Ids of sign-ins that know when they were made (RFC 9562, version 7): signing out everywhere ends all that are older
// than it to the millisecond, where tokens themselves know seconds only.
import type { Random } from '#shared/random.ts'

export const timeOrderedId = (random: Random, nowMs: number): string => {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(nowMs, 0, 6)
  bytes.set(random.bytes(10), 6)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [8, 12, 16, 20, 32]
    .map((end, at, ends) => hex.slice(at === 0 ? 0 : ends[at - 1], end))
    .join('-')
}

/** When an id of the above was made. */
export const idTimeMs = (id: string): number =>
  Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)

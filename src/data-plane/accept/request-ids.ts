// The identifiers of a request: its id, its extended id and its X-Ray trace id.
// https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
import type { Random } from '#shared/random.ts'

/**
 * AWS: a client may name its REST request by a UUID in x-amzn-RequestId; anything else is replaced, and shows it.
 * [guide: set-up-access-logging, behaviour.md 3.3]
 */
export const restRequestId = (offered: string | undefined, random: Random): string => {
  if (offered === undefined) return random.uuid()
  return UUID.test(offered) ? offered : `${random.uuid()}_REPLACED_INVALID_REQUEST_ID`
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** For instance `JKJaXmPLvHcESHA=`: eleven bytes in the URL-safe alphabet, padded. */
export const extendedRequestIdFrom = (random: Random): string =>
  `${Buffer.from(random.bytes(11)).toString('base64url')}=`

/** The header as received where it carries a sound Root; else with a Root made for this request in front. */
export const traceIdOf = (
  received: string | undefined,
  arrivedAtMs: number,
  random: Random,
): string => {
  if (received !== undefined && received.length <= TRACE_HEADER_CHARS_MAX) {
    if (ROOT.test(received)) return received
    if (!received.includes('Root=') && FIELDS.test(received)) {
      return `${newRoot(arrivedAtMs, random)};${received}`
    }
  }
  return newRoot(arrivedAtMs, random)
}

/** Ours: what AWS sends is under 150 characters. */
const TRACE_HEADER_CHARS_MAX = 512
const ROOT = /(?:^|;)\s*Root=1-[0-9a-f]{8}-[0-9a-f]{24}(?:;|$)/
const FIELDS = /^[\w=;:. -]+$/

const newRoot = (arrivedAtMs: number, random: Random): string =>
  `Root=${newTraceId(arrivedAtMs, random)}`

/** The second in which it began, and 96 bits of chance. */
export const newTraceId = (arrivedAtMs: number, random: Random): string => {
  const seconds = Math.floor(arrivedAtMs / 1000)
    .toString(16)
    .padStart(8, '0')
  return `1-${seconds}-${random.bytes(12).toHex()}`
}

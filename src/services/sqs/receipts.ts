// Receipt handles: which message was received, and by whom; and sequence numbers of FIFO queues.

/** What a receipt handle says. */
export interface Receipt {
  readonly seq: number
  readonly nonce: string
}

/** AWS: twenty digits. [API reference: SendMessage SequenceNumber] */
const SEQUENCE_BASE = 18_850_000_000_000_000_000n

export const formatSequence = (seq: number): string => String(SEQUENCE_BASE + BigInt(seq))

/** When a message was received, as its receipt says. One of before that was told in receipts has no such limit. */
export const receivedMs = (receipt: string): number => {
  const [time = '', ...salt] = receipt.split('.')
  return salt.length === 1 ? Number.parseInt(time, 36) : Number.POSITIVE_INFINITY
}

export const formatReceipt = (queueId: string, seq: number, nonce: string): string =>
  Buffer.from(`${queueId} ${seq} ${nonce}`).toString('base64')

const RECEIPT_LENGTH_MAX = 1_024

/** Undefined where it is none of this queue's. */
export const readReceipt = (queueId: string, handle: string): Receipt | undefined => {
  if (handle.length > RECEIPT_LENGTH_MAX) return undefined
  const [id, seq, nonce, ...more] = Buffer.from(handle, 'base64').toString('utf8').split(' ')
  const number = Number(seq)
  if (id !== queueId || !Number.isSafeInteger(number) || nonce === undefined) return undefined
  return more.length === 0 ? { seq: number, nonce } : undefined
}

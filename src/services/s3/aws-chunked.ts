// A body in AWS's own chunks (`Content-Encoding: aws-chunked`): sizes in hexadecimal, perhaps a signature for each, and
// trailers behind the last. Data is handed on as it comes, never gathered.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
import { createHash } from 'node:crypto'
import type { ServiceError } from '#wire/errors.ts'
import { incompleteBody, invalidRequest } from './errors.ts'

export interface ChunkSigner {
  /** Throws where the signature is not that of a chunk whose SHA-256 this is. */
  check(signature: string | undefined, sha256: string): void
}

export interface ChunkedOptions {
  /** Filled with the trailers, by their names in lower case. */
  readonly trailers: Map<string, string>
  readonly signer?: ChunkSigner
}

/** A line of a size and a signature, or of a trailer. */
const LINE_BYTES_MAX = 1_024
const TRAILERS_MAX = 16
const LINE_END = Buffer.from('\r\n')

export async function* decodeAwsChunked(
  source: AsyncIterable<Uint8Array>,
  { trailers, signer }: ChunkedOptions,
): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]()
  let held: Buffer = Buffer.alloc(0)
  const more = async (): Promise<void> => {
    const next = await iterator.next()
    if (next.done === true) throw incompleteBody()
    held = held.length === 0 ? asBuffer(next.value) : Buffer.concat([held, next.value])
  }
  const line = async (): Promise<string> => {
    for (;;) {
      const end = held.indexOf(LINE_END)
      if (end > LINE_BYTES_MAX || (end === -1 && held.length > LINE_BYTES_MAX)) throw broken()
      if (end !== -1) {
        const text = held.toString('latin1', 0, end)
        held = held.subarray(end + 2)
        return text
      }
      await more()
    }
  }
  try {
    for (;;) {
      const { size, signature } = readSize(await line())
      const hash = signer && createHash('sha256')
      for (let left = size; left > 0; ) {
        if (held.length === 0) await more()
        const piece = held.subarray(0, left)
        held = held.subarray(piece.length)
        left -= piece.length
        hash?.update(piece)
        yield piece
      }
      if (hash !== undefined) signer?.check(signature, hash.digest('hex'))
      if (size === 0) break
      if ((await line()) !== '') throw broken()
    }
    await readTrailers(line, trailers)
    // What comes behind the end is the framing's to complain of, and must be read for the connection to go on.
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next());
  } finally {
    await iterator.return?.()
  }
}

const readTrailers = async (
  line: () => Promise<string>,
  trailers: Map<string, string>,
): Promise<void> => {
  for (let count = 0; count <= TRAILERS_MAX; count++) {
    const text = await line()
    if (text === '') return
    const colon = text.indexOf(':')
    if (colon < 1) throw broken()
    trailers.set(text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim())
  }
  throw broken()
}

const readSize = (text: string): { readonly size: number; readonly signature?: string } => {
  const [, hex, signature] =
    /^([\da-fA-F]{1,12})(?:;chunk-signature=([\da-f]{64}))?$/.exec(text) ?? []
  if (hex === undefined) throw broken()
  const size = Number.parseInt(hex, 16)
  return { size, ...(signature !== undefined && { signature }) }
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const broken = (): ServiceError =>
  invalidRequest('The body is not in the chunks that its Content-Encoding promises (aws-chunked).')

// The answer of a function that streams: passed on piece by piece, or collected for a caller that wants it whole.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
import { tooLargePayload } from './failures.ts'
import type { RuntimeStream } from './runtime-api.ts'

/** A function that failed after its answer had begun: the caller sees the stream break. */
export class StreamedFunctionError extends Error {
  override readonly name = 'StreamedFunctionError'
  readonly errorType: string
  /** `{"errorType":…,"errorMessage":…}` as the function told it. */
  readonly payload: Uint8Array

  constructor(errorType: string, payload: Uint8Array) {
    super(`the function failed after its answer had begun: ${errorType}`)
    this.errorType = errorType
    this.payload = payload
  }
}

/** AWS: a streamed answer has at most 200 MB. [guide: configuration-response-streaming] */
const STREAM_BYTES_MAX = 200 * 1024 * 1024

/** The bytes as they come; `over` is told once, whoever ends it. A reader that goes away does not end the function. */
export const openStream = (
  body: RuntimeStream,
  over: (failed: boolean) => void,
): AsyncIterable<Uint8Array> => {
  const { bytes } = body
  bytes.once('close', () => over(!bytes.complete || body.error() !== undefined))
  return {
    [Symbol.asyncIterator]: () => readStream(body),
  }
}

const readStream = async function* (body: RuntimeStream): AsyncGenerator<Uint8Array> {
  const { bytes } = body
  let count = 0
  try {
    for await (const chunk of bytes.iterator({ destroyOnReturn: false })) {
      count += chunk.length
      if (count > STREAM_BYTES_MAX) {
        throw new StreamedFunctionError(
          'Function.ResponseSizeTooLarge',
          tooLargePayload(STREAM_BYTES_MAX),
        )
      }
      yield chunk
    }
  } finally {
    bytes.resume() // What is left is the function's to write and nobody's to read.
  }
  const error = body.error()
  if (error !== undefined) throw new StreamedFunctionError(error.errorType, error.payload)
}

/** The whole of a streamed answer, or of the error that it ended with. */
export const collectStream = (
  body: RuntimeStream,
  bytesMax: number,
  done: (payload: Uint8Array, failed: boolean) => void,
): void => {
  const chunks: Uint8Array[] = []
  let count = 0
  body.bytes.on('data', (chunk: Uint8Array) => {
    count += chunk.length
    if (count <= bytesMax) chunks.push(chunk)
  })
  body.bytes.on('end', () => {
    const error = body.error()
    if (error !== undefined) done(error.payload, true)
    else if (count > bytesMax) done(tooLargePayload(bytesMax), true)
    else done(Buffer.concat(chunks), false)
  })
}

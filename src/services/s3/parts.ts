// What S3's operations draw on beside their call.
import type { ObjectEvents } from '#model/ports.ts'
import type { StoreCall } from '#store/transactional.ts'
import type { WireRequest } from '#wire/message.ts'
import type { Blobs } from './blobs.ts'
import type { ChunkSigner } from './aws-chunked.ts'
import type { ObjectIndex } from './object-index.ts'

export interface S3Parts {
  readonly index: ObjectIndex
  readonly blobs: Blobs
  readonly newId: () => string
  readonly events: ObjectEvents
}

export interface S3Call extends StoreCall {
  readonly request: WireRequest
  /** Who called was found out, and not merely believed: what the request promises of its body is checked. */
  readonly chunkSigner?: ChunkSigner | undefined
  readonly isAnonymous: boolean
  /** How long a body may be whose length is not told: the file of a form. */
  readonly bodyRange?: { readonly min: number; readonly max: number }
}

export type Input = Readonly<Record<string, unknown>>

/** An input's member, as text where it is there. */
export const textOf = (input: Input, name: string): string | undefined => {
  const value = input[name]
  return value === undefined || value === null ? undefined : String(value)
}

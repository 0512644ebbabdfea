// Objects that come from a neighbour and not over HTTP.
import { createHash } from 'node:crypto'
import type { WriteObject } from '#model/ports.ts'
import type { Store } from '#store/store.ts'
import { bucketOf } from './buckets.ts'
import { emit } from './object-events.ts'
import type { S3Parts } from './parts.ts'
import { keep } from './put-object.ts'

export const writeObject =
  (parts: () => S3Parts, store: Store): WriteObject =>
  async ({ bucket: name, key, body, contentType, nowMs }) => {
    const { blobs, newId } = parts()
    const bucket = await store.read((view) => bucketOf(view, name))
    const bytes = Buffer.from(body)
    const blob = await blobs.write(newId(), only(bytes))
    const record = {
      key,
      blobs: [blob],
      size: blob.size,
      etag: createHash('md5').update(bytes).digest('hex'),
      modifiedMs: nowMs,
      headers: { 'Content-Type': contentType },
      metadata: {},
      tags: {},
    }
    await keep(bucket, record, parts())
    const { accountId } = bucket
    const origin = { nowMs, requestId: newId(), accountId, request: { remoteAddress: '127.0.0.1' } }
    emit('ObjectCreated:Put', bucket, record, origin, parts())
  }

async function* only(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

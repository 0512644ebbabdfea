// The bytes of objects on disk, under names of our own: nothing that a client sends is ever a part of a path. A blob is
// written aside and renamed when it is whole; what refers to it is the index's business (object-index.ts).
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from './disk-errors.ts'

export interface Blob {
  readonly id: string
  readonly size: number
}

export interface Blobs {
  /** Writes what comes; nothing is left of it where that fails. */
  write(id: string, data: AsyncIterable<Uint8Array>): Promise<Blob>
  /** `length` bytes from `start` of the blobs one after the other. */
  read(blobs: readonly Blob[], start: number, length: number): AsyncIterable<Uint8Array>
  /** The same at once. */
  readWhole(blobs: readonly Blob[], start: number, length: number): Promise<Uint8Array>
  /** Deletes blobs, those that are being read as soon as they are not. */
  remove(blobs: readonly Blob[]): Promise<void>
  /** Deletes what nothing refers to: a process that was killed left it. */
  sweep(isReferred: (id: string) => boolean): Promise<void>
}

/** Pieces in which a blob is read and gathered for writing. */
const PIECE_BYTES = 256 * 1024

export const openBlobs = async (folder: string): Promise<Blobs> => {
  const incoming = join(folder, 'incoming')
  const kept = join(folder, 'blobs')
  // Whatever is in there was never finished.
  await rm(incoming, { recursive: true, force: true })
  await mkdir(incoming, { recursive: true })
  await mkdir(kept, { recursive: true })
  const openedMs = Date.now()
  const place = (id: string): string => join(kept, id.slice(0, 2), id)
  const reading = new Map<string, number>()
  const condemned = new Set<string>()
  const drop = async (id: string): Promise<void> => {
    if (reading.has(id)) condemned.add(id)
    else await unlink(place(id)).catch(ignoreMissing)
  }
  const hold = (blobs: readonly Blob[]): (() => Promise<void>) => {
    for (const { id } of blobs) reading.set(id, (reading.get(id) ?? 0) + 1)
    return async () => {
      for (const { id } of blobs) {
        const left = (reading.get(id) ?? 1) - 1
        if (left > 0) reading.set(id, left)
        else {
          reading.delete(id)
          if (condemned.delete(id)) await drop(id)
        }
      }
    }
  }
  return {
    write: async (id, data) => {
      const aside = join(incoming, id)
      try {
        const size = await writeFile(aside, data)
        await mkdir(join(kept, id.slice(0, 2)), { recursive: true })
        await rename(aside, place(id))
        return { id, size }
      } catch (error) {
        await rm(aside, { force: true })
        throw error
      }
    },
    async *read(blobs, start, length) {
      const release = hold(blobs)
      try {
        for (const { id, from, to } of rangesOf(blobs, start, length)) {
          yield* createReadStream(place(id), {
            start: from,
            end: to - 1,
            highWaterMark: PIECE_BYTES,
          })
        }
      } finally {
        await release()
      }
    },
    readWhole: async (blobs, start, length) => {
      const release = hold(blobs)
      try {
        const whole = Buffer.allocUnsafe(length)
        let at = 0
        for (const { id, from, to } of rangesOf(blobs, start, length)) {
          const file = await open(place(id))
          try {
            const { bytesRead } = await file.read(whole, at, to - from, from)
            if (bytesRead !== to - from) throw new Error(`the blob ${id} is shorter than it was`)
            at += bytesRead
          } finally {
            await file.close()
          }
        }
        return whole
      } finally {
        await release()
      }
    },
    remove: async (blobs) => {
      for (const { id } of blobs) await drop(id)
    },
    sweep: async (isReferred) => {
      for (const shelf of await readdir(kept)) {
        for (const id of await readdir(join(kept, shelf))) {
          if (isReferred(id)) continue
          const file = await stat(place(id)).catch(ignoreMissing)
          if (file !== undefined && file.mtimeMs < openedMs) await drop(id)
        }
      }
    },
  }
}

interface Range {
  readonly id: string
  readonly from: number
  readonly to: number
}

const rangesOf = (blobs: readonly Blob[], start: number, length: number): readonly Range[] => {
  const ranges: Range[] = []
  let at = 0
  for (const { id, size } of blobs) {
    const from = Math.max(start - at, 0)
    const to = Math.min(start + length - at, size)
    if (from < to) ranges.push({ id, from, to })
    at += size
  }
  return ranges
}

/** Small pieces are gathered: each write costs a turn through the thread pool. */
const writeFile = async (path: string, data: AsyncIterable<Uint8Array>): Promise<number> => {
  const file = await open(path, 'wx')
  let size = 0
  let gathered: Uint8Array[] = []
  let bytes = 0
  const flush = async (): Promise<void> => {
    let pieces = gathered
    gathered = []
    for (let left = bytes; left > 0; ) {
      const { bytesWritten } = await file.writev(pieces)
      left -= bytesWritten
      if (left > 0) pieces = [Buffer.concat(pieces).subarray(bytesWritten)]
    }
    bytes = 0
  }
  try {
    for await (const piece of data) {
      gathered.push(piece)
      bytes += piece.length
      size += piece.length
      if (bytes >= PIECE_BYTES) await flush()
    }
    await flush()
    return size
  } finally {
    await file.close()
  }
}

const ignoreMissing = (error: unknown): undefined => {
  if (isErrno(error, 'ENOENT')) return undefined
  throw error
}

// The archives that were uploaded: files named by their content, unpacked when they arrive, and swept when nothing
// names them any more. A file is whole or not there; which of them count is decided by the store's transaction.
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock, Timer } from '#shared/clock.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { collection, type Store } from '#store/store.ts'
import { ZipError } from './zip.ts'
import { archivePath, unpack, unpackedPath } from './code.ts'

/** Global: who uses an archive, by `{sha256}/{accountId}/{region}/{user}`. Written with what uses it. */
export const archiveUses = collection<true>('lambda/archiveUses')

/** An archive that is being taken in. */
export interface Kept {
  /** Hexadecimal digits. */
  readonly sha256: string
  readonly bytes: number
  readonly files: number
  /** Its user is stored, or there will be none: from now on it is swept where nothing uses it. */
  release(): void
}

export interface CodeStore {
  /** Keeps an archive and unpacks it. Throws `ZipError`. */
  add(archive: Uint8Array): Promise<Kept>
  /** Something is used no more: what that leaves unused goes when no invocation can run it any more. */
  sweepLater(): void
  /** Path of a kept archive. */
  pathOf(sha256: string): string
  close(): void
}

/** Of a deployment that uploads nothing. */
export const KEEPS_NOTHING: CodeStore = {
  add: () => Promise.reject(new ZipError('archives are not kept here')),
  sweepLater: () => undefined,
  pathOf: (sha256) => sha256,
  close: () => undefined,
}

/** AWS: no invocation lasts longer than 15 minutes; then nobody runs the old code. */
const SWEEP_DELAY_MS = 16 * 60 * 1000
const SLICE_BYTES = 1024 * 1024

export const openCodeStore = (options: {
  readonly dataDir: string
  readonly store: Store
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}): CodeStore => {
  const { dataDir, store, clock, onError } = options
  /** How often each is being taken in right now. */
  const arriving = new Map<string, number>()
  let timer: Timer | undefined

  const sweepLater = (): void => {
    timer ??= clock.setTimer(() => {
      timer = undefined
      sweep(dataDir, store, arriving).catch(onError)
    }, SWEEP_DELAY_MS)
  }
  return {
    add: async (archive) => {
      const sha256 = await digestOf(archive)
      arriving.set(sha256, (arriving.get(sha256) ?? 0) + 1)
      const release = (): void => {
        const left = (arriving.get(sha256) ?? 1) - 1
        if (left === 0) arriving.delete(sha256)
        else arriving.set(sha256, left)
      }
      try {
        const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength)
        const files = await unpackNew(bytes, unpackedPath(dataDir, sha256))
        await writeWhole(archivePath(dataDir, sha256), bytes)
        return { sha256, bytes: bytes.length, files, release }
      } catch (error) {
        release()
        // Sweeps go by the archives: without one, nobody would ever ask for the folder.
        if (!arriving.has(sha256) && !existsSync(archivePath(dataDir, sha256)))
          await rm(unpackedPath(dataDir, sha256), { recursive: true, force: true })
        throw error
      }
    },
    sweepLater,
    pathOf: (sha256) => archivePath(dataDir, sha256),
    close: () => timer?.cancel(),
  }
}

const digestOf = async (bytes: Uint8Array): Promise<string> => {
  const digest = createHash('sha256')
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    digest.update(bytes.subarray(at, at + SLICE_BYTES))
    await nextTurn()
  }
  return digest.digest('hex')
}

const unpackNew = async (archive: Buffer, folder: string): Promise<number> => {
  if (!existsSync(folder)) return unpack(archive, folder)
  return (await readdir(folder)).length
}

/** Aside, to the disk, then under its name: a crash leaves the whole file or none. */
const writeWhole = async (path: string, bytes: Buffer): Promise<void> => {
  if (existsSync(path)) return
  const unfinished = `${path}.${process.pid}.${randomUUID().slice(0, 8)}`
  await mkdir(dirname(path), { recursive: true })
  try {
    const file = await open(unfinished, 'wx')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(unfinished, path)
  } finally {
    // What a full disk has of it takes none of the room that is left.
    await rm(unfinished, { force: true })
  }
}

const sweep = async (
  dataDir: string,
  store: Store,
  arriving: ReadonlyMap<string, number>,
): Promise<void> => {
  const uses = await store.read((view) => view.list(archiveUses, GLOBAL_SCOPE))
  const used = new Set(uses.map(({ key }) => key.slice(0, key.indexOf('/'))))
  const folder = dirname(archivePath(dataDir, ''))
  for (const name of await readdir(folder).catch(() => [])) {
    const [sha256 = ''] = name.split('.')
    if (used.has(sha256) || arriving.has(sha256)) continue
    await rm(unpackedPath(dataDir, sha256), { recursive: true, force: true })
    await rm(join(folder, name), { force: true })
  }
}

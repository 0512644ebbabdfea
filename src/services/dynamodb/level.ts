// The LevelDB that an engine keeps its rows in. The package is the engine's own dependency, and the same files were
// once written through the engine alone: names of rows are its.
import { rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

export type RowChange =
  | { readonly type: 'put'; readonly key: string; readonly value: unknown }
  | { readonly type: 'del'; readonly key: string }

export interface Range {
  readonly gt?: string
  readonly gte?: string
  readonly lt?: string
  readonly lte?: string
  readonly reverse?: boolean
  readonly limit?: number
}

export interface Level {
  open(): Promise<void>
  /** Undefined where there is no such row. Values are JSON, and each time a copy. */
  get(key: string): Promise<unknown>
  /** All or nothing, whatever becomes of the process. */
  batch(changes: RowChange[]): Promise<void>
  iterator(range: Range): AsyncIterable<readonly [string, unknown]>
  clear(range: Range): Promise<void>
  close(): Promise<void>
}

export const levelAt = (folder: string): Level => {
  // The very package that the engine knows.
  const ofEngine = createRequire(createRequire(import.meta.url).resolve('dynalite'))
  // What a package without types gives.
  const { Level: Opened } = ofEngine('level') as {
    Level: new (folder: string, options: { valueEncoding: 'json' }) => Level
  }
  return mending(new Opened(folder, { valueEncoding: 'json' }), folder)
}

/**
 * LevelDB writes no more once a write has failed, a full disk's too: it is opened anew before the next write, where the
 * disk has room. What it read until then, it reads meanwhile.
 */
const mending = (level: Level, folder: string): Level => {
  let isBroken = false
  let opening: Promise<void> | undefined
  const reopen = async (): Promise<void> => {
    await requireRoom(folder)
    await level.close()
    await level.open()
    isBroken = false
  }
  const write = async (work: () => Promise<void>): Promise<void> => {
    if (isBroken) {
      opening ??= reopen().finally(() => {
        opening = undefined
      })
      await opening
    }
    try {
      await work()
    } catch (error) {
      isBroken ||= error instanceof Error && 'code' in error && error.code === 'LEVEL_IO_ERROR'
      throw error
    }
  }
  return {
    open: () => level.open(),
    get: (key) => level.get(key),
    batch: (changes) => write(() => level.batch(changes)),
    iterator: (range) => level.iterator(range),
    clear: (range) => write(() => level.clear(range)),
    close: () => level.close(),
  }
}

/** What LevelDB writes when it is opened, with something to spare. */
const ROOM_BYTES = 256 * 1024

const requireRoom = async (folder: string): Promise<void> => {
  const path = join(folder, 'room')
  try {
    await writeFile(path, Buffer.alloc(ROOM_BYTES))
  } finally {
    await rm(path, { force: true })
  }
}

/** The rows whose keys begin so. */
export const rangeOf = (prefix: string): Range => ({ gte: prefix, lt: `${prefix}\uffff` })

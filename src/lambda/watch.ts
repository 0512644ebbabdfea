// Watches functions' folders: a change is told once, a moment after the last of the writes that make it up.
// Functions that share a folder share its watch.
import { relative, resolve, sep } from 'node:path'
import type { FSWatcher } from 'chokidar'
import type { Clock, Timer } from '#shared/clock.ts'

export interface CodeListener {
  /** `file` is the first that changed, relative to the folder. */
  readonly onChange: (file: string) => void
  readonly onError: (error: Error) => void
}

export interface CodeWatches {
  /** Watches until the returned function is called. */
  watch(folder: string, listener: CodeListener): () => void
}

interface Watched {
  readonly listeners: Set<CodeListener>
  readonly stop: () => void
}

/** Milliseconds without a further change. An editor or a compiler writes several files at once. */
const QUIET_MS = 40

/** Milliseconds that pass at least before a process has read its first file. */
const LOAD_MS_MIN = 5

const IGNORED = new Set(['node_modules', '__pycache__', '.venv', 'venv', '.aws-sam', '.daemun'])

/** `dataDir` is ours to write to, wherever it lies. */
export const createCodeWatches = (clock: Clock, dataDir: string): CodeWatches => {
  const folders = new Map<string, Watched>()
  return {
    watch: (folder, listener) => {
      const watched = folders.get(folder) ?? startWatch(folder, resolve(dataDir), clock)
      folders.set(folder, watched)
      watched.listeners.add(listener)
      return () => {
        watched.listeners.delete(listener)
        if (watched.listeners.size > 0) return
        folders.delete(folder)
        watched.stop()
      }
    },
  }
}

const startWatch = (folder: string, dataDir: string, clock: Clock): Watched => {
  const listeners = new Set<CodeListener>()
  let first: string | undefined
  let timer: Timer | undefined
  // What was written while the watch was being set up is a change too: it may have been loaded before.
  const startedMs = clock.nowMs() + LOAD_MS_MIN
  let ready = false
  const fail = (thrown: unknown): void => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    for (const listener of listeners) listener.onError(error)
  }
  let stopped = false
  let watcher: FSWatcher | undefined
  const start = async (): Promise<void> => {
    const { watch } = await import('chokidar')
    if (stopped) return
    watcher = watch(folder, {
      ignored: (path) => path === dataDir || isIgnored(relative(folder, path)),
    })
    watcher.on('ready', () => {
      ready = true
    })
    watcher.on('all', (_, path, stats) => {
      if (!ready && (stats === undefined || stats.isDirectory() || stats.mtimeMs < startedMs)) {
        return
      }
      first ??= relative(folder, path)
      timer?.cancel()
      timer = clock.setTimer(() => {
        const file = first ?? ''
        first = undefined
        for (const listener of listeners) listener.onChange(file)
      }, QUIET_MS)
    })
    watcher.on('error', fail)
  }
  start().catch(fail)
  return {
    listeners,
    stop: () => {
      stopped = true
      timer?.cancel()
      void watcher?.close()
    },
  }
}

const isIgnored = (path: string): boolean =>
  path.split(sep).some((part) => IGNORED.has(part) || part === '.git')

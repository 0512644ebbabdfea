// Watches a function's folder: a change is told once, a moment after the last of the writes that make it up.
import { watch } from 'chokidar'
import { relative, sep } from 'node:path'
import type { Clock, Timer } from '#shared/clock.ts'

export interface CodeWatch {
  /** `file` is the first that changed, relative to the folder. */
  readonly onChange: (file: string) => void
  readonly onError: (error: Error) => void
}

/** Milliseconds without a further change. An editor or a compiler writes several files at once. */
const QUIET_MS = 40

const IGNORED = new Set(['node_modules', '__pycache__', '.venv', 'venv', '.aws-sam', '.daemun'])

/** Watches until the returned function is called. */
export const watchCode = (folder: string, clock: Clock, told: CodeWatch): (() => void) => {
  let first: string | undefined
  let timer: Timer | undefined
  const watcher = watch(folder, {
    ignoreInitial: true,
    ignored: (path) => isIgnored(relative(folder, path)),
  })
  watcher.on('all', (_, path) => {
    first ??= relative(folder, path)
    timer?.cancel()
    timer = clock.setTimer(() => {
      const file = first ?? ''
      first = undefined
      told.onChange(file)
    }, QUIET_MS)
  })
  watcher.on('error', (error) =>
    told.onError(error instanceof Error ? error : new Error(String(error))),
  )
  return () => {
    timer?.cancel()
    void watcher.close()
  }
}

const isIgnored = (path: string): boolean =>
  path
    .split(sep)
    .some((part) => IGNORED.has(part) || (part.startsWith('.git') && part !== '.gitignore'))

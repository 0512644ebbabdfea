// Looks at the files a template was made from, and tells when one of them has changed. Editors write files in several
// steps, so a change is told once it has been quiet for a moment.
import { watch } from 'chokidar'
import type { Clock, Timer } from '#shared/clock.ts'

const QUIET_MS = 60

export interface TemplateWatch {
  /** Looks at these files from now on. */
  files(paths: readonly string[]): void
  close(): Promise<void>
}

export const watchTemplate = (options: {
  readonly clock: Clock
  readonly onChange: (file: string) => void
  readonly onError: (error: unknown) => void
}): TemplateWatch => {
  const watched = new Set<string>()
  const watcher = watch([], { ignoreInitial: true })
  let timer: Timer | undefined
  watcher.on('all', (_, file) => {
    timer?.cancel()
    timer = options.clock.setTimer(() => options.onChange(file), QUIET_MS)
  })
  watcher.on('error', options.onError)
  return {
    files: (paths) => {
      const gone = [...watched].filter((path) => !paths.includes(path))
      const added = paths.filter((path) => !watched.has(path))
      for (const path of gone) watched.delete(path)
      for (const path of added) watched.add(path)
      if (gone.length > 0) watcher.unwatch(gone)
      if (added.length > 0) watcher.add(added)
    },
    close: async () => {
      timer?.cancel()
      await watcher.close()
    },
  }
}

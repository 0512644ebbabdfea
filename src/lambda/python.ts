// The Python that runs a function: the first that answers of `python3.X` as the runtime asks, then `python3`.
// Each candidate is asked for its real path once, because a version manager's shim costs a shell at every start.
import { execFile } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { statSync } from 'node:fs'

export interface Python {
  readonly path: string
  /** `3.13.1` */
  readonly version: string
}

const ASK = 'import sys; print(sys.executable); print(".".join(map(str, sys.version_info[:3])))'
const ASK_TIMEOUT_MS = 10_000
const OLDEST_MINOR = 8

/** Finds each runtime's Python once. */
export const createPythonFinder = (
  environment: Readonly<Record<string, string | undefined>>,
): ((runtime: string) => Promise<Python | undefined>) => {
  const found = new Map<string, Promise<Python | undefined>>()
  return (runtime) => {
    const python = found.get(runtime) ?? findPython(runtime, environment)
    found.set(runtime, python)
    // One that was missing may be installed by the next try.
    void python.then((known) => known ?? found.delete(runtime))
    return python
  }
}

/** Undefined where there is no Python 3.8 or newer. `runtime` is `python3.13`. */
export const findPython = async (
  runtime: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Python | undefined> => {
  const names = [...new Set([runtime, 'python3', 'python'])].map((name) =>
    process.platform === 'win32' ? `${name}.exe` : name,
  )
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name)
      if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) continue
      const python = await askPython(path, environment)
      if (python !== undefined) return python
    }
  }
  return undefined
}

const askPython = (
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Python | undefined> => {
  const { promise, resolve } = Promise.withResolvers<Python | undefined>()
  const options = {
    timeout: ASK_TIMEOUT_MS,
    env: { PATH: environment['PATH'], HOME: environment['HOME'] },
  }
  execFile(path, ['-c', ASK], options, (error, stdout) => {
    // A shim of a version that is not installed answers with an error: the next candidate may do.
    const [executable = '', version = ''] = error === null ? stdout.trim().split(/\r?\n/) : []
    const [major, minor] = version.split('.').map(Number)
    const usable = major === 3 && (minor ?? 0) >= OLDEST_MINOR && executable !== ''
    resolve(usable ? { path: executable, version } : undefined)
  })
  return promise
}

// What a function needs and nobody installed: one clear line with the command, or, where it is wanted, the command.
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isObject } from '#shared/json.ts'
import type { FunctionDocument } from '#model/function.ts'
import { nameOf } from './code.ts'
import { LaunchError } from './launch-error.ts'
import type { CompletePoolSettings } from './pool-settings.ts'
import { findPython } from './python.ts'

/** The line for a failed initialization that was for want of a package; undefined where it was for something else. */
export const dependencyNotice = (
  document: FunctionDocument,
  payload: Uint8Array,
): string | undefined => {
  if (document.code.kind !== 'directory') return undefined
  const folder = document.code.path
  const text = Buffer.from(payload).toString()
  const [, wanted] =
    /(?:Cannot find (?:module|package)|No module named) '([^'./][^']*)'/.exec(text) ?? []
  if (wanted === undefined) return undefined
  const python = document.Runtime.startsWith('python')
  const command = python
    ? pipCommand(folder, wanted)
    : `npm install${isDeclared(folder, wanted) ? '' : ` ${packageName(wanted)}`}`
  return `${nameOf(document)} needs '${wanted}', which is not installed: run (cd ${folder} && ${command}), or start with --build`
}

const pipCommand = (folder: string, wanted: string): string =>
  existsSync(join(folder, 'requirements.txt'))
    ? 'pip install -r requirements.txt -t .'
    : `pip install ${wanted.split('.')[0]} -t .`

/** `@scope/name/file` → `@scope/name`. */
const packageName = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

const isDeclared = (folder: string, wanted: string): boolean =>
  packageName(wanted) in (packageJson(folder)?.dependencies ?? {})

interface PackageJson {
  readonly dependencies: Readonly<Record<string, unknown>>
  readonly folder: string
}

/** The nearest package.json at or above the folder. */
const packageJson = (folder: string): PackageJson | undefined => {
  const path = join(folder, 'package.json')
  if (existsSync(path)) {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'))
    const dependencies =
      isObject(content) && isObject(content['dependencies']) ? content['dependencies'] : {}
    return { dependencies, folder }
  }
  return folder === dirname(folder) ? undefined : packageJson(dirname(folder))
}

const INSTALL_TIMEOUT_MS = 300_000
const OUTPUT_BYTES_MAX = 4 * 1024 * 1024

/** Installs what the folder's package.json or requirements.txt names and is not there yet. Throws `LaunchError`. */
export const installDependencies = async (
  document: FunctionDocument,
  settings: CompletePoolSettings,
  onNotice: (text: string) => void,
): Promise<void> => {
  if (document.code.kind !== 'directory') return
  const folder = document.code.path
  if (document.Runtime.startsWith('nodejs')) {
    const found = packageJson(folder)
    if (found === undefined || found.folder !== folder) return
    const missing = Object.keys(found.dependencies).some(
      (name) => !existsSync(join(folder, 'node_modules', name)),
    )
    if (!missing) return
    onNotice(`npm install in ${folder}`)
    await execute('npm', ['install', '--no-audit', '--no-fund'], folder, document, settings)
  }
  if (document.Runtime.startsWith('python') && existsSync(join(folder, 'requirements.txt'))) {
    // What pip has installed into a folder lies beside its dist-info.
    if (readdirSync(folder).some((name) => name.endsWith('.dist-info'))) return
    const python = await findPython(document.Runtime, settings.hostEnvironment)
    if (python === undefined) return
    onNotice(`pip install -r requirements.txt -t . in ${folder}`)
    const target = ['-m', 'pip', 'install', '-q', '-r', 'requirements.txt', '-t', '.']
    await execute(python.path, target, folder, document, settings)
  }
}

const execute = (
  command: string,
  args: readonly string[],
  folder: string,
  document: FunctionDocument,
  settings: CompletePoolSettings,
): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const options = {
    cwd: folder,
    env: { ...settings.hostEnvironment },
    timeout: INSTALL_TIMEOUT_MS,
    maxBuffer: OUTPUT_BYTES_MAX,
  }
  execFile(command, args, options, (error, _, stderr) => {
    if (error === null) return resolve()
    const reason = stderr.trim().split('\n').slice(-3).join(' ') || error.message
    const text = `${command} ${args.join(' ')} in ${folder} failed for ${nameOf(document)}: ${reason}`
    reject(new LaunchError('Runtime.ImportModuleError', text))
  })
  return promise
}

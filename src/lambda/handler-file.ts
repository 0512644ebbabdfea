// Which file a Handler means, by the rules of its runtime, and what to tell where there is none.
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html, python-handler.html
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path'
import type { FunctionDocument } from '#model/function.ts'
import { nameOf } from './code.ts'
import type { CodeFolders } from './environment.ts'
import { LaunchError } from './launch-error.ts'

export type RuntimeFamily = 'nodejs' | 'python' | 'provided'

/** Throws `LaunchError` for a runtime that cannot be run here, and names it. */
export const runtimeFamily = (document: FunctionDocument): RuntimeFamily => {
  const family = /^(nodejs|python|provided)(?=[\d.]|$)/.exec(document.Runtime)?.[1]
  if (family === 'nodejs' || family === 'python' || family === 'provided') return family
  throw new LaunchError(
    'Runtime.Unsupported',
    `${nameOf(document)} asks for the runtime '${document.Runtime}', which does not run here: ` +
      'nodejs*, python3.* and provided.* (an executable named bootstrap) do',
  )
}

export interface HandlerFile {
  readonly path: string
  /** The export's name, with dots for nested ones. */
  readonly name: string
  /** It has to be bundled before Node can run it. */
  readonly typescript: boolean
}

const JAVASCRIPT = ['', '.js', '.mjs', '.cjs']
const TYPESCRIPT = ['.ts', '.mts', '.cts', '.tsx']

/** The file of a Node or Python handler. Throws `LaunchError` where there is none, with the places looked at. */
export const handlerFile = (document: FunctionDocument, folders: CodeFolders): HandlerFile =>
  runtimeFamily(document) === 'python' ? pythonFile(document, folders) : nodeFile(document, folders)

const nodeFile = (document: FunctionDocument, folders: CodeFolders): HandlerFile => {
  const [, module, name] = /^((?:.*\/)?[^/.]+)\.([^/]+)$/.exec(document.Handler) ?? []
  if (module === undefined || name === undefined) throw badHandler(document)
  const entry = entryPoint(document, folders, module)
  if (entry !== undefined) return { path: entry, name, typescript: true }
  const bases = basesOf(module, folders)
  for (const base of bases) {
    for (const ending of JAVASCRIPT) {
      if (isFile(base + ending)) return { path: base + ending, name, typescript: false }
    }
    for (const ending of TYPESCRIPT) {
      if (isFile(base + ending)) return { path: base + ending, name, typescript: true }
    }
    if (isFile(join(base, 'index.js'))) {
      return { path: join(base, 'index.js'), name, typescript: false }
    }
  }
  const base = bases[0] ?? module
  throw new LaunchError(
    'Runtime.ImportModuleError',
    `Error: Cannot find module '${basename(module)}': the handler '${document.Handler}' of ` +
      `${nameOf(document)} should be in ${base}.js, .mjs, .cjs or .ts, and no such file exists`,
  )
}

/** The entry point of an esbuild section that the handler means: SAM names its output after it. */
const entryPoint = (
  document: FunctionDocument,
  folders: CodeFolders,
  module: string,
): string | undefined => {
  const stem = (path: string): string => path.slice(0, path.length - extname(path).length)
  const entries = document.build?.entryPoints ?? []
  const found =
    entries.find((entry) => stem(join(entry)) === join(module)) ??
    entries.find((entry) => basename(stem(entry)) === basename(module))
  if (found === undefined) return undefined
  const path = resolve(folders.root, found)
  if (isFile(path)) return path
  throw new LaunchError(
    'Runtime.ImportModuleError',
    `the entry point '${found}' of ${nameOf(document)} should be ${path}, and no such file exists`,
  )
}

const pythonFile = (document: FunctionDocument, folders: CodeFolders): HandlerFile => {
  const [, module, name] = /^(.+)\.([^./]+)$/.exec(document.Handler) ?? []
  if (module === undefined || name === undefined) throw badHandler(document)
  const relative = module.replaceAll('.', '/')
  const places = [folders.root, ...folders.layers.flatMap(pythonFolders)]
  for (const place of places) {
    for (const file of [`${relative}.py`, join(relative, '__init__.py')]) {
      if (isFile(join(place, file))) return { path: join(place, file), name, typescript: false }
    }
  }
  throw new LaunchError(
    'Runtime.ImportModuleError',
    `Unable to import module '${module}': the handler '${document.Handler}' of ` +
      `${nameOf(document)} should be in ${join(folders.root, relative)}.py, and no such file exists`,
  )
}

/** Where a layer may keep Python modules. */
const pythonFolders = (layer: string): readonly string[] => {
  const folder = join(layer, 'python')
  if (!existsSync(join(folder, 'lib'))) return [folder]
  const versions = readdirSync(join(folder, 'lib'))
  return [folder, ...versions.map((version) => join(folder, 'lib', version, 'site-packages'))]
}

/** Where a module may lie: in the task root, or, written `/opt/…`, in a layer. */
const basesOf = (module: string, folders: CodeFolders): readonly string[] => {
  if (module.startsWith('/opt/')) {
    return folders.layers.toReversed().map((layer) => join(layer, module.slice('/opt/'.length)))
  }
  return [isAbsolute(module) ? module : join(folders.root, dirname(module), basename(module))]
}

const badHandler = (document: FunctionDocument): LaunchError =>
  new LaunchError(
    'Runtime.MalformedHandlerName',
    `the handler '${document.Handler}' of ${nameOf(document)} is not of the form file.function`,
  )

const isFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true

// TypeScript handlers: bundled with esbuild, which is optional and loaded on first use.
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import type { build, BuildFailure, BuildOptions } from 'esbuild'
import type { FunctionDocument } from '#model/function.ts'
import { nameOf } from './code.ts'
import type { CodeFolders } from './environment.ts'
import type { HandlerFile } from './handler-file.ts'
import { LaunchError } from './launch-error.ts'

/** What the Lambda runtimes bring along is found when the bundle runs (`bootstraps/node-modules.mjs`). */
const RUNTIME_PACKAGES = ['@aws-sdk/*', '@smithy/*', 'aws-sdk', 'aws-sdk/*']

/** Bundles the handler's file and says where the bundle is. Throws `LaunchError` with esbuild's own messages. */
export const bundleHandler = async (
  document: FunctionDocument,
  folders: CodeFolders,
  handler: HandlerFile,
  dataDir: string,
): Promise<string> => {
  const format = document.build?.format ?? (isModule(handler.path, folders.root) ? 'esm' : 'cjs')
  const name = basename(handler.path, extname(handler.path))
  const folder = join(
    dataDir,
    'functions',
    'bundles',
    hash('sha256', `${document.FunctionArn} ${handler.path}`).slice(0, 24),
  )
  const outfile = join(folder, `${name}${format === 'esm' ? '.mjs' : '.cjs'}`)
  const options: BuildOptions = {
    absWorkingDir: folders.root,
    entryPoints: [handler.path],
    outfile,
    bundle: true,
    platform: 'node',
    format,
    target: document.build?.target ?? 'node22',
    minify: document.build?.minify ?? false,
    sourcemap: document.build?.sourcemap === false ? false : 'linked',
    external: [...RUNTIME_PACKAGES, ...(document.build?.external ?? [])],
    logLevel: 'silent',
    // A CommonJS package inside an ES module bundle still calls require.
    ...(format === 'esm' && {
      banner: {
        js: "import { createRequire as __daemunRequire } from 'node:module'; const require = __daemunRequire(import.meta.filename);",
      },
    }),
  }
  const esbuild = await loadEsbuild(document)
  try {
    await esbuild.build(options)
  } catch (error) {
    throw new LaunchError('Runtime.UserCodeSyntaxError', buildMessage(document, error), {
      cause: error,
    })
  }
  return outfile
}

const loadEsbuild = async (
  document: FunctionDocument,
): Promise<{ readonly build: typeof build }> => {
  try {
    return await import('esbuild')
  } catch (error) {
    throw new LaunchError(
      'Runtime.ImportModuleError',
      `${nameOf(document)} is written in TypeScript, which needs esbuild: run npm install esbuild`,
      { cause: error },
    )
  }
}

const buildMessage = (document: FunctionDocument, error: unknown): string => {
  const { errors = [] } = error as Partial<BuildFailure> // What esbuild throws.
  const lines = errors.map(({ text, location }) =>
    location === null ? text : `${location.file}:${location.line}:${location.column}: ${text}`,
  )
  return `${nameOf(document)} could not be bundled: ${lines.join('; ') || String(error)}`
}

const isModule = (path: string, root: string): boolean => {
  if (path.endsWith('.mts')) return true
  if (path.endsWith('.cts')) return false
  for (let folder = dirname(path); folder.startsWith(root); folder = dirname(folder)) {
    const type = packageType(folder)
    if (type !== undefined) return type === 'module'
    if (folder === dirname(folder)) break
  }
  return false
}

/** The `type` of the package.json in this folder, `commonjs` where it says nothing, undefined where there is none. */
const packageType = (folder: string): string | undefined => {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).type ?? 'commonjs'
  } catch {
    return undefined // Absent, or not JSON: npm and Node will say so better than this.
  }
}

// A handler that does not exist is found when the template is deployed, not when the first request fails.
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { FunctionBuild, FunctionCode } from '#model/function.ts'
import type { ResourceContext } from '../resource-type.ts'

export interface Handled {
  readonly runtime: string
  readonly handler: string
  readonly code: FunctionCode
  readonly build: FunctionBuild | undefined
}

export const checkHandler = (
  { runtime, handler, code, build }: Handled,
  context: ResourceContext,
): void => {
  const at = [...context.path, 'Handler']
  const custom = runtime.startsWith('provided')
  if (!custom && !/^(nodejs|python)/.test(runtime)) {
    context.report(
      [...context.path, 'Runtime'],
      `runtime ${runtime}`,
      'not run: Node.js, Python and custom runtimes are; calls of the function fail',
    )
    return
  }
  if (!custom && handler === '')
    context.fail(at, 'the function has no Handler', 'Give `Handler: …`')
  if (code.kind !== 'directory') return
  const { path: folder } = code
  const candidates = custom ? ['bootstrap'] : handlerFiles(runtime, handler)
  const entryPoints = build?.entryPoints ?? []
  const found = [...candidates, ...entryPoints].some((file) => existsSync(path.join(folder, file)))
  if (found) return
  context.fail(
    at,
    custom
      ? `the custom runtime of \`${context.logicalId}\` has no file \`bootstrap\` in ${folder}`
      : `the handler \`${handler}\` does not exist: there is no ${candidates.slice(0, 3).join(', ')} in ${folder}`,
    custom
      ? 'Build it there'
      : 'Correct Handler (file.function) or the code path, or build the function first',
  )
}

const NODE_EXTENSIONS = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.jsx', '.tsx']

const handlerFiles = (runtime: string, handler: string): readonly string[] => {
  const dot = handler.lastIndexOf('.')
  const module = dot < 0 ? handler : handler.slice(0, dot)
  if (runtime.startsWith('nodejs')) {
    // AWS: the module is the handler up to the first dot after the last slash.
    const file = handler.replace(/^(.*\/)?([^/.]*)\..*$/, '$1$2')
    return NODE_EXTENSIONS.map((extension) => `${file}${extension}`)
  }
  const file = module.replaceAll('.', '/')
  return [`${file}.py`, `${file}/__init__.py`, `${file}.pyc`]
}

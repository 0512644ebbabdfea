// A handler that does not exist is found when the template is deployed, not when the first request fails.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { handlerFile, runtimeFamily } from '#lambda/handler-file.ts'
import { LaunchError } from '#lambda/launch-error.ts'
import { functionArn } from '#model/arn.ts'
import type { FunctionBuild, FunctionCode, FunctionDocument } from '#model/function.ts'
import type { ObjectCode } from './function-code.ts'
import type { ResourceContext } from '../resource-type.ts'

export interface Handled {
  readonly runtime: string
  readonly handler: string
  readonly code: FunctionCode | ObjectCode
  readonly build: FunctionBuild | undefined
  readonly layers: readonly (FunctionCode | ObjectCode)[]
  /** Some layer is not here: the handler may lie in it. */
  readonly lacksLayers: boolean
}

export const checkHandler = (handled: Handled, context: ResourceContext): void => {
  const document = documentOf(handled, context)
  const at = [...context.path, 'Handler']
  const custom = launch(() => runtimeFamily(document)) // Not run here: reported, and calls of it fail.
  if (custom instanceof LaunchError) {
    const feature = `runtime ${handled.runtime}`
    context.report([...context.path, 'Runtime'], feature, `not run: ${custom.message}`)
    return
  }
  const { code, layers } = handled
  if (custom !== 'provided' && !handled.handler.includes('.')) {
    context.fail(at, `the handler \`${handled.handler}\` is not of the form file.function`, MEND)
  }
  if (code.kind !== 'directory') return
  if (custom === 'provided') {
    if (existsSync(path.join(code.path, 'bootstrap'))) return
    context.fail(
      [...context.path, 'Runtime'],
      `the custom runtime of \`${context.logicalId}\` has no file \`bootstrap\` in ${code.path}`,
      'Build it there',
    )
  }
  const folders = layers.flatMap((layer) => (layer.kind === 'directory' ? [layer.path] : []))
  const isWhole = folders.length === layers.length && !handled.lacksLayers
  const found = launch(() => handlerFile(document, { root: code.path, layers: folders }))
  if (found instanceof LaunchError && isWhole) context.fail(at, found.message, MEND)
}

const MEND = 'Correct Handler (file.function) or the code path, or build the function first'

const launch = <T>(work: () => T): T | LaunchError => {
  try {
    return work()
  } catch (error) {
    if (error instanceof LaunchError) return error
    throw error
  }
}

const documentOf = (
  { runtime, handler, code, build, layers }: Handled,
  { logicalId, scope }: ResourceContext,
): FunctionDocument => ({
  FunctionName: logicalId,
  FunctionArn: functionArn(scope, logicalId),
  Runtime: runtime,
  Handler: handler,
  code: unread(code),
  layers: layers.map(unread),
  Timeout: 3,
  MemorySize: 128,
  Environment: {},
  LastModified: 0,
  ...(build === undefined ? {} : { build }),
})

/** Nothing is looked for in what is not unpacked yet. */
const unread = (code: FunctionCode | ObjectCode): FunctionCode =>
  code.kind === 'object' ? { kind: 'archive', sha256: '' } : code

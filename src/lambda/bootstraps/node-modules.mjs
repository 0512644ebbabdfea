// Loads the handler, and lets function code find what Lambda brings along: the AWS SDK, and layers under /opt.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire, findPackageJSON, registerHooks } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { compileFunction } from 'node:vm'
import { RuntimeError } from './node-errors.mjs'
import { isStreaming } from './node-streaming.mjs'

const FROM_RUNTIME = /^(?:@aws-sdk|@smithy)\/|^aws-sdk(?:\/|$)/
const OPT = '/opt/'

export const loadHandler = async (settings) => {
  installFallbacks(settings)
  const exported = await load(settings.module)
  const found = lookUp(exported, settings.handler) ?? lookUp(exported.default, settings.handler)
  if (found === undefined) {
    throw new RuntimeError(
      'Runtime.HandlerNotFound',
      `${process.env._HANDLER} is undefined or not exported`,
    )
  }
  if (typeof found !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${process.env._HANDLER} is not a function`)
  }
  if (found.length > 2 && !isStreaming(found) && major(process.env.AWS_EXECUTION_ENV) >= 24) {
    process.stderr.write(CALLBACKS_ARE_GONE)
  }
  return found
}

// AWS: Node.js 24 and later take no handler with a callback. [guide: nodejs-handler] It works here and is told in the
// function's log: AWS's own samples say nodejs24.x over such handlers, and are to run as they are.
const CALLBACKS_ARE_GONE =
  'WARN this handler takes a callback: AWS refuses it on nodejs24.x and later (Runtime.CallbackHandlerDeprecated). ' +
  'Make it async, or say nodejs22.x. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html\n'

/** `AWS_Lambda_nodejs24.x` → 24 */
const major = (environment) => Number(/nodejs(\d+)/.exec(environment)?.[1] ?? 0)

const lookUp = (exported, name) => name.split('.').reduce((value, key) => value?.[key], exported)

const load = async (path) => {
  if (path.endsWith('.mjs')) return import(pathToFileURL(path).href)
  try {
    return createRequire(path)(path)
  } catch (error) {
    // A module that awaits at its top level cannot be required; nothing of it has run.
    if (error?.code === 'ERR_REQUIRE_ASYNC_MODULE') return import(pathToFileURL(path).href)
    throw error
  }
}

/**
 * Where function code asks for what is not there: the SDK clients of the runtime; for a bundle, what its sources
 * would have found; and `/opt/…`, which is one folder per layer here. Only after the usual look-up has failed.
 */
const installFallbacks = ({ sdk, root, layers }) => {
  const parents = (specifier) => [
    join(root, 'index.js'),
    ...(sdk !== undefined && FROM_RUNTIME.test(specifier) ? [sdk] : []),
  ]
  let falling = false
  registerHooks({
    load: loadAsOnLambda([process.env.LAMBDA_TASK_ROOT, ...layers]),
    resolve: (specifier, context, next) => {
      if (specifier.startsWith(OPT)) return next(layerPath(specifier, layers), context)
      try {
        return next(specifier, context)
      } catch (error) {
        if (falling || specifier.startsWith('.') || !isNotFound(error)) throw error
        falling = true
        try {
          for (const parent of parents(specifier)) {
            const found = resolveFrom(parent, specifier, context, next)
            if (found !== undefined) return found
          }
        } finally {
          falling = false
        }
        throw error
      }
    },
  })
}

/**
 * On Lambda nothing lies above the function's own folder and its layers. A package.json there, of the project that
 * the function is part of, must not decide what its .js files are.
 */
const loadAsOnLambda = (roots) => {
  const bare = roots.filter((root) => !existsSync(join(root, 'package.json')))
  return (url, context, next) => {
    if (!url.startsWith('file:') || !url.endsWith('.js')) return next(url, context)
    const path = fileURLToPath(url)
    const root = bare.find((folder) => path.startsWith(join(folder, '/')))
    const scope = root === undefined ? undefined : findPackageJSON(url)
    if (scope === undefined || scope.startsWith(join(root, '/'))) return next(url, context)
    const source = readFileSync(path, 'utf8')
    return { format: isCommonJs(source) ? 'commonjs' : 'module', source, shortCircuit: true }
  }
}

const isCommonJs = (source) => {
  try {
    compileFunction(source, MODULE_PARAMETERS)
    return true
  } catch {
    return false
  }
}

const MODULE_PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname']

const resolveFrom = (parent, specifier, context, next) => {
  try {
    if (context.conditions?.includes('import')) {
      return next(specifier, { ...context, parentURL: pathToFileURL(parent).href })
    }
    const path = createRequire(parent).resolve(specifier)
    return { url: pathToFileURL(path).href, shortCircuit: true }
  } catch {
    return undefined
  }
}

const isNotFound = (error) =>
  error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND'

const layerPath = (specifier, layers) => {
  const inner = specifier.slice(OPT.length)
  for (const layer of layers.toReversed()) {
    for (const ending of ['', '.js', '.mjs', '.cjs', '.json']) {
      if (existsSync(join(layer, inner + ending))) return join(layer, inner)
    }
  }
  return specifier
}

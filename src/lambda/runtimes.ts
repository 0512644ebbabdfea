// How each runtime is started: the command, its arguments and its environment.
import { accessSync, constants, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FunctionDocument } from '#model/function.ts'
import { bundleHandler } from './bundle.ts'
import { codeFolders, nameOf } from './code.ts'
import { type CodeFolders, functionEnvironment } from './environment.ts'
import type { Launch } from './function-process.ts'
import { handlerFile, runtimeFamily } from './handler-file.ts'
import { redirectOf, type Trusting } from './home.ts'
import { LaunchError } from './launch-error.ts'
import type { CompletePoolSettings } from './pool-settings.ts'
import type { Python } from './python.ts'

const BOOTSTRAPS = fileURLToPath(new URL('./bootstraps/', import.meta.url))

export interface LaunchContext {
  readonly settings: CompletePoolSettings
  /** Debugger port of this function. */
  readonly inspectPort?: number
  readonly findPython: (runtime: string) => Promise<Python | undefined>
  /** The variables for the trust in our certificate authority. */
  readonly trust: (whose: Trusting) => Readonly<Record<string, string>>
  /** Something the developer should know. */
  readonly onNotice: (text: string) => void
}

/** Makes the code ready and says how to run it. Throws `LaunchError`. */
export const prepareLaunch = async (
  document: FunctionDocument,
  context: LaunchContext,
): Promise<Launch> => {
  const family = runtimeFamily(document)
  const folders = await codeFolders(document, context.settings.dataDir)
  switch (family) {
    case 'nodejs':
      return nodeLaunch(document, folders, context)
    case 'python':
      return pythonLaunch(document, folders, context)
    case 'provided':
      return providedLaunch(document, folders, context)
  }
}

const nodeLaunch = async (
  document: FunctionDocument,
  folders: CodeFolders,
  context: LaunchContext,
): Promise<Launch> => {
  const { settings, inspectPort } = context
  const handler = handlerFile(document, folders)
  const path = handler.typescript
    ? await bundleHandler(document, folders, handler, settings.dataDir)
    : handler.path
  noteVersion(document, `nodejs${process.versions.node.split('.')[0]}.x`, context)
  return {
    command: process.execPath,
    args: [
      ...heapLimit(document, settings),
      ...(handler.typescript ? ['--enable-source-maps'] : []),
      ...(inspectPort === undefined ? [] : [`--inspect=127.0.0.1:${inspectPort}`]),
      join(BOOTSTRAPS, 'node-bootstrap.mjs'),
    ],
    cwd: folders.root,
    environment: {
      ...functionEnvironment(document, folders, BOOTSTRAPS, settings),
      ...context.trust('node'),
      _DAEMUN_BOOTSTRAP: JSON.stringify({
        module: path,
        handler: handler.name,
        root: folders.root,
        layers: folders.layers,
        sdk: sdkPackage(),
        compileCache: join(settings.dataDir, 'functions', 'compile-cache'),
        redirect: redirectOf(settings),
      }),
    },
    runtimeVersion: `nodejs:${process.versions.node}`,
    debugged: inspectPort !== undefined,
  }
}

/** AWS: nine tenths of the memory, unless NODE_OPTIONS says otherwise. */
const heapLimit = (
  { MemorySize, Environment }: FunctionDocument,
  settings: CompletePoolSettings,
): readonly string[] => {
  const given = Environment['NODE_OPTIONS'] ?? settings.environment['NODE_OPTIONS'] ?? ''
  if (/max[-_]old[-_]space[-_]size/.test(given)) return []
  return [`--max-old-space-size=${Math.floor(MemorySize * 0.9)}`]
}

/** A file from which the clients that the Lambda runtimes bundle resolve; undefined where they are not installed. */
const sdkPackage = (): string | undefined => {
  try {
    return createRequire(import.meta.url).resolve('daemun-lambda-sdk/package.json')
  } catch {
    return undefined
  }
}

const pythonLaunch = async (
  document: FunctionDocument,
  folders: CodeFolders,
  context: LaunchContext,
): Promise<Launch> => {
  const { settings } = context
  handlerFile(document, folders)
  const python = await pythonFor(document, context)
  const minor = python.version.split('.').slice(0, 2).join('.')
  noteVersion(document, `python${minor}`, context)
  const layers = folders.layers.toReversed()
  const paths = [
    ...layers.map((layer) => join(layer, 'python', 'lib', `python${minor}`, 'site-packages')),
    ...layers.map((layer) => join(layer, 'python')),
  ]
  const environment = functionEnvironment(document, folders, BOOTSTRAPS, settings)
  return {
    command: python.path,
    args: [join(BOOTSTRAPS, 'python_bootstrap.py')],
    cwd: folders.root,
    environment: {
      ...environment,
      ...context.trust('others'),
      // A developer's folder stays free of __pycache__, which would also be watched.
      PYTHONPYCACHEPREFIX: join(settings.dataDir, 'functions', 'pycache'),
      PYTHONPATH: [folders.root, ...paths, environment['PYTHONPATH'] ?? '']
        .filter((path) => path !== '')
        .join(delimiter),
      _DAEMUN_BOOTSTRAP: JSON.stringify({ root: folders.root, redirect: redirectOf(settings) }),
    },
    runtimeVersion: `python:${python.version}`,
    debugged: false,
  }
}

const pythonFor = async (document: FunctionDocument, context: LaunchContext): Promise<Python> => {
  const python = await context.findPython(document.Runtime)
  if (python !== undefined) return python
  throw new LaunchError(
    'Runtime.InvalidEntrypoint',
    `${nameOf(document)} needs ${document.Runtime}, and neither that nor another Python 3.8 or newer is in PATH`,
  )
}

const providedLaunch = async (
  document: FunctionDocument,
  folders: CodeFolders,
  context: LaunchContext,
): Promise<Launch> => {
  const { settings, onNotice } = context
  const places = [folders.root, ...folders.layers.toReversed()]
  const command = places.map((place) => join(place, 'bootstrap')).find(isExecutable)
  if (command === undefined) {
    throw new LaunchError(
      'Runtime.InvalidEntrypoint',
      `Error: Couldn't find valid bootstrap(s): [${places.map((place) => join(place, 'bootstrap')).join(' ')}]: ` +
        `${nameOf(document)} runs on ${document.Runtime}, which starts an executable file of that name`,
    )
  }
  if (settings.homeTls !== undefined) {
    onNotice(
      `calls of ${document.FunctionName} to AWS come home only where its SDK knows AWS_ENDPOINT_URL: ` +
        `${document.Runtime} is a custom runtime, whose connections are not redirected`,
    )
  }
  return {
    command,
    args: [],
    cwd: folders.root,
    environment: {
      ...functionEnvironment(document, folders, folders.root, settings),
      ...context.trust('others'),
    },
    runtimeVersion: document.Runtime.replace('.', ':'),
    debugged: false,
  }
}

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

const noteVersion = (
  document: FunctionDocument,
  actual: string,
  { onNotice }: LaunchContext,
): void => {
  if (document.Runtime !== actual) {
    onNotice(`${document.FunctionName} asks for ${document.Runtime} and runs on ${actual}`)
  }
}

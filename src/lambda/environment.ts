// The environment of a function process: what AWS defines, what the function's configuration adds, what leads its
// calls home. Of our own environment nothing is passed on but what a process needs to run.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
import { delimiter, join } from 'node:path'
import { parseArn } from '#model/arn.ts'
import type { FunctionDocument } from '#model/function.ts'
import { endpointVariables } from './endpoint-variables.ts'
import { logGroupName } from './invocation-log.ts'
import type { CompletePoolSettings } from './pool-settings.ts'

/** Names that a function's configuration may not set. */
export const RESERVED_VARIABLES: ReadonlySet<string> = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
])

/** Where code and layers lie once they are ready to run. */
export interface CodeFolders {
  /** The task root. */
  readonly root: string
  /** One folder per layer, in merge order: together they are what AWS shows as `/opt`. */
  readonly layers: readonly string[]
}

export const functionEnvironment = (
  document: FunctionDocument,
  folders: CodeFolders,
  runtimeDir: string,
  settings: CompletePoolSettings,
): Record<string, string> => {
  const { hostEnvironment } = settings
  const credentials = settings.credentialsOf(document) ?? settings.credentials
  const region = parseArn(document.FunctionArn)?.region ?? 'us-east-1'
  // The last layer wins, as the last one unpacked over the others does.
  const layers = folders.layers.toReversed()
  const path = (...parts: readonly string[]): string =>
    layers.map((layer) => join(layer, ...parts)).join(delimiter)
  const defined = (name: string): Record<string, string> =>
    hostEnvironment[name] === undefined ? {} : { [name]: hostEnvironment[name] }
  const host = ['HOME', 'TMPDIR', 'LANG', 'SYSTEMROOT', 'TEMP', 'TMP'].map(defined)
  return {
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...Object.assign({}, ...host),
    ...endpointVariables(settings.endpointUrl, settings.endpointUrls),
    LD_LIBRARY_PATH: [folders.root, join(folders.root, 'lib'), path('lib')]
      .filter(isPresent)
      .join(delimiter),
    NODE_PATH: [
      path('nodejs', nodeFolder(document.Runtime), 'node_modules'),
      path('nodejs', 'node_modules'),
    ]
      .filter(isPresent)
      .join(delimiter),
    ...settings.environment,
    ...document.Environment,
    PATH: [document.Environment['PATH'] ?? hostEnvironment['PATH'] ?? '', path('bin')]
      .filter(isPresent)
      .join(delimiter),
    _HANDLER: document.Handler,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${document.Runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: document.FunctionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(document.MemorySize),
    AWS_LAMBDA_FUNCTION_VERSION: document.Version ?? '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupName(document),
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken !== undefined && { AWS_SESSION_TOKEN: credentials.sessionToken }),
    LAMBDA_TASK_ROOT: folders.root,
    LAMBDA_RUNTIME_DIR: runtimeDir,
  }
}

const isPresent = (part: string): boolean => part !== ''

/** `nodejs22.x` → `node22`, where a layer may keep what is for that version alone. */
const nodeFolder = (runtime: string): string => `node${/^nodejs(\d+)/.exec(runtime)?.[1] ?? ''}`

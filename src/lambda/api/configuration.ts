// A function's configuration: what is checked of it, and how it is told.
// https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
import { hash } from 'node:crypto'
import type { CreateFunctionRequest, FunctionConfiguration } from '@aws-sdk/client-lambda'
import type { Call } from '#model/call.ts'
import type { FunctionDocument } from '#model/function.ts'
import { canonicalJson } from '#shared/json.ts'
import type { Shape } from '#wire/operation.ts'
import { RESERVED_VARIABLES } from '../environment.ts'
import { checkPattern, checkRange, invalidParameter } from './errors.ts'
import type { Configured, ReportedSettings } from './records.ts'

/** The members that CreateFunction and UpdateFunctionConfiguration share. */
export type ConfigurationInput = Partial<
  Omit<Shape<CreateFunctionRequest>, 'FunctionName' | 'Code' | 'Tags' | 'Publish'>
>

export const reportedOf = (
  input: ConfigurationInput,
  old: ReportedSettings = {},
): ReportedSettings => {
  const reported: Record<string, unknown> = { ...old }
  for (const name of REPORTED) if (input[name] !== undefined) reported[name] = input[name]
  return reported
}

const REPORTED = [
  'VpcConfig',
  'KMSKeyArn',
  'TracingConfig',
  'FileSystemConfigs',
  'EphemeralStorage',
  'SnapStart',
  'LoggingConfig',
] as const satisfies readonly (keyof ReportedSettings)[]

/** A UUID that says nothing but that something changed. */
export const revisionOf = (call: Call, value: unknown): string => {
  const digest = hash('sha256', `${call.requestId} ${call.nowMs} ${canonicalJson(value)}`)
  return digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** `qualifier`: what was asked for, which the ARN then ends with. */
export const describeConfiguration = (
  { document, reported, layerArns, ...record }: Configured,
  qualifier?: string,
): Shape<FunctionConfiguration> => {
  const version = document.Version ?? '$LATEST'
  const variables = document.Environment
  const wanted = document.Version ?? qualifier
  const FunctionArn = document.FunctionArn + (wanted === undefined ? '' : `:${wanted}`)
  return {
    FunctionName: document.FunctionName,
    FunctionArn,
    // What is stored was one of the names on the way in; a template's own is told as it is.
    Runtime: document.Runtime as NonNullable<FunctionConfiguration['Runtime']>,
    Role: document.Role,
    Handler: document.Handler,
    CodeSize: record.codeSize,
    Description: document.Description ?? '',
    Timeout: document.Timeout,
    MemorySize: document.MemorySize,
    LastModified: new Date(document.LastModified).toISOString().replace('Z', '+0000'),
    CodeSha256: record.codeSha256,
    Version: version,
    ...(Object.keys(variables).length > 0 && { Environment: { Variables: variables } }),
    ...(document.deadLetterArn !== undefined && {
      DeadLetterConfig: { TargetArn: document.deadLetterArn },
    }),
    ...(layerArns.length > 0 && { Layers: layerArns }),
    KMSKeyArn: reported.KMSKeyArn,
    VpcConfig: reported.VpcConfig && { ...reported.VpcConfig, VpcId: '' },
    FileSystemConfigs: reported.FileSystemConfigs,
    TracingConfig: reported.TracingConfig ?? { Mode: 'PassThrough' },
    RevisionId: record.revisionId,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: (document.Architectures ?? ['x86_64']) as FunctionConfiguration['Architectures'],
    EphemeralStorage: reported.EphemeralStorage ?? { Size: 512 },
    SnapStart: { ApplyOn: reported.SnapStart?.ApplyOn ?? 'None', OptimizationStatus: 'Off' },
    LoggingConfig: {
      LogFormat: 'Text',
      LogGroup: `/aws/lambda/${document.FunctionName}`,
      ...reported.LoggingConfig,
    },
  }
}

const NAME = /^[A-Za-z0-9_-]{1,64}$/
const VARIABLE = /^[A-Za-z]\w+$/
const ROLE = /^arn:aws[a-zA-Z-]*:iam::\d{12}:role\/?[\w+=,.@/-]+$/
/** AWS: 4 KB for all names and values together. [guide: gettingstarted-limits] */
const ENVIRONMENT_BYTES_MAX = 4096

export const checkDocument = (document: FunctionDocument): void => {
  const { FunctionName, Timeout, MemorySize, Environment, Handler, Runtime } = document
  checkPattern('functionName', FunctionName, NAME.test(FunctionName), '[a-zA-Z0-9-_]{1,64}')
  checkRange('timeout', Timeout, 1, 900)
  checkRange('memorySize', MemorySize, 128, 10_240)
  const isHandler = Runtime.startsWith('provided') || /^\S{1,128}$/.test(Handler)
  checkPattern('handler', Handler, isHandler, '[^\\s]+')
  checkEnvironment(Environment)
}

/** Of what comes over the wire alone: a template's role may be a record without an ARN. */
export const checkRole = (role: string | undefined): void => {
  if (role === undefined) return
  const pattern = String.raw`arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+`
  checkPattern('role', role, ROLE.test(role), pattern)
}

const checkEnvironment = (environment: Readonly<Record<string, string>>): void => {
  const names = Object.keys(environment)
  const reserved = names.filter((name) => RESERVED_VARIABLES.has(name))
  const intro =
    'Lambda was unable to configure your environment variables because the environment variables you have provided'
  if (reserved.length > 0) {
    throw invalidParameter(
      `${intro} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    )
  }
  for (const name of names) {
    checkPattern('environment.variables', name, VARIABLE.test(name), '[a-zA-Z]([a-zA-Z0-9_])+')
  }
  if (Buffer.byteLength(JSON.stringify(environment)) > ENVIRONMENT_BYTES_MAX) {
    throw invalidParameter(`${intro} exceeded the 4KB limit.`)
  }
}

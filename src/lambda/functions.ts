// Functions as they are stored: what a stack deployment creates, updates and deletes. Each change also publishes the
// function's directory entry in the same transaction, which is what the functions process follows.
// https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
import { functionArn } from '#model/arn.ts'
import type { FunctionEntry } from '#model/documents.ts'
import type { FunctionDocument } from '#model/function.ts'
import { GLOBAL_SCOPE, type Scope } from '#model/scope.ts'
import { directory } from '#store/collections.ts'
import { collection } from '#store/store.ts'
import { type ReadCall, reads, type WriteCall, writes } from '#store/transactional.ts'
import { ServiceError } from '#wire/errors.ts'
import { RESERVED_VARIABLES } from './environment.ts'

/** By `{FunctionName}`. */
export const functions = collection<FunctionDocument>('lambda/functions')

export type FunctionInput = Omit<FunctionDocument, 'FunctionArn' | 'LastModified' | 'qualifiers'>

export interface FunctionName {
  readonly FunctionName: string
}

export const createFunction = async (
  input: FunctionInput,
  call: WriteCall,
): Promise<FunctionDocument> => {
  check(input)
  if ((await call.tx.get(functions, call, input.FunctionName)) !== undefined) {
    throw new ServiceError(
      'ResourceConflictException',
      409,
      `Function already exist: ${input.FunctionName}`,
      { Type: 'User' },
    )
  }
  return put(input, call)
}

export const updateFunction = async (
  input: FunctionInput,
  call: WriteCall,
): Promise<FunctionDocument> => {
  check(input)
  const { qualifiers } = await getFunction(input, call)
  return put({ ...input, ...(qualifiers !== undefined && { qualifiers }) }, call)
}

export const deleteFunction = async (
  { FunctionName }: FunctionName,
  call: WriteCall,
): Promise<Record<string, never>> => {
  await getFunction({ FunctionName }, call)
  await call.tx.delete(functions, call, FunctionName)
  await call.tx.delete(directory, GLOBAL_SCOPE, directoryKey(call, FunctionName))
  return {}
}

export const getFunction = async (
  { FunctionName }: FunctionName,
  call: ReadCall,
): Promise<FunctionDocument> => {
  const found = await call.view.get(functions, call, FunctionName)
  if (found !== undefined) return found
  throw notFound(functionArn(call, FunctionName))
}

const notFound = (arn: string): ServiceError =>
  new ServiceError('ResourceNotFoundException', 404, `Function not found: ${arn}`, {
    Type: 'User',
  })

/** A version is a name for the code as it lies: nothing is copied, and there is one. */
export const publishVersion = async (
  { FunctionName }: FunctionName,
  call: WriteCall,
): Promise<{ readonly Version: string }> => {
  await qualify(FunctionName, PUBLISHED, true, call)
  return { Version: PUBLISHED }
}

export interface AliasInput extends FunctionName {
  readonly Name: string
  readonly FunctionVersion: string
}

export const createAlias = async (
  { FunctionName, Name, FunctionVersion }: AliasInput,
  call: WriteCall,
): Promise<{ readonly AliasArn: string }> => {
  const document = await getFunction({ FunctionName }, call)
  if (!isQualifier(document, FunctionVersion)) {
    throw notFound(`${document.FunctionArn}:${FunctionVersion}`)
  }
  await qualify(FunctionName, Name, true, call)
  return { AliasArn: `${document.FunctionArn}:${Name}` }
}

/** Takes an alias or a version away; where the function itself is gone, so are they. */
export const deleteQualifier = async (
  { FunctionName, Qualifier }: FunctionName & { readonly Qualifier: string },
  call: WriteCall,
): Promise<Record<string, never>> => {
  if ((await call.tx.get(functions, call, FunctionName)) !== undefined) {
    await qualify(FunctionName, Qualifier, false, call)
  }
  return {}
}

const PUBLISHED = '1'

/** Whether a function answers by this qualifier. */
export const isQualifier = ({ qualifiers }: FunctionDocument, qualifier: string): boolean =>
  qualifier === '$LATEST' || qualifiers?.includes(qualifier) === true

const qualify = async (
  FunctionName: string,
  qualifier: string,
  there: boolean,
  call: WriteCall,
): Promise<void> => {
  const { qualifiers = [], ...input } = await getFunction({ FunctionName }, call)
  const others = qualifiers.filter((name) => name !== qualifier)
  await put({ ...input, qualifiers: there ? [...others, qualifier].sort() : others }, call)
}

type StoredInput = FunctionInput & Pick<FunctionDocument, 'qualifiers'>

/** The operations as the wire layer and stack deployments call them. */
export const functionOperations = {
  CreateFunction: writes(createFunction),
  UpdateFunction: writes(updateFunction),
  DeleteFunction: writes(deleteFunction),
  GetFunction: reads(getFunction),
  PublishVersion: writes(publishVersion),
  CreateAlias: writes(createAlias),
  DeleteQualifier: writes(deleteQualifier),
}

const put = async (input: StoredInput, call: WriteCall): Promise<FunctionDocument> => {
  const { accountId, region } = call
  const document: FunctionDocument = {
    ...input,
    FunctionArn: functionArn(call, input.FunctionName),
    LastModified: call.nowMs,
  }
  const entry: FunctionEntry = {
    kind: 'function',
    scope: { accountId, region },
    function: document,
  }
  await call.tx.put(functions, call, input.FunctionName, document)
  await call.tx.put(directory, GLOBAL_SCOPE, directoryKey(call, input.FunctionName), entry)
  return document
}

/** As `model/documents.ts` defines it. */
const directoryKey = ({ accountId, region }: Scope, functionName: string): string =>
  `function/${accountId}/${region}/${functionName}`

/** AWS: 4 KB for all names and values together. [guide: gettingstarted-limits] */
const ENVIRONMENT_BYTES_MAX = 4096
const NAME = /^[A-Za-z0-9_-]{1,64}$/
const VARIABLE = /^[A-Za-z]\w+$/

const check = (input: FunctionInput): void => {
  const { FunctionName, Timeout, MemorySize, Environment, Handler, Runtime } = input
  checkValue('functionName', FunctionName, NAME.test(FunctionName), '[a-zA-Z0-9-_]{1,64}')
  checkRange('timeout', Timeout, 1, 900)
  checkRange('memorySize', MemorySize, 128, 10_240)
  checkValue(
    'handler',
    Handler,
    Runtime.startsWith('provided') || /^\S{1,128}$/.test(Handler),
    '[^\\s]+',
  )
  checkEnvironment(Environment)
}

const checkEnvironment = (environment: Readonly<Record<string, string>>): void => {
  const names = Object.keys(environment)
  const reserved = names.filter((name) => RESERVED_VARIABLES.has(name))
  const intro =
    'Lambda was unable to configure your environment variables because the environment variables you have provided'
  if (reserved.length > 0) {
    throw invalid(
      `${intro} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    )
  }
  for (const name of names)
    checkValue('environment.variables', name, VARIABLE.test(name), '[a-zA-Z]([a-zA-Z0-9_])+')
  if (Buffer.byteLength(JSON.stringify(environment)) > ENVIRONMENT_BYTES_MAX) {
    throw invalid(`${intro} exceeded the 4KB limit.`)
  }
}

const checkRange = (member: string, value: number, min: number, max: number): void => {
  const holds = Number.isInteger(value) && value >= min && value <= max
  const rule = value < min ? `greater than or equal to ${min}` : `less than or equal to ${max}`
  if (!holds) throw constraint(member, String(value), `Member must have value ${rule}`)
}

const checkValue = (member: string, value: string, holds: boolean, pattern: string): void => {
  if (!holds) {
    throw constraint(member, value, `Member must satisfy regular expression pattern: ${pattern}`)
  }
}

const constraint = (member: string, value: string, rule: string): ServiceError =>
  new ServiceError(
    'ValidationException',
    400,
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${rule}`,
  )

const invalid = (message: string): ServiceError =>
  new ServiceError('InvalidParameterValueException', 400, message, { Type: 'User' })

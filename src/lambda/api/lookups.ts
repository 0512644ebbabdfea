// Finding what a caller names: the function, one of its versions, or what an alias stands for now.
import type { ReadCall } from '#store/transactional.ts'
import { functionNotFound, preconditionFailed, resourceNotFound } from './errors.ts'
import { type FunctionReference, isVersion, qualifiedArn, referenceOf } from './names.ts'
import {
  type AliasRecord,
  aliases,
  type Configured,
  type FunctionRecord,
  functions,
  versionKey,
  versions,
} from './records.ts'

export const functionRecord = async (
  { name, qualifier }: FunctionReference,
  call: ReadCall,
): Promise<FunctionRecord> => {
  const found = await call.view.get(functions, call, name)
  if (found === undefined) throw functionNotFound(qualifiedArn(call, name, qualifier))
  return found
}

/** The code and configuration that a reference means; an alias means its first version. */
export const configured = async (
  reference: FunctionReference,
  call: ReadCall,
): Promise<Configured> => {
  const record = await functionRecord(reference, call)
  const { name, qualifier } = reference
  if (qualifier === undefined || qualifier === '$LATEST') return record
  const version = isVersion(qualifier)
    ? qualifier
    : (await call.view.get(aliases, call, `${name}/${qualifier}`))?.FunctionVersion
  if (version === '$LATEST') return record
  const found =
    version === undefined
      ? undefined
      : await call.view.get(versions, call, versionKey(name, version))
  if (found === undefined) throw functionNotFound(qualifiedArn(call, name, qualifier))
  return found
}

export const aliasRecord = async (
  name: string,
  alias: string | undefined,
  call: ReadCall,
): Promise<AliasRecord> => {
  const found = await call.view.get(aliases, call, `${name}/${alias}`)
  if (found === undefined) {
    throw resourceNotFound(`Cannot find alias arn: ${qualifiedArn(call, name, alias)}`)
  }
  return found
}

/** Where policies, URLs and configurations of asynchronous invocation hang: on the function, or on an existing qualifier. */
export const attachment = async (
  functionName: string | undefined,
  qualifier: string | undefined,
  call: ReadCall,
): Promise<{ readonly name: string; readonly qualifier: string; readonly key: string }> => {
  const reference = referenceOf(functionName, qualifier, call)
  await configured(reference, call)
  const { name, qualifier: wanted = '$LATEST' } = reference
  return { name, qualifier: wanted, key: `${name}/${wanted}` }
}

export const checkRevision = (
  given: string | undefined,
  { revisionId }: { readonly revisionId: string },
): void => {
  if (given !== undefined && given !== revisionId) throw preconditionFailed()
}

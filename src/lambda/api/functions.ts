// Functions: made, read, changed and deleted. https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
import type {
  CreateFunctionRequest,
  DeleteFunctionRequest,
  FunctionConfiguration,
  GetFunctionConfigurationRequest,
  GetFunctionRequest,
  GetFunctionResponse,
  ListFunctionsRequest,
} from '@aws-sdk/client-lambda'
import { pathToFileURL } from 'node:url'
import { functionArn } from '#model/arn.ts'
import type { FunctionBuild, FunctionDocument } from '#model/function.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { directory } from '#store/collections.ts'
import type { ReadCall, StoreCall, WriteCall } from '#store/transactional.ts'
import { reads, writes } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { pageOf, pageOfMarker } from '#wire/pagination.ts'
import { type GivenCode, type LambdaParts, takeCode, type TakenCode } from './code.ts'
import { checkCodeStorage } from './code-storage.ts'
import {
  checkDocument,
  checkRole,
  type ConfigurationInput,
  describeConfiguration,
  reportedOf,
  revisionOf,
} from './configuration.ts'
import { invalidParameter, resourceConflict } from './errors.ts'
import { resolveLayers } from './layers.ts'
import { configured, functionRecord } from './lookups.ts'
import { referenceOf } from './names.ts'
import { publishFunction, useArchives, withdrawVersion } from './publish.ts'
import {
  aliases,
  type Configured,
  eventInvokeConfigs,
  type FunctionRecord,
  functions,
  policies,
  provisioned,
  urls,
  versionKey,
  versions,
} from './records.ts'
import { checkTags } from './tags.ts'
import { deleteVersion, describeVersion, publishVersion } from './versions.ts'

/** What a deployment adds, and no call over the wire can: where code lies here, how it is built, where it is from. */
interface LocalMembers {
  readonly build?: FunctionBuild
  readonly origin?: string
}

export type CreateFunctionInput = Omit<Shape<CreateFunctionRequest>, 'Role' | 'Code'> &
  LocalMembers & { readonly Role?: string | undefined; readonly Code?: GivenCode | undefined }

export const createFunctionOperation =
  (parts: LambdaParts) =>
  async (input: CreateFunctionInput, call: StoreCall): Promise<Shape<FunctionConfiguration>> => {
    refuseUnprovided(input)
    if (input.Code?.local === undefined) checkRole(input.Role)
    const reference = referenceOf(input.FunctionName, undefined, call)
    // Told before 50 MB are unpacked for nothing; the transaction looks again.
    await reads((_, its) => refuseExisting(reference.name, its))(undefined, call)
    const taken = await takeCode(input.Code ?? {}, parts)
    try {
      return await writes(async (_, its) => {
        const created = await create(reference.name, input, taken, its)
        if (taken.isKept) await checkCodeStorage(its, parts.codeBytesInAllMax)
        return created
      })(undefined, call)
    } finally {
      taken.release()
    }
  }

const create = async (
  name: string,
  input: CreateFunctionInput,
  taken: TakenCode,
  call: WriteCall,
): Promise<Shape<FunctionConfiguration>> => {
  await refuseExisting(name, call)
  checkTags(input.Tags)
  const { Runtime, Handler, build, origin } = input
  if (Runtime === undefined || (Handler === undefined && !Runtime.startsWith('provided'))) {
    throw invalidParameter(
      'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
    )
  }
  const blank: FunctionDocument = {
    FunctionName: name,
    FunctionArn: functionArn(call, name),
    Runtime,
    Handler: Handler ?? '',
    code: taken.code,
    Timeout: 3,
    MemorySize: 128,
    Environment: {},
    LastModified: call.nowMs,
    layers: [],
    ...(build !== undefined && { build }),
    ...(origin !== undefined && { origin }),
  }
  const { layers, layerArns } = await resolveLayers(input.Layers ?? [], call)
  const record: Omit<FunctionRecord, 'revisionId'> = {
    document: { ...configuredDocument(blank, input), layers },
    reported: reportedOf(input),
    layerArns,
    codeSha256: taken.codeSha256,
    codeSize: taken.codeSize,
    nextVersion: 1,
    tags: input.Tags ?? {},
  }
  const stored = await storeFunction(record, call)
  if (input.Publish !== true) return describeConfiguration(stored)
  return describeVersion(await publishVersion({ FunctionName: name }, call))
}

const refuseExisting = async (name: string, call: ReadCall): Promise<void> => {
  if ((await call.view.get(functions, call, name)) !== undefined) {
    throw resourceConflict(`Function already exist: ${name}`)
  }
}

/** The document with what an input says of it. */
export const configuredDocument = (
  old: FunctionDocument,
  input: ConfigurationInput,
): FunctionDocument => {
  const { Description, Role, Architectures, DeadLetterConfig, Environment } = input
  const { deadLetterArn: oldTarget, ...rest } = old
  const target = DeadLetterConfig === undefined ? oldTarget : DeadLetterConfig.TargetArn
  return {
    ...rest,
    Runtime: input.Runtime ?? old.Runtime,
    Handler: input.Handler ?? old.Handler,
    Timeout: input.Timeout ?? old.Timeout,
    MemorySize: input.MemorySize ?? old.MemorySize,
    Environment: Environment === undefined ? old.Environment : { ...Environment.Variables },
    ...(Description !== undefined && { Description }),
    ...(Role !== undefined && { Role }),
    ...(Architectures !== undefined && { Architectures }),
    ...(target !== undefined && target !== '' && { deadLetterArn: target }),
  }
}

/** Settings without which a function would not be what its owner thinks: refused, by name. */
export const refuseUnprovided = (input: ConfigurationInput): void => {
  for (const name of UNPROVIDED) {
    if (input[name] === undefined) continue
    throw invalidParameter(`${name} is not provided by this gateway: leave it out.`)
  }
  if (input.PackageType !== undefined && input.PackageType !== 'Zip') {
    throw invalidParameter('Functions from container images are not run here: PackageType is Zip.')
  }
}

const UNPROVIDED = [
  'CodeSigningConfigArn',
  'ImageConfig',
  'TenancyConfig',
  'CapacityProviderConfig',
  'DurableConfig',
  'PublishTo',
] as const

export const storeFunction = async (
  record: Omit<FunctionRecord, 'revisionId'>,
  call: WriteCall,
): Promise<FunctionRecord> => {
  const name = record.document.FunctionName
  checkDocument(record.document)
  const stored = { ...record, revisionId: revisionOf(call, record) }
  const user = `function/${name}/$LATEST`
  const old = await call.tx.get(functions, call, name)
  if (old !== undefined) await useArchives(old.document, user, false, call)
  await useArchives(record.document, user, true, call)
  await call.tx.put(functions, call, name, stored)
  await publishFunction(name, call)
  return stored
}

export const getFunction =
  ({ codeStore }: LambdaParts) =>
  async (
    input: Shape<GetFunctionRequest>,
    call: ReadCall,
  ): Promise<Shape<Omit<GetFunctionResponse, '$metadata'>>> => {
    const reference = referenceOf(input.FunctionName, input.Qualifier, call)
    const record = await functionRecord(reference, call)
    const found = await configured(reference, call)
    const { reservedConcurrency: reserved, tags } = record
    return {
      Configuration: describeConfiguration(found, reference.qualifier),
      Code: { RepositoryType: 'S3', Location: locationOf(found, codeStore.pathOf) },
      ...(Object.keys(tags).length > 0 && { Tags: tags }),
      ...(reserved !== undefined && { Concurrency: { ReservedConcurrentExecutions: reserved } }),
    }
  }

/** Where the code lies: a URL of this machine, where AWS has one of S3 that is signed for ten minutes. */
const locationOf = (
  { document: { code } }: Configured,
  pathOf: (sha256: string) => string,
): string => {
  switch (code.kind) {
    case 'archive':
      return pathToFileURL(pathOf(code.sha256)).href
    case 'inline':
      return `data:text/plain;base64,${Buffer.from(code.text).toString('base64')}`
    default:
      return pathToFileURL(code.path).href
  }
}

export const getFunctionConfiguration = async (
  input: Shape<GetFunctionConfigurationRequest>,
  call: ReadCall,
): Promise<Shape<FunctionConfiguration>> => {
  const reference = referenceOf(input.FunctionName, input.Qualifier, call)
  return describeConfiguration(await configured(reference, call), reference.qualifier)
}

export const listFunctions = async (input: Shape<ListFunctionsRequest>, call: ReadCall) => {
  const records = (await call.view.list(functions, call)).map(({ value }) => value)
  const page = pageOf(records, ({ document }) => document.FunctionName, pageOfMarker(input))
  const Functions: Shape<FunctionConfiguration>[] = []
  for (const record of page.items) {
    if (input.FunctionVersion !== 'ALL') Functions.push(describeConfiguration(record))
    else Functions.push(...(await allVersions(record, call)))
  }
  return { Functions, ...(page.token !== undefined && { NextMarker: page.token }) }
}

const allVersions = async (record: FunctionRecord, call: ReadCall) => {
  const prefix = `${record.document.FunctionName}/`
  const published = await call.view.list(versions, call, { prefix })
  return [
    describeConfiguration(record, '$LATEST'),
    ...published.map(({ value }) => describeConfiguration(value)),
  ]
}

export const deleteFunction =
  ({ codeStore }: LambdaParts) =>
  async (input: Shape<DeleteFunctionRequest>, call: WriteCall) => {
    const { name, qualifier } = referenceOf(input.FunctionName, input.Qualifier, call)
    const record = await functionRecord({ name, qualifier }, call)
    codeStore.sweepLater()
    if (qualifier !== undefined) {
      await deleteVersion(name, qualifier, call)
      return { StatusCode: 204 }
    }
    await deleteParts(name, call)
    await useArchives(record.document, `function/${name}/$LATEST`, false, call)
    await call.tx.delete(functions, call, name)
    await publishFunction(name, call)
    return { StatusCode: 204 }
  }

/** AWS: a function's versions, aliases, policies, URLs and settings go with it; event source mappings stay. */
const deleteParts = async (name: string, call: WriteCall): Promise<void> => {
  const prefix = `${name}/`
  for (const { value } of await call.tx.list(versions, call, { prefix })) {
    const version = value.document.Version ?? ''
    await useArchives(value.document, `function/${name}/${version}`, false, call)
    await withdrawVersion(name, version, call)
    await call.tx.delete(versions, call, versionKey(name, version))
  }
  for (const { value } of await call.tx.list(urls, call, { prefix })) {
    await call.tx.delete(directory, GLOBAL_SCOPE, `function-url/${value.urlId}`)
  }
  for (const parts of [aliases, policies, urls, eventInvokeConfigs, provisioned]) {
    await call.tx.deletePrefix<unknown>(parts, call, prefix)
  }
}

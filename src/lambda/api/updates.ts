// Changes of a function's code and configuration: each is whole in one transaction, so that a crash leaves the old
// function or the new one. https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html
import type {
  FunctionConfiguration,
  UpdateFunctionCodeRequest,
  UpdateFunctionConfigurationRequest,
} from '@aws-sdk/client-lambda'
import type { FunctionBuild, FunctionCode } from '#model/function.ts'
import type { StoreCall, WriteCall } from '#store/transactional.ts'
import { reads, writes } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { type LambdaParts, takeCode, type TakenCode } from './code.ts'
import { checkCodeStorage } from './code-storage.ts'
import { checkRole, describeConfiguration, reportedOf } from './configuration.ts'
import { invalidParameter } from './errors.ts'
import { configuredDocument, refuseUnprovided, storeFunction } from './functions.ts'
import { resolveLayers } from './layers.ts'
import { checkRevision, functionRecord } from './lookups.ts'
import { referenceOf } from './names.ts'
import { describeVersion, publishVersion } from './versions.ts'

export type UpdateFunctionCodeInput = Shape<UpdateFunctionCodeRequest> & {
  readonly local?: FunctionCode | undefined
  readonly build?: FunctionBuild
  readonly origin?: string
}

export const updateFunctionCodeOperation =
  (parts: LambdaParts) =>
  async (
    input: UpdateFunctionCodeInput,
    call: StoreCall,
  ): Promise<Shape<FunctionConfiguration>> => {
    if (input.PublishTo !== undefined) throw invalidParameter('PublishTo is not provided here.')
    const reference = unqualified(input.FunctionName, call)
    const check = async (_: unknown, its: Parameters<typeof functionRecord>[1]) =>
      checkRevision(input.RevisionId, await functionRecord(reference, its))
    await reads(check)(undefined, call)
    const taken = await takeCode(input, parts)
    try {
      return await writes(async (_, its) => {
        const changed = await putCode(reference.name, input, taken, its)
        if (taken.isKept) await checkCodeStorage(its, parts.codeBytesInAllMax)
        return changed
      })(undefined, call)
    } finally {
      taken.release()
      parts.codeStore.sweepLater()
    }
  }

const putCode = async (
  name: string,
  input: UpdateFunctionCodeInput,
  taken: TakenCode,
  call: WriteCall,
): Promise<Shape<FunctionConfiguration>> => {
  const { revisionId, ...old } = await functionRecord({ name, qualifier: undefined }, call)
  checkRevision(input.RevisionId, { revisionId })
  // The build and the origin are those of the code: what is uploaded is run as it is.
  const { build: _build, origin: _origin, ...document } = old.document
  const { build, origin, Architectures } = input
  const { codeSha256, codeSize } = taken
  const changed = {
    ...old,
    document: {
      ...document,
      code: taken.code,
      LastModified: call.nowMs,
      ...(Architectures !== undefined && { Architectures }),
      ...(build !== undefined && { build }),
      ...(origin !== undefined && { origin }),
    },
    codeSha256,
    codeSize,
  }
  if (input.DryRun === true) return describeConfiguration({ ...changed, revisionId })
  const stored = await storeFunction(changed, call)
  if (input.Publish !== true) return describeConfiguration(stored)
  return describeVersion(await publishVersion({ FunctionName: name }, call))
}

export const updateFunctionConfiguration = async (
  input: Shape<UpdateFunctionConfigurationRequest> & { readonly isLocal?: boolean },
  call: WriteCall,
): Promise<Shape<FunctionConfiguration>> => {
  refuseUnprovided(input)
  if (input.isLocal !== true) checkRole(input.Role)
  const reference = unqualified(input.FunctionName, call)
  const { revisionId, ...old } = await functionRecord(reference, call)
  checkRevision(input.RevisionId, { revisionId })
  const resolved =
    input.Layers === undefined
      ? { layers: old.document.layers, layerArns: old.layerArns }
      : await resolveLayers(input.Layers, call)
  const document = configuredDocument(old.document, input)
  const stored = await storeFunction(
    {
      ...old,
      document: { ...document, layers: resolved.layers, LastModified: call.nowMs },
      layerArns: resolved.layerArns,
      reported: reportedOf(input, old.reported),
    },
    call,
  )
  return describeConfiguration(stored)
}

const unqualified = (functionName: string | undefined, call: StoreCall | WriteCall) => {
  const reference = referenceOf(functionName, undefined, call)
  if (reference.qualifier !== undefined && reference.qualifier !== '$LATEST') {
    throw invalidParameter(
      `The resource ${functionName} is a version or an alias, which cannot be updated.`,
    )
  }
  return { name: reference.name, qualifier: undefined }
}

// Layers: content that functions share, in numbered versions that never change.
// https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html
import { pathToFileURL } from 'node:url'
import type {
  DeleteLayerVersionRequest,
  GetLayerVersionByArnRequest,
  GetLayerVersionRequest,
  GetLayerVersionResponse,
  ListLayersRequest,
  ListLayerVersionsRequest,
  PublishLayerVersionRequest,
} from '@aws-sdk/client-lambda'
import type { FunctionCode } from '#model/function.ts'
import { PARTITION, type Scope } from '#model/scope.ts'
import type { ReadCall, StoreCall, WriteCall } from '#store/transactional.ts'
import { writes } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { pageOf, pageOfMarker } from '#wire/pagination.ts'
import { type GivenCode, type LambdaParts, takeCode, type TakenCode } from './code.ts'
import { checkCodeStorage } from './code-storage.ts'
import { checkPattern, invalidParameter, resourceNotFound } from './errors.ts'
import { useArchives } from './publish.ts'
import { type LayerRecord, layers, layerSequences, versionKey } from './records.ts'

/** AWS: five. [guide: gettingstarted-limits] */
const LAYERS_MAX = 5

type Published = Omit<Shape<GetLayerVersionResponse>, '$metadata'>

export type PublishLayerVersionInput = Omit<Shape<PublishLayerVersionRequest>, 'Content'> & {
  readonly Content?: GivenCode | undefined
}

export const publishLayerVersionOperation =
  (parts: LambdaParts) =>
  async (input: PublishLayerVersionInput, call: StoreCall): Promise<Published> => {
    const name = layerName(input.LayerName, call)
    const taken = await takeCode(input.Content ?? {}, parts)
    try {
      const record = await writes(async (_, its) => {
        const published = await publish(name, input, taken, its)
        if (taken.isKept) await checkCodeStorage(its, parts.codeBytesInAllMax)
        return published
      })(undefined, call)
      return describe(record, call, parts)
    } finally {
      taken.release()
    }
  }

const publish = async (
  name: string,
  input: PublishLayerVersionInput,
  taken: TakenCode,
  call: WriteCall,
): Promise<LayerRecord> => {
  // AWS: the numbers of deleted versions are not given again.
  const version = (await call.tx.get(layerSequences, call, name)) ?? 1
  const { LicenseInfo, CompatibleRuntimes, CompatibleArchitectures } = input
  const record: LayerRecord = {
    LayerName: name,
    Version: version,
    Description: input.Description ?? '',
    ...(LicenseInfo !== undefined && { LicenseInfo }),
    ...(CompatibleRuntimes !== undefined && { CompatibleRuntimes }),
    ...(CompatibleArchitectures !== undefined && { CompatibleArchitectures }),
    code: taken.code,
    codeSha256: taken.codeSha256,
    codeSize: taken.codeSize,
    createdMs: call.nowMs,
  }
  await call.tx.put(layerSequences, call, name, version + 1)
  await call.tx.put(layers, call, versionKey(name, String(version)), record)
  await useArchives({ code: record.code, layers: [] }, user(record), true, call)
  return record
}

const user = ({ LayerName, Version }: LayerRecord): string => `layer/${LayerName}/${Version}`

/** A name, or an ARN with or without its version. */
const layerName = (text: string | undefined, scope: Scope): string => {
  const [, region, accountId, inArn] =
    /^arn:[^:]+:lambda:([^:]+):(\d{12}):layer:([\w-]{1,140})$/.exec(text ?? '') ?? []
  const name = inArn ?? text ?? ''
  const pattern = String.raw`(arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\d{12}:layer:[a-zA-Z0-9-_]+)|[a-zA-Z0-9-_]+`
  const here =
    (region ?? scope.region) === scope.region && (accountId ?? scope.accountId) === scope.accountId
  if (!here) throw resourceNotFound('The resource you requested does not exist.')
  checkPattern('layerName', name, /^[\w-]{1,140}$/.test(name), pattern)
  return name
}

const layerArn = ({ region, accountId }: Scope, name: string): string =>
  `arn:${PARTITION}:lambda:${region}:${accountId}:layer:${name}`

const VERSION_ARN = /^arn:[^:]+:lambda:([^:]+):(\d{12}):layer:([\w-]{1,140}):(\d{1,10})$/

/** What a function's `Layers` mean: their content in merge order. */
export const resolveLayers = async (
  arns: readonly string[],
  call: ReadCall,
): Promise<{
  readonly layers: readonly FunctionCode[]
  readonly layerArns: readonly { readonly Arn: string; readonly CodeSize: number }[]
}> => {
  if (arns.length > LAYERS_MAX) {
    throw invalidParameter(`Cannot reference more than ${LAYERS_MAX} layers.`)
  }
  const names = new Set(arns.map((arn) => arn.split(':').slice(0, 7).join(':')))
  if (names.size < arns.length) {
    throw invalidParameter(
      'Two different versions of the same layer are not allowed to be referenced in the same function.',
    )
  }
  const found: LayerRecord[] = []
  for (const arn of arns) {
    const record = await byArn(arn, call)
    if (record === undefined) throw invalidParameter(`Layer version ${arn} does not exist.`)
    found.push(record)
  }
  return {
    layers: found.map(({ code }) => code),
    layerArns: found.map(({ codeSize }, index) => ({ Arn: arns[index] ?? '', CodeSize: codeSize })),
  }
}

const byArn = async (arn: string, call: ReadCall): Promise<LayerRecord | undefined> => {
  const [, region, accountId, name = '', version = ''] = VERSION_ARN.exec(arn) ?? []
  if (region !== call.region || accountId !== call.accountId) return undefined
  return call.view.get(layers, call, versionKey(name, String(Number(version))))
}

export const getLayerVersion =
  (parts: LambdaParts) =>
  async (input: Shape<GetLayerVersionRequest>, call: ReadCall): Promise<Published> => {
    const name = layerName(input.LayerName, call)
    const record = await call.view.get(layers, call, versionKey(name, String(input.VersionNumber)))
    if (record === undefined) throw resourceNotFound('The resource you requested does not exist.')
    return describe(record, call, parts)
  }

export const getLayerVersionByArn =
  (parts: LambdaParts) =>
  async (input: Shape<GetLayerVersionByArnRequest>, call: ReadCall): Promise<Published> => {
    const record = await byArn(input.Arn ?? '', call)
    if (record === undefined) throw resourceNotFound('The resource you requested does not exist.')
    return describe(record, call, parts)
  }

export const listLayerVersions = async (input: Shape<ListLayerVersionsRequest>, call: ReadCall) => {
  const name = layerName(input.LayerName, call)
  const entries = await call.view.list(layers, call, { prefix: `${name}/` })
  const wanted = entries.map(({ value }) => value).filter((record) => fits(record, input))
  // AWS: the newest first. [exp]
  const key = ({ Version }: LayerRecord): string =>
    String(9_999_999_999 - Version).padStart(10, '0')
  const page = pageOf(wanted, key, pageOfMarker(input))
  return {
    LayerVersions: page.items.map((record) => summary(record, call)),
    ...(page.token !== undefined && { NextMarker: page.token }),
  }
}

export const listLayers = async (input: Shape<ListLayersRequest>, call: ReadCall) => {
  const newest = new Map<string, LayerRecord>()
  for (const { value } of await call.view.list(layers, call)) {
    if (fits(value, input)) newest.set(value.LayerName, value)
  }
  const page = pageOf([...newest.values()], ({ LayerName }) => LayerName, pageOfMarker(input))
  return {
    Layers: page.items.map((record) => ({
      LayerName: record.LayerName,
      LayerArn: layerArn(call, record.LayerName),
      LatestMatchingVersion: summary(record, call),
    })),
    ...(page.token !== undefined && { NextMarker: page.token }),
  }
}

const fits = (
  record: LayerRecord,
  wanted: {
    readonly CompatibleRuntime?: string | undefined
    readonly CompatibleArchitecture?: string | undefined
  },
): boolean => {
  const { CompatibleRuntime: runtime, CompatibleArchitecture: architecture } = wanted
  return (
    (runtime === undefined || record.CompatibleRuntimes?.includes(runtime) === true) &&
    (architecture === undefined || record.CompatibleArchitectures?.includes(architecture) === true)
  )
}

export const deleteLayerVersion =
  ({ codeStore }: LambdaParts) =>
  /** AWS: functions that use it keep it, and a version that is not there is deleted without a word. */
  async (input: Shape<DeleteLayerVersionRequest>, call: WriteCall) => {
    const name = layerName(input.LayerName, call)
    const key = versionKey(name, String(input.VersionNumber))
    const record = await call.tx.get(layers, call, key)
    if (record === undefined) return {}
    await useArchives({ code: record.code, layers: [] }, user(record), false, call)
    await call.tx.delete(layers, call, key)
    codeStore.sweepLater()
    return {}
  }

const summary = (record: LayerRecord, scope: Scope) => {
  const { LicenseInfo, CompatibleRuntimes, CompatibleArchitectures, LayerName, Version } = record
  return {
    LayerVersionArn: `${layerArn(scope, LayerName)}:${Version}`,
    Version,
    Description: record.Description,
    CreatedDate: new Date(record.createdMs).toISOString().replace('Z', '+0000'),
    ...(LicenseInfo !== undefined && { LicenseInfo }),
    // Enumerations on the way in; a template's own are told as they are.
    ...(CompatibleRuntimes !== undefined && {
      CompatibleRuntimes: CompatibleRuntimes as Published['CompatibleRuntimes'],
    }),
    ...(CompatibleArchitectures !== undefined && {
      CompatibleArchitectures: CompatibleArchitectures as Published['CompatibleArchitectures'],
    }),
  }
}

const describe = (record: LayerRecord, scope: Scope, { codeStore }: LambdaParts): Published => {
  const { code, codeSha256: CodeSha256, codeSize: CodeSize } = record
  return {
    ...summary(record, scope),
    LayerArn: layerArn(scope, record.LayerName),
    Content: { CodeSha256, CodeSize, Location: locationOf(code, codeStore) },
  }
}

const locationOf = (code: FunctionCode, { pathOf }: LambdaParts['codeStore']): string => {
  if (code.kind === 'inline') return ''
  return pathToFileURL(code.kind === 'archive' ? pathOf(code.sha256) : code.path).href
}

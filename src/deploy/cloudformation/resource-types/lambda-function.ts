// AWS::Lambda::Function: code in place on this machine.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { functionArn } from '#model/arn.ts'
import type { FunctionCode } from '#model/function.ts'
import { memberOf, objectOf } from '../../template/source.ts'
import { TemplateError } from '../../template/template-error.ts'
import { textOf } from '../evaluation.ts'
import {
  boolean,
  elsewhere,
  type Input,
  list,
  map,
  named,
  number,
  structure,
  tags,
  text,
  without,
} from '../properties.ts'
import type { Made, ResourceContext, ResourceType } from '../resource-type.ts'
import { checkHandler, type Handled } from './function-handler.ts'
import {
  functionBuild,
  functionCode,
  givenCode,
  type ObjectCode,
  reportMissing,
  withObject,
} from './function-code.ts'

const NAME_LENGTH_MAX = 64

export const lambdaFunction: ResourceType = {
  properties: {
    Architectures: list(text),
    Code: elsewhere, // `functionCode` reads it.
    DeadLetterConfig: structure({ TargetArn: named('TargetArn', text) }),
    Description: text,
    Environment: named('environment', structure({ Variables: map(text) })),
    EphemeralStorage: without('ignored: /tmp is as large as this machine lets it be'),
    FunctionName: text,
    Handler: text,
    Layers: list(text),
    LoggingConfig: without('ignored: functions log to this gateway'),
    MemorySize: number,
    PackageType: text,
    ReservedConcurrentExecutions: number,
    Role: text,
    Runtime: text,
    Tags: tags,
    Timeout: number,
    TracingConfig: without('ignored: functions are not traced'),
    VpcConfig: without('ignored: functions run in the network of this machine'),
    PublishToLatestPublished: boolean,
  },
  report: (context) => {
    checkFunction(context)
  },
  reportMade: reportMissing,
  isIncomplete: ({ keys }) => keys['missing'] !== undefined,
  // A project that was moved has its code elsewhere, though nothing in its template says so.
  fingerprint: (context) => JSON.stringify([context.folder, layersOf(context)]),
  create: async (input, context) => {
    const name = String(input['functionName'] ?? generatedName(context))
    const checked = checkFunction(context)
    if (checked === undefined) return { ...madeOf(name, context), keys: { record: 'only' } }
    const { code, build } = checked
    const missing = await withObject(code, context, () =>
      context.call('lambda', 'CreateFunction', {
        ...configurationOf(name, checked, input, context),
        Code: givenCode(code),
        Tags: input['tags'] ?? {},
        ...originOf(build, context),
      }),
    )
    if (missing !== undefined)
      return { ...madeOf(name, context), keys: { record: 'only', missing } }
    await reserve(name, input, context)
    return madeOf(name, context)
  },
  update: async (input, existing, context) => {
    const name = existing.physicalId
    const wanted = input['functionName']
    if (existing.keys['record'] === 'only' || (wanted !== undefined && wanted !== name)) {
      return undefined
    }
    const checked = checkFunction(context)
    if (checked === undefined) return undefined
    const { code, build } = checked
    const { Architectures, ...configuration } = configurationOf(name, checked, input, context)
    const missing = await withObject(code, context, () =>
      context.call('lambda', 'UpdateFunctionCode', {
        FunctionName: name,
        ...givenCode(code),
        Architectures,
        ...originOf(build, context),
      }),
    )
    // What it was runs no more.
    if (missing !== undefined) return undefined
    await context.call('lambda', 'UpdateFunctionConfiguration', { ...configuration, isLocal: true })
    await retag(name, objectOf(input['tags'] as JsonValue) ?? {}, context)
    await reserve(name, input, context)
    return madeOf(name, context)
  },
  delete: async ({ physicalId, keys }, { call }) => {
    if (keys['record'] === 'only') return
    await call('lambda', 'DeleteFunction', { FunctionName: physicalId })
  },
}

const madeOf = (name: string, { scope }: ResourceContext): Made => ({
  physicalId: name,
  attributes: { Arn: functionArn(scope, name) },
})

const originOf = (build: Handled['build'], { stackName, logicalId }: ResourceContext) => ({
  ...(build !== undefined && { build }),
  origin: `${stackName}: ${logicalId}`,
})

/** Every member is named: what a template does not say any more goes back to its default. */
const configurationOf = (
  name: string,
  { runtime, handler }: Handled,
  input: Input,
  context: ResourceContext,
) => ({
  FunctionName: name,
  Runtime: runtime,
  Handler: handler,
  Timeout: input['timeout'] ?? 3,
  MemorySize: input['memorySize'] ?? 128,
  // The readers made it.
  Environment: {
    Variables: objectOf(objectOf(input['environment'] as JsonValue)?.['variables']) ?? {},
  },
  Layers: layersOf(context).map(({ arn }) => arn),
  Description: input['description'] ?? '',
  Role: input['role'] ?? '',
  Architectures: input['architectures'] ?? ['x86_64'],
  DeadLetterConfig: input['deadLetterConfig'] ?? { TargetArn: '' },
})

const reserve = async (name: string, input: Input, context: ResourceContext): Promise<void> => {
  const reserved = input['reservedConcurrentExecutions']
  const target = { FunctionName: name }
  if (reserved === undefined) await context.call('lambda', 'DeleteFunctionConcurrency', target)
  else {
    const wanted = { ...target, ReservedConcurrentExecutions: reserved }
    await context.call('lambda', 'PutFunctionConcurrency', wanted)
  }
}

const retag = async (name: string, tags: JsonObject, context: ResourceContext): Promise<void> => {
  const Resource = functionArn(context.scope, name)
  const old = await context.call('lambda', 'ListTags', { Resource })
  const TagKeys = Object.keys(objectOf(old['Tags'] as JsonValue) ?? {}) // The operation's own.
  await context.call('lambda', 'UntagResource', { Resource, TagKeys })
  await context.call('lambda', 'TagResource', { Resource, Tags: tags })
}

/** What must hold at every start, changed or not: code, runtime and handler exist. Undefined: it cannot run here. */
const checkFunction = (context: ResourceContext): Handled | undefined => {
  if (!context.isDry) return handledOf(context)
  try {
    return handledOf(context)
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    // What else there is to say of a template does not wait for its functions to be built.
    context.report(context.path, 'Code', error.problem, 'impossible')
    return undefined
  }
}

const handledOf = (context: ResourceContext): Handled | undefined => {
  const code = functionCode(context)
  if (code === undefined) return undefined
  const runtime = textOf(memberOf(context.properties, 'Runtime') ?? null) ?? ''
  const handler = textOf(memberOf(context.properties, 'Handler') ?? null) ?? ''
  if (runtime === '') context.fail(context.path, 'the function has no Runtime', 'Give `Runtime: …`')
  const build = functionBuild(context)
  const layers = layersOf(context)
  const named = objectOf(context.properties)?.['Layers']
  const handled = {
    runtime,
    handler,
    code,
    build,
    layers: layers.map(({ code: content }) => content),
    lacksLayers: Array.isArray(named) && named.length > layers.length,
  }
  checkHandler(handled, context)
  return handled
}

/** AWS: `{stack}-{logical id}-{random}`, cut to 64 characters. */
const generatedName = ({ stackName, logicalId, ids }: ResourceContext): string => {
  const suffix = ids.next(12)
  return `${`${stackName}-${logicalId}`.slice(0, NAME_LENGTH_MAX - suffix.length - 1)}-${suffix}`
}

/** A layer version of this template. */
interface Layer {
  readonly arn: string
  readonly code: FunctionCode | ObjectCode
}

const layersOf = (context: ResourceContext): readonly Layer[] => {
  const layers = objectOf(context.properties)?.['Layers']
  if (!Array.isArray(layers)) return []
  return layers.flatMap((arn, index) => {
    const content = context.made(String(arn))?.keys['content']
    // We wrote it.
    if (content !== undefined)
      return [{ arn: String(arn), code: JSON.parse(content) as FunctionCode | ObjectCode }]
    context.report(
      [...context.path, 'Layers', index],
      `layer ${String(arn)}`,
      'missing: only layers of the same template whose content lies on this machine are used',
    )
    return []
  })
}

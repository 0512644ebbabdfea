// AWS::Lambda::Function: code in place on this machine.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
import { functionArn } from '#model/arn.ts'
import type { FunctionCode } from '#model/function.ts'
import { memberOf, objectOf } from '../../template/source.ts'
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
import { functionBuild, functionCode } from './function-code.ts'

const NAME_LENGTH_MAX = 64

export const lambdaFunction: ResourceType = {
  properties: {
    Architectures: list(text),
    Code: elsewhere, // `functionCode` reads it.
    DeadLetterConfig: without('ignored: nothing is sent to a dead-letter queue'),
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
  // A project that was moved has its code elsewhere, though nothing in its template says so.
  fingerprint: (context) => JSON.stringify([context.folder, layersOf(context)]),
  create: async (input, context) => {
    const name = String(input['functionName'] ?? generatedName(context))
    return put('CreateFunction', name, input, context)
  },
  update: async (input, existing, context) => {
    const name = existing.physicalId
    const wanted = input['functionName']
    if (existing.keys['record'] === 'only' || (wanted !== undefined && wanted !== name)) {
      return undefined
    }
    return put('UpdateFunction', name, input, context)
  },
  delete: async ({ physicalId, keys }, { call }) => {
    if (keys['record'] === 'only') return
    await call('lambda', 'DeleteFunction', { FunctionName: physicalId })
  },
}

const put = async (
  operation: 'CreateFunction' | 'UpdateFunction',
  name: string,
  input: Input,
  context: ResourceContext,
): Promise<Made> => {
  const arn = functionArn(context.scope, name)
  const made = { physicalId: name, attributes: { Arn: arn } }
  const checked = checkFunction(context)
  if (checked === undefined) return { ...made, keys: { record: 'only' } }
  const { runtime, handler, code, build, layers } = checked
  const { timeout = 3, memorySize = 128, environment, layers: _, ...rest } = input
  await context.call('lambda', operation, {
    FunctionName: name,
    Runtime: runtime,
    Handler: handler,
    code,
    Timeout: timeout,
    MemorySize: memorySize,
    Environment: objectOf(objectOf(environment)?.['variables']) ?? {},
    layers,
    ...(build === undefined ? {} : { build }),
    ...renamed(rest),
    origin: `${context.stackName}: ${context.logicalId}`,
  })
  return made
}

/** What must hold at every start, changed or not: code, runtime and handler exist. Undefined: it cannot run here. */
const checkFunction = (context: ResourceContext): Handled | undefined => {
  const code = functionCode(context)
  if (code === undefined) return undefined
  const runtime = textOf(memberOf(context.properties, 'Runtime') ?? null) ?? ''
  const handler = textOf(memberOf(context.properties, 'Handler') ?? null) ?? ''
  if (runtime === '') context.fail(context.path, 'the function has no Runtime', 'Give `Runtime: …`')
  const build = functionBuild(context)
  const handled = { runtime, handler, code, build, layers: layersOf(context) }
  checkHandler(handled, context)
  return handled
}

const MEMBERS: Readonly<Record<string, string>> = {
  role: 'Role',
  description: 'Description',
  architectures: 'Architectures',
  reservedConcurrentExecutions: 'ReservedConcurrentExecutions',
  tags: 'tags',
}

const renamed = (input: Input): Input =>
  Object.fromEntries(
    Object.entries(MEMBERS)
      .filter(([member]) => input[member] !== undefined)
      .map(([member, name]) => [name, input[member]]),
  )

/** AWS: `{stack}-{logical id}-{random}`, cut to 64 characters. */
const generatedName = ({ stackName, logicalId, ids }: ResourceContext): string => {
  const suffix = ids.next(12)
  return `${`${stackName}-${logicalId}`.slice(0, NAME_LENGTH_MAX - suffix.length - 1)}-${suffix}`
}

const layersOf = (context: ResourceContext): readonly FunctionCode[] => {
  const layers = objectOf(context.properties)?.['Layers']
  if (!Array.isArray(layers)) return []
  return layers.flatMap((arn, index) => {
    const content = context.made(String(arn))?.keys['content']
    if (content !== undefined) return [JSON.parse(content) as FunctionCode] // We wrote it.
    context.report(
      [...context.path, 'Layers', index],
      `layer ${String(arn)}`,
      'missing: only layers of the same template whose content lies on this machine are used',
    )
    return []
  })
}

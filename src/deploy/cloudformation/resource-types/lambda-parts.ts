// What stands around a function: Version, Alias, Permission, LayerVersion. They are records here; code always runs
// as it lies, so a version is not a copy.
import { functionArn } from '#model/arn.ts'
import { memberOf } from '../../template/source.ts'
import { json, text, unused, without } from '../properties.ts'
import type { ResourceContext, ResourceType } from '../resource-type.ts'
import { localCode } from './function-code.ts'

const nothing = async () => {}

/** A name, a partial or a whole ARN → the whole ARN without qualifier. */
const arnOf = (name: string, context: ResourceContext): string =>
  name.startsWith('arn:') ? name : functionArn(context.scope, name.split(':').at(-1) ?? name)

/** The name of a function of this stack that runs here; of others nothing has to be known. */
const runningFunction = (arn: string, context: ResourceContext): string | undefined => {
  const name = arn.split(':')[6] ?? ''
  const made = context.made(name)
  return made === undefined || made.keys['record'] === 'only' ? undefined : name
}

const keysOf = (functionName: string | undefined, qualifier: string) =>
  functionName === undefined ? {} : { functionName, qualifier }

const removeQualifier: ResourceType['delete'] = async ({ keys }, { call }) => {
  const { functionName, qualifier } = keys
  if (functionName === undefined || qualifier === undefined) return
  await call('lambda', 'DeleteQualifier', { FunctionName: functionName, Qualifier: qualifier })
}

export const version: ResourceType = {
  properties: {
    CodeSha256: unused,
    Description: unused,
    FunctionName: text,
    FunctionScalingConfig: without('ignored: instances start with the first call'),
    ProvisionedConcurrencyConfig: without('ignored: instances start with the first call'),
    RuntimePolicy: without('ignored: the runtime is the one of this machine'),
  },
  create: async ({ functionName }, context) => {
    const arn = arnOf(String(functionName), context)
    const name = runningFunction(arn, context)
    if (name !== undefined) await context.call('lambda', 'PublishVersion', { FunctionName: name })
    const attributes = { FunctionArn: `${arn}:1`, Version: '1' }
    return { physicalId: `${arn}:1`, attributes, keys: keysOf(name, '1') }
  },
  delete: removeQualifier,
}

export const alias: ResourceType = {
  properties: {
    Description: unused,
    FunctionName: text,
    FunctionVersion: text,
    Name: text,
    ProvisionedConcurrencyConfig: without('ignored: instances start with the first call'),
    RoutingConfig: without('ignored: all calls go to the code as it lies'),
  },
  create: async ({ functionName, functionVersion, name }, context) => {
    const alias = String(name)
    const arn = arnOf(String(functionName), context)
    const running = runningFunction(arn, context)
    if (running !== undefined) {
      const input = { FunctionName: running, Name: alias, FunctionVersion: String(functionVersion) }
      await context.call('lambda', 'CreateAlias', input)
    }
    const attributes = { AliasArn: `${arn}:${alias}`, Name: alias }
    return { physicalId: `${arn}:${alias}`, attributes, keys: keysOf(running, alias) }
  },
  delete: removeQualifier,
}

export const permission: ResourceType = {
  properties: {
    Action: unused,
    EventSourceToken: unused,
    FunctionName: unused,
    FunctionUrlAuthType: unused,
    InvokedViaFunctionUrl: unused,
    Principal: unused,
    PrincipalOrgID: unused,
    SourceAccount: unused,
    SourceArn: unused,
  },
  report: ({ report, logicalId, type, properties }) => {
    // What it grants to API Gateway is granted: every API here may invoke every function here, narrower as its
    // SourceArn may be. docs/parity.md says so once, where a line for each function of each template would drown it.
    if (memberOf(properties, 'Principal') === 'apigateway.amazonaws.com') return
    report(['Resources', logicalId], type, 'not provided here: only APIs invoke functions')
  },
  create: async (_input, context) => {
    const id = `${context.stackName}-${context.logicalId}-${context.ids.next(12)}`
    return { physicalId: id, attributes: { Id: id } }
  },
  delete: nothing,
}

export const layerVersion: ResourceType = {
  properties: {
    CompatibleArchitectures: unused,
    CompatibleRuntimes: unused,
    Content: json,
    Description: unused,
    LayerName: text,
    LicenseInfo: unused,
  },
  create: async ({ layerName }, context) => {
    const { region, accountId } = context.scope
    const name = String(layerName ?? context.logicalId)
    const arn = `arn:aws:lambda:${region}:${accountId}:layer:${name}:1`
    const content = localCode(memberOf(context.properties, 'Content'), context, 'Content')
    return {
      physicalId: arn,
      attributes: { LayerVersionArn: arn },
      keys: content === undefined ? {} : { content: JSON.stringify(content) },
    }
  },
  delete: nothing,
}

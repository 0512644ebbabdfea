// AWS::Lambda::Version and AWS::Lambda::Alias.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html
import { isObject, type JsonValue } from '#shared/json.ts'
import { memberOf } from '../../template/source.ts'
import { textOf } from '../evaluation.ts'
import { type Input, json, text } from '../properties.ts'
import type { Made, ResourceContext, ResourceType } from '../resource-type.ts'
import { arnOf, callIfThere, deleting, isOnlyRecord, keysFor } from './lambda-names.ts'
import { unused, without } from '../properties.ts'

export const version: ResourceType = {
  properties: {
    CodeSha256: unused,
    Description: text,
    FunctionName: text,
    FunctionScalingConfig: without('ignored: instances start with the first call'),
    ProvisionedConcurrencyConfig: json,
    RuntimePolicy: without('ignored: the runtime is the one of this machine'),
  },
  // AWS publishes another version only where the template says so. Here the code of a function that is worked on has
  // no hash that the template could name, so that a version goes with every change of its function.
  fingerprint: (context) => {
    const name = textOf(memberOf(context.properties, 'FunctionName') ?? null) ?? ''
    return context.made(arnOf(name, context).split(':')[6] ?? '')?.hash ?? ''
  },
  create: async (input, context) => {
    const arn = arnOf(String(input['functionName']), context)
    const published = isOnlyRecord(arn, context)
      ? undefined
      : await callIfThere(context, 'PublishVersion', {
          FunctionName: arn,
          ...(input['description'] === undefined ? {} : { Description: input['description'] }),
        })
    const number = String(published?.['Version'] ?? '1')
    const made = {
      physicalId: `${arn}:${number}`,
      attributes: { FunctionArn: `${arn}:${number}`, Version: number },
    }
    if (published === undefined) return made
    await provision(arn, number, input, context)
    return { ...made, keys: keysFor({ FunctionName: arn, Qualifier: number }) }
  },
  delete: deleting('DeleteFunction'),
}

export const alias: ResourceType = {
  properties: {
    Description: text,
    FunctionName: text,
    FunctionVersion: text,
    Name: text,
    ProvisionedConcurrencyConfig: json,
    RoutingConfig: json,
  },
  create: (input, context) => putAlias('CreateAlias', input, context),
  update: async (input, existing, context) => {
    const arn = `${arnOf(String(input['functionName']), context)}:${input['name']}`
    if (arn !== existing.physicalId || existing.keys['input'] === undefined) return undefined
    return putAlias('UpdateAlias', input, context)
  },
  delete: deleting('DeleteAlias'),
}

const putAlias = async (
  operation: 'CreateAlias' | 'UpdateAlias',
  input: Input,
  context: ResourceContext,
): Promise<Made> => {
  const name = String(input['name'])
  const arn = arnOf(String(input['functionName']), context)
  const made = {
    physicalId: `${arn}:${name}`,
    attributes: { AliasArn: `${arn}:${name}`, Name: name },
  }
  if (isOnlyRecord(arn, context)) return made
  const called = await callIfThere(context, operation, {
    FunctionName: arn,
    Name: name,
    FunctionVersion: input['functionVersion'],
    Description: input['description'] ?? '',
    RoutingConfig: { AdditionalVersionWeights: weightsOf(input['routingConfig']) },
  })
  if (called === undefined) return made
  await provision(arn, name, input, context)
  return { ...made, keys: keysFor({ FunctionName: arn, Name: name }) }
}

/** CloudFormation's list of `{FunctionVersion, FunctionWeight}` → Lambda's map. */
const weightsOf = (routing: unknown): Readonly<Record<string, number>> => {
  const given = isObject(routing) ? routing['AdditionalVersionWeights'] : undefined
  if (!Array.isArray(given)) return {}
  return Object.fromEntries(
    given
      .filter(isObject)
      .map((one) => [String(one['FunctionVersion']), Number(one['FunctionWeight'])]),
  )
}

const provision = async (
  arn: string,
  qualifier: string,
  input: Input,
  context: ResourceContext,
): Promise<void> => {
  const config = input['provisionedConcurrencyConfig']
  if (!isObject(config)) return
  const path = [...context.path, 'ProvisionedConcurrencyConfig']
  context.report(path, 'provisioned concurrency', 'stored: instances start with the first call')
  // The members of an object of JSON are JSON.
  const wanted = config['ProvisionedConcurrentExecutions'] as JsonValue
  await context.call('lambda', 'PutProvisionedConcurrencyConfig', {
    FunctionName: arn,
    Qualifier: qualifier,
    ProvisionedConcurrentExecutions: Number(textOf(wanted ?? null)),
  })
}

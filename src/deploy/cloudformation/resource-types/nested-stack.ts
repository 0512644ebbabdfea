// AWS::CloudFormation::Stack (and what SAM makes of AWS::Serverless::Application): a stack of its own, made from a
// template on this machine, in the same deployment.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html
import path from 'node:path'
import { memberOf } from '../../template/source.ts'
import { textOf } from '../evaluation.ts'
import { packagedAt } from './packaged.ts'
import { elsewhere, map, type Reader, text, unused, without } from '../properties.ts'
import {
  type Made,
  RECORD_ONLY,
  type ResourceContext,
  type ResourceType,
} from '../resource-type.ts'

/** A list reaches the nested stack as AWS writes lists in parameters: with commas. */
const parameter: Reader<string> = (value, at, audience) =>
  Array.isArray(value)
    ? value.map((item) => textOf(item) ?? '').join(',')
    : text(value, at, audience)

export const nestedStack: ResourceType = {
  isNested: true,
  properties: {
    NotificationARNs: without('ignored: nobody is notified of what stacks do'),
    Parameters: map(parameter),
    Tags: unused,
    TemplateURL: elsewhere,
    TimeoutInMinutes: without('ignored: a stack is made at once'),
  },
  report: (context) => {
    if (templateOf(context) !== undefined) return
    const { report, logicalId, type } = context
    report(['Resources', logicalId], type, 'not made: its template is not on this machine')
  },
  create: async (input, context) => bringAbout(input, nestedName(context), context),
  update: async (input, existing, context) => {
    const name = existing.keys['stackName']
    return name === undefined ? undefined : bringAbout(input, name, context)
  },
  delete: async ({ keys }, { nested }) => {
    const name = keys['stackName']
    if (name !== undefined) await nested.remove(name)
  },
}

const bringAbout = async (
  input: Readonly<Record<string, unknown>>,
  name: string,
  context: ResourceContext,
): Promise<Made> => {
  const template = templateOf(context)
  if (template === undefined) return { physicalId: name, keys: RECORD_ONLY }
  const { stackId, outputs } = await context.nested.deploy({
    name,
    file: template,
    logicalId: context.logicalId,
    path: context.path,
    // `map` made it of texts.
    parameters: (input['parameters'] ?? {}) as Readonly<Record<string, string>>,
  })
  const attributes = Object.entries(outputs).map(([key, { value }]) => [`Outputs.${key}`, value])
  return {
    physicalId: stackId,
    attributes: Object.fromEntries(attributes),
    keys: { stackName: name },
  }
}

/** The file; undefined where the template lies elsewhere. CDK names its own in the metadata. */
const templateOf = (context: ResourceContext): string | undefined => {
  const { metadata, properties, folder } = context
  const asset = memberOf(metadata, 'aws:asset:path')
  const given = typeof asset === 'string' ? asset : textOf(memberOf(properties, 'TemplateURL'))
  if (given === undefined || given.startsWith('arn:')) return undefined
  // CDK and `package` write the URL of an object in S3 whose file they leave here.
  const key = /^(?:https?:\/\/[^/]*amazonaws[^/]*\/[^/]+|s3:\/\/[^/]+)\/(.+)$/.exec(given)?.[1]
  if (key !== undefined) return packagedAt(key, context)
  return /^[a-z0-9]+:\/\//i.test(given) ? undefined : path.resolve(folder, given)
}

/** AWS: `{stack}-{logical id}-{random}`. */
const nestedName = ({ stackName, logicalId, ids }: ResourceContext): string => {
  const suffix = ids.next(12).toUpperCase()
  return `${`${stackName}-${logicalId}`.slice(0, 128 - suffix.length - 1)}-${suffix}`
}

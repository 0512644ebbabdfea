// AWS::Logs::LogGroup.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html
import { isObject } from '#shared/json.ts'
import { ServiceError } from '#wire/errors.ts'
import { type Input, number, tags, text, unused, without } from '../properties.ts'
import type { Made, ResourceContext, ResourceType } from '../resource-type.ts'
import { byName, nameOf } from './iam-names.ts'

const NAME_LENGTH_MAX = 512

export const logGroup: ResourceType = {
  report: ({ report, logicalId, type, properties }) => {
    const name = isObject(properties) ? properties['LogGroupName'] : undefined
    if (typeof name !== 'string' || name === usable(name)) return
    const effect = `AWS refuses the name '${name}' (blanks and such); here the group is ${usable(name)}`
    report(['Resources', logicalId], type, effect)
  },
  properties: {
    ...byName({
      DataProtectionPolicy: without('not provided here: events are kept as they were written'),
      DeletionProtectionEnabled: without('not honoured here: the group can be deleted'),
      FieldIndexPolicies: unused,
      KmsKeyId: without('not provided here: events are not encrypted'),
      LogGroupClass: unused,
      LogGroupName: text,
      ResourcePolicyDocument: without('ignored: it has no effect here'),
      RetentionInDays: number,
      Tags: tags,
    }),
    BearerTokenAuthenticationEnabled: unused,
  },
  create: async (input, context) => {
    const name = usable(nameOf(input['LogGroupName'], context, NAME_LENGTH_MAX))
    // A function or a stage may have written before the template named the group: it keeps what it has.
    await unless('ResourceAlreadyExistsException', () =>
      context.call('logs', 'CreateLogGroup', { logGroupName: name }),
    )
    return dress(name, input, context)
  },
  update: async (input, existing, context) => {
    const { name, given } = existing.keys
    if (name === undefined || given !== String(input['LogGroupName'] ?? '')) return undefined
    return dress(name, input, context)
  },
  delete: async ({ keys }, { call }) => {
    const { name } = keys
    // Of a stack from before there were log groups here there is a record only.
    if (name === undefined) return
    await unless('ResourceNotFoundException', () =>
      call('logs', 'DeleteLogGroup', { logGroupName: name }),
    )
  },
}

/** A template may ask for its name in words, as a default that is to be replaced: it shall start all the same. */
const usable = (name: string): string => name.replaceAll(/[^.\-_/#A-Za-z0-9]+/g, '-')

const dress = async (name: string, input: Input, context: ResourceContext): Promise<Made> => {
  const { RetentionInDays: retentionInDays, Tags, LogGroupName } = input
  const logGroupName = name
  if (retentionInDays === undefined) {
    await context.call('logs', 'DeleteRetentionPolicy', { logGroupName })
  } else {
    await context.call('logs', 'PutRetentionPolicy', { logGroupName, retentionInDays })
  }
  const { accountId, region } = context.scope
  const resourceArn = `arn:aws:logs:${region}:${accountId}:log-group:${name}`
  if (Tags !== undefined) await context.call('logs', 'TagResource', { resourceArn, tags: Tags })
  return {
    physicalId: name,
    attributes: { Arn: `${resourceArn}:*` },
    keys: { name, given: String(LogGroupName ?? '') },
  }
}

const unless = async (code: string, work: () => Promise<unknown>): Promise<void> => {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== code) throw error
  }
}

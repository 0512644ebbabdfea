// S3: the bucket, which has to be in the same template, notifies the function.
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../../template/source.ts'
import { referenceName } from '../context.ts'
import { type Draft, NO_VALUE, onlyIf } from '../draft.ts'
import { addInvokePermission, failEvent, type SamEvent } from './event.ts'

export const addS3 = (event: SamEvent): void => {
  const { context, properties } = event
  const bucketId = referenceName(properties['Bucket'])
  const bucket = objectOf(context.made[bucketId ?? ''])
  if (bucketId === undefined || bucket === undefined || bucket['Type'] !== 'AWS::S3::Bucket') {
    failEvent(event, ['Bucket'], 'S3 events must reference an S3 bucket in the same template')
    return
  }
  const permissionId = addInvokePermission(event, 's3.amazonaws.com', {
    SourceAccount: { Ref: 'AWS::AccountId' },
  })
  const changed: Draft = { ...bucket }
  const own = bucket['Properties']
  if (own !== undefined && !isObject(own)) {
    failBucket(event, bucketId, 'Properties should be a map')
    return
  }
  const bucketProperties: Draft = { ...objectOf(own) }
  dependOn(event, bucketId, changed, bucketProperties, permissionId)
  notify(event, bucketProperties)
  changed['Properties'] = bucketProperties
  context.made[bucketId] = changed
}

const failBucket = ({ context }: SamEvent, bucketId: string, problem: string): void => {
  context.errors.push({
    logicalId: bucketId,
    path: ['Resources', bucketId, 'Properties'],
    problem,
  })
}

/** The permission has to be there before the bucket; a conditional one cannot stand in DependsOn. */
const dependOn = (
  event: SamEvent,
  bucketId: string,
  bucket: Draft,
  properties: Draft,
  permissionId: string,
): void => {
  const condition = event.resource.attributes['Condition']
  if (typeof condition === 'string') {
    const tags = properties['Tags'] ?? []
    if (!Array.isArray(tags)) {
      failBucket(event, bucketId, "Property 'Tags' should be a list")
      return
    }
    const tag: JsonObject = {
      Key: `sam:ConditionalDependsOn:${permissionId}`,
      Value: { 'Fn::If': [condition, { Ref: permissionId }, 'no dependency'] },
    }
    properties['Tags'] = [...tags, tag]
    return
  }
  if (properties['Tags'] !== undefined && !Array.isArray(properties['Tags'])) {
    failBucket(event, bucketId, "Property 'Tags' should be a list")
    return
  }
  const before = bucket['DependsOn'] === undefined ? [] : bucket['DependsOn']
  const names: readonly JsonValue[] = Array.isArray(before) ? before : [before]
  if (!names.every((name) => typeof name === 'string')) {
    // AWS: SAM names the event's own logical id.
    event.context.errors.push({
      logicalId: event.id,
      path: ['Resources', bucketId, 'DependsOn'],
      problem: 'DependsOn must be a string or a list of strings',
    })
    return
  }
  bucket['DependsOn'] = names.includes(permissionId) ? names : [...names, permissionId]
}

const notify = (event: SamEvent, bucket: Draft): void => {
  const { properties, resource } = event
  const notification = objectOf(bucket['NotificationConfiguration'])
  const before = notification?.['LambdaConfigurations']
  const configurations: JsonValue[] = Array.isArray(before) ? [...before] : []
  const kinds = properties['Events']
  const filter = properties['Filter']
  for (const kind of Array.isArray(kinds) ? kinds : [kinds ?? NO_VALUE]) {
    const configuration: JsonObject = {
      Event: kind,
      Function: event.arn,
      ...(filter === undefined ? {} : { Filter: filter }),
    }
    const condition = resource.attributes['Condition']
    const made = onlyIf(typeof condition === 'string' ? condition : undefined, configuration)
    const own = calledBy(configuration)
    const isThere = configurations.some(
      (one) => memberOf(one, 'Event') === kind && calledBy(one) === own,
    )
    if (!isThere) configurations.push(made)
  }
  bucket['NotificationConfiguration'] = { ...notification, LambdaConfigurations: configurations }
}

/** The logical id that a notification names, as text that is cheap to compare. */
const calledBy = (configuration: JsonValue): string => {
  const call = memberOf(configuration, 'Function')
  const attribute = memberOf(call, 'Fn::GetAtt')
  const name = Array.isArray(attribute) ? attribute[0] : (attribute ?? memberOf(call, 'Ref'))
  return String(name).split('.', 1)[0] ?? ''
}

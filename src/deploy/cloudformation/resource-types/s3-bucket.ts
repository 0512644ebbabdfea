// AWS::S3::Bucket and AWS::S3::BucketPolicy.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_S3.html
import { PARTITION, URL_SUFFIX } from '#model/scope.ts'
import { ServiceError } from '#wire/errors.ts'
import {
  boolean,
  type Input,
  policyText,
  list,
  named,
  number,
  type Reader,
  structure,
  text,
  unused,
  without,
} from '../properties.ts'
import type { Existing, Made, ResourceContext, ResourceType } from '../resource-type.ts'
import { byName, nameOf, tagList } from './iam-names.ts'

const NAME_LENGTH_MAX = 63

const FILTER = structure({
  S3Key: named(
    'Key',
    structure({
      Rules: named('FilterRules', list(structure(byName({ Name: text, Value: text })))),
    }),
  ),
})

const EVENTS: Reader<readonly string[]> = (value, path, audience) => [text(value, path, audience)]

const notified = (property: string, member: string): Reader =>
  list(
    structure({
      Event: named('Events', EVENTS),
      Filter: named('Filter', FILTER),
      [property]: named(member, text),
    }),
  )

const CORS = structure({
  CorsRules: named(
    'CORSRules',
    list(
      structure({
        AllowedHeaders: named('AllowedHeaders', list(text)),
        AllowedMethods: named('AllowedMethods', list(text)),
        AllowedOrigins: named('AllowedOrigins', list(text)),
        ExposedHeaders: named('ExposeHeaders', list(text)),
        Id: named('ID', text),
        MaxAge: named('MaxAgeSeconds', number),
      }),
    ),
  ),
})

const suffix: Reader = (value, path, audience) => ({ Suffix: text(value, path, audience) })
const key: Reader = (value, path, audience) => ({ Key: text(value, path, audience) })

const ROUTING_RULES = list(
  structure({
    RoutingRuleCondition: named(
      'Condition',
      structure(byName({ HttpErrorCodeReturnedEquals: text, KeyPrefixEquals: text })),
    ),
    RedirectRule: named(
      'Redirect',
      structure(
        byName({
          HostName: text,
          HttpRedirectCode: text,
          Protocol: text,
          ReplaceKeyPrefixWith: text,
          ReplaceKeyWith: text,
        }),
      ),
    ),
  }),
)

const WEBSITE = structure(
  byName({
    IndexDocument: suffix,
    ErrorDocument: key,
    RedirectAllRequestsTo: structure(byName({ HostName: text, Protocol: text })),
    RoutingRules: ROUTING_RULES,
  }),
)

const NOTIFICATION = structure({
  EventBridgeConfiguration: without('not honoured here: events go to functions, queues and topics'),
  LambdaConfigurations: named(
    'LambdaFunctionConfigurations',
    notified('Function', 'LambdaFunctionArn'),
  ),
  QueueConfigurations: named('QueueConfigurations', notified('Queue', 'QueueArn')),
  TopicConfigurations: named('TopicConfigurations', notified('Topic', 'TopicArn')),
})

const NO_EFFECT = 'ignored: it has no effect here'

export const bucket: ResourceType = {
  properties: byName({
    AccessControl: without('not honoured here: there are no ACLs; a bucket policy decides'),
    // Objects lie on this machine's disk as they are: nobody who asks for them could tell.
    BucketEncryption: unused,
    BucketName: text,
    CorsConfiguration: CORS,
    LifecycleConfiguration: without('not honoured here: objects stay until they are deleted'),
    NotificationConfiguration: NOTIFICATION,
    OwnershipControls: without(NO_EFFECT),
    PublicAccessBlockConfiguration: structure(
      byName({
        BlockPublicAcls: boolean,
        BlockPublicPolicy: boolean,
        IgnorePublicAcls: boolean,
        RestrictPublicBuckets: boolean,
      }),
    ),
    Tags: tagList,
    VersioningConfiguration: without('not honoured here: an object that is replaced is gone'),
    WebsiteConfiguration: WEBSITE,
  }),
  create: async (input, context) => {
    const given = nameOf(input['BucketName'], context, NAME_LENGTH_MAX)
    const name = given.toLowerCase().replaceAll(/[^a-z\d.-]/g, '-')
    await context.call('s3', 'CreateBucket', { Bucket: name })
    await configure(name, input, context)
    return made(name, input, context)
  },
  update: async (input, existing, context) => {
    const { name } = existing.keys
    if (name === undefined || existing.keys['given'] !== String(input['BucketName'] ?? ''))
      return undefined
    await configure(name, input, context)
    return made(name, input, context)
  },
  delete: async ({ keys: { name } }, { call }) => {
    // Of a stack from before there was S3 here there is a record only.
    if (name === undefined) return
    // AWS: a bucket with objects in it is left behind.
    await unless(['NoSuchBucket', 'BucketNotEmpty'], call('s3', 'DeleteBucket', { Bucket: name }))
  },
}

const unless = async (codes: readonly string[], done: Promise<unknown>): Promise<void> => {
  try {
    await done
  } catch (error) {
    if (!(error instanceof ServiceError) || !codes.includes(error.code)) throw error
  }
}

/** Property, operation, and the member of its input. */
const CONFIGURATIONS = [
  ['CorsConfiguration', 'BucketCors', 'CORSConfiguration'],
  ['WebsiteConfiguration', 'BucketWebsite', 'WebsiteConfiguration'],
  ['PublicAccessBlockConfiguration', 'PublicAccessBlock', 'PublicAccessBlockConfiguration'],
] as const

const configure = async (Bucket: string, input: Input, context: ResourceContext): Promise<void> => {
  const { call } = context
  for (const [property, operation, member] of CONFIGURATIONS) {
    const value = input[property]
    if (value === undefined) await call('s3', `Delete${operation}`, { Bucket })
    else await call('s3', `Put${operation}`, { Bucket, [member]: value })
  }
  await call('s3', 'PutBucketNotificationConfiguration', {
    Bucket,
    NotificationConfiguration: input['NotificationConfiguration'] ?? {},
  })
  const tags = input['Tags']
  if (Array.isArray(tags) && tags.length > 0)
    await call('s3', 'PutBucketTagging', { Bucket, Tagging: { TagSet: tags } })
  else await call('s3', 'DeleteBucketTagging', { Bucket })
}

const made = (name: string, input: Input, { scope: { region } }: ResourceContext): Made => ({
  physicalId: name,
  attributes: {
    Arn: `arn:${PARTITION}:s3:::${name}`,
    DomainName: `${name}.s3.${URL_SUFFIX}`,
    DualStackDomainName: `${name}.s3.dualstack.${region}.${URL_SUFFIX}`,
    RegionalDomainName: `${name}.s3.${region}.${URL_SUFFIX}`,
    WebsiteURL: `http://${name}.s3-website-${region}.${URL_SUFFIX}`,
  },
  keys: { name, given: String(input['BucketName'] ?? '') },
})

export const bucketPolicy: ResourceType = {
  properties: byName({ Bucket: text, PolicyDocument: policyText }),
  // Published templates name the bucket by its name, which says nothing of the order.
  comesLast: true,
  create: (input, context) => putPolicy(input, context),
  update: async (input, existing, context) =>
    existing.keys['bucket'] === input['Bucket'] ? putPolicy(input, context) : undefined,
  delete: async ({ keys: { bucket: Bucket } }: Existing, { call }) => {
    if (Bucket === undefined) return
    await unless(['NoSuchBucket'], call('s3', 'DeleteBucketPolicy', { Bucket }))
  },
}

const putPolicy = async (input: Input, { call, stackName, logicalId }: ResourceContext) => {
  const Bucket = String(input['Bucket'])
  await call('s3', 'PutBucketPolicy', { Bucket, Policy: input['PolicyDocument'] })
  return { physicalId: `${stackName}-${logicalId}`, keys: { bucket: Bucket } }
}

// Buckets and what is configured of them. They lie in the gateway's store, so that a stack makes them in its own
// transaction; their names are one namespace for all accounts and regions, as AWS's are.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { isObject } from '#shared/json.ts'
import { collection, type Transaction, type View } from '#store/store.ts'
import { type ReadCall, reads, type WriteCall, writes } from '#store/transactional.ts'
import { ServiceError } from '#wire/errors.ts'
import { malformedXml } from '#wire/rest-xml.ts'
import { compilePolicy } from '#languages/iam-policy/compile-policy.ts'
import { MalformedPolicy } from '#languages/iam-policy/policy.ts'
import { checkBucketName } from './bucket-name.ts'
import { invalidArgument, invalidRequest, noSuchBucket, notBuilt } from './errors.ts'
import { checkNotification } from './notification-rules.ts'
import {
  blocksPublicPolicy,
  isPublicPolicy,
  checkPublicAccessBlock,
  PUBLIC_ACCESS_BLOCKS,
  publicPolicyBlocked,
} from './public-access-block.ts'
import { checkRoutingRules } from './routing-rules.ts'

type Input = Readonly<Record<string, unknown>>

export interface BucketRecord {
  readonly name: string
  /** Told apart from a bucket of the same name that was deleted. */
  readonly id: string
  readonly accountId: string
  readonly region: string
  readonly createdMs: number
  readonly cors?: Input
  readonly website?: Input
  readonly notification?: Input
  readonly tagging?: Input
  /** JSON text. */
  readonly policy?: string
  readonly publicAccessBlock?: Input
}

/** Global, by the bucket's name. */
export const buckets = collection<BucketRecord>('s3/buckets')

export const bucketOf = async (view: View, name: unknown): Promise<BucketRecord> => {
  const found = await view.get(buckets, GLOBAL_SCOPE, String(name))
  if (found === undefined) throw noSuchBucket(String(name))
  return found
}

const BUCKETS_MAX = 10_000

const createBucket = async (input: Input, call: WriteCall): Promise<Input> => {
  const name = String(input['Bucket'])
  checkBucketName(name)
  const asked = input['CreateBucketConfiguration']
  const constraint = isObject(asked) ? asked['LocationConstraint'] : undefined
  if (typeof constraint === 'string' && constraint !== call.region && constraint !== 'EU') {
    const message = `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`
    throw new ServiceError('IllegalLocationConstraintException', 400, message)
  }
  if (input['ObjectLockEnabledForBucket'] === true) throw notBuilt('Object Lock')
  refuseAcl(input['ACL'])
  const before = await call.tx.get(buckets, GLOBAL_SCOPE, name)
  const Location = `/${name}`
  if (before !== undefined) {
    // AWS: in us-east-1 one's own bucket can be made again, and nothing happens.
    if (before.accountId === call.accountId && call.region === 'us-east-1') return { Location }
    const isOwn = before.accountId === call.accountId
    throw isOwn ? alreadyOwned(name) : alreadyExists(name)
  }
  if ((await call.tx.list(buckets, GLOBAL_SCOPE)).length >= BUCKETS_MAX)
    throw new ServiceError(
      'TooManyBuckets',
      400,
      'You have attempted to create more buckets than allowed',
    )
  const { accountId, region, nowMs, ids } = call
  await call.tx.put(buckets, GLOBAL_SCOPE, name, {
    name,
    id: ids.next(16),
    accountId,
    region,
    createdMs: nowMs,
  })
  return { Location }
}

/** AWS: new buckets have no ACLs; what is asked for beside the owner's is refused. */
export const refuseAcl = (acl: unknown): void => {
  if (acl === undefined || acl === 'private' || acl === 'bucket-owner-full-control') return
  const message = 'The bucket does not allow ACLs'
  throw new ServiceError('AccessControlListNotSupported', 400, message)
}

const alreadyOwned = (BucketName: string): ServiceError =>
  new ServiceError(
    'BucketAlreadyOwnedByYou',
    409,
    'Your previous request to create the named bucket succeeded and you already own it.',
    { BucketName },
  )

const alreadyExists = (BucketName: string): ServiceError =>
  new ServiceError(
    'BucketAlreadyExists',
    409,
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    { BucketName },
  )

/** `isEmpty` looks into the index of objects, which is not a part of the transaction. */
const deleteBucket =
  (isEmpty: (bucketId: string) => Promise<boolean>) =>
  async (input: Input, call: WriteCall): Promise<void> => {
    const bucket = await bucketOf(call.tx, input['Bucket'])
    if (!(await isEmpty(bucket.id))) {
      const message = 'The bucket you tried to delete is not empty'
      throw new ServiceError('BucketNotEmpty', 409, message, { BucketName: bucket.name })
    }
    await call.tx.delete(buckets, GLOBAL_SCOPE, bucket.name)
  }

const listBuckets = async (input: Input, { view, accountId }: ReadCall): Promise<Input> => {
  const prefix = String(input['Prefix'] ?? '')
  const found = await view.list(buckets, GLOBAL_SCOPE, prefix === '' ? {} : { prefix })
  return {
    Owner: { ID: accountId },
    Buckets: found
      .filter(({ value }) => value.accountId === accountId)
      .map(({ value }) => ({
        Name: value.name,
        CreationDate: value.createdMs,
        BucketRegion: value.region,
      })),
  }
}

type Configuration =
  | 'cors'
  | 'website'
  | 'notification'
  | 'tagging'
  | 'policy'
  | 'publicAccessBlock'

const change = async (
  tx: Transaction,
  input: Input,
  name: Configuration,
  value: Input | string | undefined,
): Promise<void> => {
  const { [name]: _before, ...rest } = await bucketOf(tx, input['Bucket'])
  const changed = { ...rest, ...(value !== undefined && { [name]: value }) }
  await tx.put(buckets, GLOBAL_SCOPE, String(input['Bucket']), changed)
}

/** PutBucketX, with what is checked of it. */
const putting = (name: Configuration, member: string, check: (value: Input) => void) =>
  writes(async (input: Input, { tx }: WriteCall) => {
    const value = input[member]
    if (!isObject(value)) throw malformedXml()
    check(value)
    await change(tx, input, name, value)
  })

const getting = (name: Configuration, absent: ServiceError | undefined) =>
  reads(async (input: Input, { view }: ReadCall) => {
    const value = (await bucketOf(view, input['Bucket']))[name]
    if (value === undefined && absent !== undefined) throw absent
    return value ?? {}
  })

const deleting = (name: Configuration) =>
  writes((input: Input, { tx }: WriteCall) => change(tx, input, name, undefined))

const absent = (code: string, message: string): ServiceError => new ServiceError(code, 404, message)

export const bucketOperations = (isEmpty: (bucketId: string) => Promise<boolean>) => ({
  CreateBucket: writes(createBucket),
  DeleteBucket: writes(deleteBucket(isEmpty)),
  HeadBucket: reads(async (input: Input, { view }: ReadCall) => ({
    BucketRegion: (await bucketOf(view, input['Bucket'])).region,
  })),
  ListBuckets: reads(listBuckets),
  GetBucketLocation: reads(async (input: Input, { view }: ReadCall) => {
    const { region } = await bucketOf(view, input['Bucket'])
    // AWS: the oldest region has no name here.
    return region === 'us-east-1' ? {} : { LocationConstraint: region }
  }),
  PutBucketCors: putting('cors', 'CORSConfiguration', checkCors),
  GetBucketCors: getting(
    'cors',
    absent('NoSuchCORSConfiguration', 'The CORS configuration does not exist'),
  ),
  DeleteBucketCors: deleting('cors'),
  PutBucketWebsite: putting('website', 'WebsiteConfiguration', checkWebsite),
  GetBucketWebsite: getting(
    'website',
    absent(
      'NoSuchWebsiteConfiguration',
      'The specified bucket does not have a website configuration',
    ),
  ),
  DeleteBucketWebsite: deleting('website'),
  PutBucketNotificationConfiguration: putting(
    'notification',
    'NotificationConfiguration',
    checkNotification,
  ),
  GetBucketNotificationConfiguration: getting('notification', undefined),
  PutBucketTagging: putting('tagging', 'Tagging', () => undefined),
  GetBucketTagging: getting('tagging', absent('NoSuchTagSet', 'The TagSet does not exist')),
  DeleteBucketTagging: deleting('tagging'),
  PutBucketPolicy: writes(async (input: Input, { tx }: WriteCall) => {
    const policy = String(input['Policy'] ?? '')
    checkPolicy(policy)
    const bucket = await bucketOf(tx, input['Bucket'])
    if (blocksPublicPolicy(bucket) && isPublicPolicy(policy)) throw publicPolicyBlocked()
    await change(tx, input, 'policy', policy)
  }),
  GetBucketPolicy: reads(async (input: Input, { view }: ReadCall) => {
    const { policy } = await bucketOf(view, input['Bucket'])
    if (policy === undefined) throw absent('NoSuchBucketPolicy', 'The bucket policy does not exist')
    return { Policy: policy }
  }),
  DeleteBucketPolicy: deleting('policy'),
  PutPublicAccessBlock: putting(
    'publicAccessBlock',
    'PublicAccessBlockConfiguration',
    checkPublicAccessBlock,
  ),
  GetPublicAccessBlock: reads(async (input: Input, { view }: ReadCall) => {
    const { publicAccessBlock } = await bucketOf(view, input['Bucket'])
    if (publicAccessBlock === undefined)
      throw absent(
        'NoSuchPublicAccessBlockConfiguration',
        'The public access block configuration was not found',
      )
    const members = PUBLIC_ACCESS_BLOCKS.map((name) => [name, publicAccessBlock[name] === true])
    return { PublicAccessBlockConfiguration: Object.fromEntries(members) }
  }),
  DeletePublicAccessBlock: deleting('publicAccessBlock'),
  GetBucketVersioning: reads(async (input: Input, { view }: ReadCall) => {
    await bucketOf(view, input['Bucket'])
    return {}
  }),
  PutBucketVersioning: reads(async (input: Input, { view }: ReadCall) => {
    await bucketOf(view, input['Bucket'])
    const asked = input['VersioningConfiguration']
    if (isObject(asked) && asked['Status'] === 'Enabled') throw notBuilt('Versioning of buckets')
    throw invalidRequest('Versioning is not built here: a bucket has none to suspend.')
  }),
})

function checkCors({ CORSRules: rules }: Input): void {
  if (!Array.isArray(rules) || rules.length === 0) throw malformedXml()
  if (rules.length > 100)
    throw invalidRequest('The number of CORS rules should not exceed allowed limit of 100 rules.')
  for (const rule of rules.filter(isObject)) {
    const methods: unknown[] = Array.isArray(rule['AllowedMethods']) ? rule['AllowedMethods'] : []
    if (methods.length === 0 || !Array.isArray(rule['AllowedOrigins'])) throw malformedXml()
    const unknown = methods.find((method) => !/^(?:GET|PUT|POST|DELETE|HEAD)$/.test(String(method)))
    if (unknown !== undefined)
      throw invalidRequest(
        `Found unsupported HTTP method in CORS config. Unsupported method is ${String(unknown).slice(0, 32)}`,
      )
    for (const origin of rule['AllowedOrigins'])
      if (String(origin).split('*').length > 2)
        throw invalidRequest(
          `AllowedOrigin "${String(origin).slice(0, 255)}" can not have more than one wildcard.`,
        )
  }
}

function checkWebsite(website: Input): void {
  const index = website['IndexDocument']
  const redirect = website['RedirectAllRequestsTo']
  checkRoutingRules(website['RoutingRules'])
  if (isObject(redirect)) return
  if (!isObject(index) || typeof index['Suffix'] !== 'string' || index['Suffix'] === '')
    throw invalidArgument(
      'A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty',
    )
  if (index['Suffix'].includes('/'))
    throw invalidArgument('The IndexDocument Suffix is not well formed', 'IndexDocument')
}

function checkPolicy(policy: string): void {
  try {
    compilePolicy(JSON.parse(policy), { kind: 'resource', name: 'bucket policy' })
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof MalformedPolicy)
      throw new ServiceError(
        'MalformedPolicy',
        400,
        `Policies must be valid JSON: ${error.message}`,
      )
    throw error
  }
}

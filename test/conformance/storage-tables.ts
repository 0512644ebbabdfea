// What every client is asked of DynamoDB and S3: each operation that is implemented, with a success and a refusal.
// source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html,
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations.html
import { no, ok, type Step } from '../support/storage-steps.ts'

const B = { Bucket: '{{B}}' }
const NONE = { Bucket: 'nobodys-{{B}}' }
const object = (Key: string) => ({ ...B, Key })
/** An answer to HEAD has no body: clients have names of their own for it. */
const HEADLESS = ['NotFound', '404']

const CORS = {
  CORSRules: [{ AllowedMethods: ['GET', 'PUT'], AllowedOrigins: ['https://*.example'] }],
}
const ROUTED = {
  IndexDocument: { Suffix: 'index.html' },
  ErrorDocument: { Key: 'oops.html' },
  RoutingRules: [
    { Condition: { KeyPrefixEquals: 'old/' }, Redirect: { ReplaceKeyPrefixWith: 'new/' } },
  ],
}
const TAGS = { TagSet: [{ Key: 'team', Value: 'shop' }] }
const POLICY =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{{B}}/public/*"}]}'
const BLOCK = { BlockPublicAcls: true, BlockPublicPolicy: true }
const NOTIFICATION = {
  QueueConfigurations: [
    { Id: 'q', QueueArn: 'arn:aws:sqs:us-east-1:123456789012:q', Events: ['s3:ObjectCreated:*'] },
  ],
}

const OF_BUCKETS: readonly Step[] = [
  ok('CreateBucket', B),
  no('CreateBucket', 'InvalidBucketName', { Bucket: 'Not_A_Name' }),
  ok('ListBuckets', {}),
  ok('HeadBucket', B),
  no('HeadBucket', HEADLESS, NONE),
  ok('GetBucketLocation', B),
  ok('GetBucketAcl', B),
  ok('GetBucketVersioning', B),
  no('PutBucketVersioning', 'NotImplemented', {
    ...B,
    VersioningConfiguration: { Status: 'Enabled' },
  }),
  no('GetBucketCors', 'NoSuchCORSConfiguration', B),
  ok('PutBucketCors', { ...B, CORSConfiguration: CORS }),
  no('PutBucketCors', 'InvalidRequest', {
    ...B,
    CORSConfiguration: { CORSRules: [{ AllowedMethods: ['PATCH'], AllowedOrigins: ['*'] }] },
  }),
  ok('GetBucketCors', B, { has: CORS }),
  ok('DeleteBucketCors', B),
  no('GetBucketWebsite', 'NoSuchWebsiteConfiguration', B),
  ok('PutBucketWebsite', { ...B, WebsiteConfiguration: ROUTED }),
  no('PutBucketWebsite', 'InvalidArgument', {
    ...B,
    WebsiteConfiguration: { IndexDocument: { Suffix: 'a/b' } },
  }),
  ok('GetBucketWebsite', B, { has: ROUTED }),
  ok('DeleteBucketWebsite', B),
  no('GetBucketTagging', 'NoSuchTagSet', B),
  ok('PutBucketTagging', { ...B, Tagging: TAGS }),
  ok('GetBucketTagging', B, { has: TAGS }),
  ok('DeleteBucketTagging', B),
  no('GetBucketPolicy', 'NoSuchBucketPolicy', B),
  ok('PutBucketPolicy', { ...B, Policy: POLICY }),
  no('PutBucketPolicy', 'MalformedPolicy', { ...B, Policy: '{"Statement": 1}' }),
  ok('GetBucketPolicy', B, { has: { Policy: /"s3:GetObject"/ } }),
  ok('DeleteBucketPolicy', B),
  no('GetPublicAccessBlock', 'NoSuchPublicAccessBlockConfiguration', B),
  ok('PutPublicAccessBlock', { ...B, PublicAccessBlockConfiguration: BLOCK }),
  ok('GetPublicAccessBlock', B, {
    has: { PublicAccessBlockConfiguration: { ...BLOCK, RestrictPublicBuckets: false } },
  }),
  no('PutBucketPolicy', 'AccessDenied', { ...B, Policy: POLICY }),
  no('PutPublicAccessBlock', 'InvalidRequest', { ...B, PublicAccessBlockConfiguration: {} }),
  ok('DeletePublicAccessBlock', B),
  ok('PutBucketNotificationConfiguration', { ...B, NotificationConfiguration: NOTIFICATION }),
  ok('GetBucketNotificationConfiguration', B, { has: NOTIFICATION }),
  ok('PutBucketNotificationConfiguration', { ...B, NotificationConfiguration: {} }),
]

const OF_OBJECTS: readonly Step[] = [
  ok('PutObject', {
    ...object('dir/a-b'),
    Body: 'hello',
    ContentType: 'text/x-note',
    CacheControl: 'no-cache',
    Metadata: { author: 'ann' },
    Tagging: 'x=1',
    StorageClass: 'STANDARD_IA',
  }),
  no('PutObject', 'AccessControlListNotSupported', {
    ...object('acl'),
    Body: 'x',
    ACL: 'public-read',
  }),
  ok('GetObject', object('dir/a-b'), {
    has: { ContentType: 'text/x-note', Metadata: { author: 'ann' } },
  }),
  no('GetObject', 'NoSuchKey', object('missing')),
  no('GetObject', 'InvalidRange', { ...object('dir/a-b'), Range: 'bytes=9-' }),
  ok('HeadObject', object('dir/a-b'), {
    has: { ContentLength: 5, StorageClass: 'STANDARD_IA' },
  }),
  no('HeadObject', HEADLESS, object('missing')),
  ok(
    'GetObjectAttributes',
    {
      ...object('dir/a-b'),
      ObjectAttributes: ['ETag', 'ObjectSize', 'StorageClass'],
    },
    {
      has: { ETag: '5d41402abc4b2a76b9719d911017c592', ObjectSize: 5, StorageClass: 'STANDARD_IA' },
    },
  ),
  no('GetObjectAttributes', 'NoSuchKey', { ...object('missing'), ObjectAttributes: ['ETag'] }),
  ok('GetObjectTagging', object('dir/a-b'), {
    has: { TagSet: [{ Key: 'x', Value: '1' }] },
  }),
  ok('PutObjectTagging', { ...object('dir/a-b'), Tagging: TAGS }),
  no('PutObjectTagging', 'NoSuchKey', { ...object('missing'), Tagging: TAGS }),
  ok('GetObjectTagging', object('dir/a-b'), { has: TAGS }),
  ok('DeleteObjectTagging', object('dir/a-b')),
  no('DeleteObjectTagging', 'NoSuchKey', object('missing')),
  ok(
    'CopyObject',
    { ...object('copy'), CopySource: '{{B}}/dir/a-b' },
    { has: { CopyObjectResult: {} } },
  ),
  ok('HeadObject', object('copy'), {
    has: { ContentType: 'text/x-note', Metadata: { author: 'ann' } },
  }),
  ok('CopyObject', {
    ...object('replaced'),
    CopySource: '{{B}}/copy',
    MetadataDirective: 'REPLACE',
    Metadata: { author: 'bob' },
    ContentType: 'text/plain',
  }),
  ok('HeadObject', object('replaced'), {
    has: { ContentType: 'text/plain', Metadata: { author: 'bob' } },
  }),
  no('CopyObject', 'NoSuchKey', { ...object('copy'), CopySource: '{{B}}/missing' }),
  no('CopyObject', 'InvalidRequest', { ...object('copy'), CopySource: '{{B}}/copy' }),
  ok(
    'ListObjectsV2',
    { ...B, Delimiter: '/' },
    {
      has: {
        CommonPrefixes: [{ Prefix: 'dir/' }],
        Contents: [{ Key: 'copy' }, { Key: 'replaced' }],
      },
    },
  ),
  ok('ListObjectsV2', { ...B, Prefix: 'dir/' }, { has: { Contents: [{ Key: 'dir/a-b' }] } }),
  ok('ListObjects', { ...B, Prefix: 'c' }, { has: { Contents: [{ Key: 'copy', Size: 5 }] } }),
  no('ListObjectsV2', 'InvalidArgument', { ...B, ContinuationToken: 'not a token' }),
]

const upload = (Key: string, name: string) => ({ ...object(Key), UploadId: `{{${name}.UploadId}}` })
const BROKEN = { ...object('parts'), UploadId: 'no-such-upload' }

const OF_UPLOADS: readonly Step[] = [
  ok(
    'CreateMultipartUpload',
    { ...object('parts'), ContentType: 'text/x-parts' },
    { as: 'upload' },
  ),
  ok('ListMultipartUploads', B, { has: { Uploads: [{ Key: 'parts' }] } }),
  ok(
    'UploadPart',
    { ...upload('parts', 'upload'), PartNumber: 1, Body: 'x'.repeat(5 * 1024 * 1024) },
    { as: 'first' },
  ),
  no('UploadPart', 'NoSuchUpload', { ...BROKEN, PartNumber: 1, Body: 'x' }),
  ok(
    'UploadPartCopy',
    {
      ...upload('parts', 'upload'),
      PartNumber: 2,
      CopySource: '{{B}}/copy',
      CopySourceRange: 'bytes=0-3',
    },
    { as: 'second' },
  ),
  no('UploadPartCopy', 'NoSuchUpload', { ...BROKEN, PartNumber: 2, CopySource: '{{B}}/copy' }),
  ok('ListParts', upload('parts', 'upload'), {
    has: {
      Parts: [
        { PartNumber: 1, Size: 5_242_880 },
        { PartNumber: 2, Size: 4 },
      ],
    },
  }),
  no('ListParts', 'NoSuchUpload', BROKEN),
  no('CompleteMultipartUpload', 'InvalidPart', {
    ...upload('parts', 'upload'),
    MultipartUpload: { Parts: [{ PartNumber: 1, ETag: '"0"' }] },
  }),
  ok(
    'CompleteMultipartUpload',
    {
      ...upload('parts', 'upload'),
      MultipartUpload: {
        Parts: [
          { PartNumber: 1, ETag: '{{first.ETag}}' },
          { PartNumber: 2, ETag: '{{second.CopyPartResult.ETag}}' },
        ],
      },
    },
    { has: { ETag: /-2"$/ } },
  ),
  ok(
    'GetObjectAttributes',
    { ...object('parts'), ObjectAttributes: ['ObjectParts'] },
    {
      has: { ObjectParts: { TotalPartsCount: 2 } },
    },
  ),
  ok('CreateMultipartUpload', object('given up'), { as: 'other' }),
  ok('AbortMultipartUpload', upload('given up', 'other')),
  no('AbortMultipartUpload', 'NoSuchUpload', BROKEN),
]

const AT_THE_END: readonly Step[] = [
  no('DeleteBucket', 'BucketNotEmpty', B),
  ok('DeleteObject', object('copy')),
  ok('DeleteObjects', {
    ...B,
    Delete: {
      Objects: ['replaced', 'parts', 'dir/a-b', 'never was'].map((Key) => ({ Key })),
    },
  }),
  no('DeleteObjects', 'MalformedXML', {
    ...B,
    Delete: { Objects: Array.from({ length: 1_001 }, (_, at) => ({ Key: String(at) })) },
  }),
  ok('DeleteBucket', B),
]

const named = [...OF_BUCKETS, ...OF_OBJECTS, ...OF_UPLOADS, ...AT_THE_END]

/** And the same of a bucket that is not there. */
const withoutBucket = named.flatMap(({ operation, input, error }): Step[] =>
  error === undefined && 'Bucket' in input && operation !== 'CreateBucket' && as(operation)
    ? [no(operation, [...HEADLESS, 'NoSuchBucket'], { ...withoutAnswers(input), ...NONE })]
    : [],
)

function as(operation: string): boolean {
  // Five megabytes to nobody.
  return operation !== 'UploadPart'
}

function withoutAnswers(input: object): object {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      name,
      name === 'UploadId'
        ? 'none'
        : name === 'MultipartUpload'
          ? { Parts: [{ PartNumber: 1, ETag: '"0"' }] }
          : value,
    ]),
  )
}

/** For a client whose calls take long. */
export const S3_SHORT_TABLE: readonly Step[] = named

export const S3_TABLE: readonly Step[] = [...named, ...withoutBucket]

const T = { TableName: '{{T}}' }
const NOWHERE = { TableName: 'nowhere-{{T}}' }
const MISSING = 'ResourceNotFoundException'
const INVALID = 'ValidationException'
const key = (id: string, n: number) => ({ id: { S: id }, n: { N: String(n) } })
const item = (id: string, n: number, more: object = {}) => ({ ...key(id, n), ...more })
const DEFINITION = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'n', AttributeType: 'N' },
  ],
  KeySchema: [
    { AttributeName: 'id', KeyType: 'HASH' },
    { AttributeName: 'n', KeyType: 'RANGE' },
  ],
}

export const DYNAMODB_TABLE: readonly Step[] = [
  ok('CreateTable', { ...T, ...DEFINITION, Tags: [{ Key: 'a', Value: 'b' }] }, { as: 'made' }),
  no('CreateTable', 'ResourceInUseException', { ...T, ...DEFINITION }),
  ok('ListTables', {}),
  no('ListTables', INVALID, { Limit: 101 }),
  ok('DescribeTable', T, { has: { Table: { TableStatus: 'ACTIVE' } } }),
  no('DescribeTable', MISSING, NOWHERE),
  ok('PutItem', { ...T, Item: item('a', 1, { text: { S: '' }, list: { L: [{ NULL: true }] } }) }),
  no('PutItem', 'ConditionalCheckFailedException', {
    ...T,
    Item: item('a', 1),
    ConditionExpression: 'attribute_not_exists(id)',
  }),
  no('PutItem', INVALID, { ...T, Item: { id: { S: 'a' } } }),
  ok(
    'GetItem',
    { ...T, Key: key('a', 1), ConsistentRead: true },
    { has: { Item: { text: { S: '' } } } },
  ),
  no('GetItem', INVALID, { ...T, Key: { id: { S: 'a' } } }),
  ok(
    'UpdateItem',
    {
      ...T,
      Key: key('a', 1),
      UpdateExpression:
        'SET #l = list_append(#l, :more), c = if_not_exists(c, :zero) + :one ADD tags :tags REMOVE #t',
      ExpressionAttributeNames: { '#l': 'list', '#t': 'text' },
      ExpressionAttributeValues: {
        ':more': { L: [{ BOOL: true }] },
        ':zero': { N: '0' },
        ':one': { N: '1' },
        ':tags': { SS: ['x'] },
      },
      ReturnValues: 'ALL_NEW',
    },
    { has: { Attributes: { c: { N: '1' }, tags: { SS: ['x'] } } } },
  ),
  no('UpdateItem', INVALID, { ...T, Key: key('a', 1), UpdateExpression: 'SET a = ' }),
  ok('BatchWriteItem', {
    RequestItems: {
      '{{T}}': [2, 3, 4].map((n) => ({
        PutRequest: { Item: item('a', n, { kind: { S: `k${n % 2}` } }) },
      })),
    },
  }),
  no('BatchWriteItem', MISSING, {
    RequestItems: { 'nowhere-{{T}}': [{ PutRequest: { Item: item('a', 1) } }] },
  }),
  ok('BatchGetItem', { RequestItems: { '{{T}}': { Keys: [key('a', 2), key('a', 9)] } } }),
  no('BatchGetItem', MISSING, { RequestItems: { 'nowhere-{{T}}': { Keys: [key('a', 2)] } } }),
  ok(
    'Query',
    {
      ...T,
      KeyConditionExpression: 'id = :id AND n BETWEEN :low AND :high',
      FilterExpression: '((attribute_exists(kind)) AND (NOT begins_with(kind, :x)))',
      ExpressionAttributeValues: {
        ':id': { S: 'a' },
        ':low': { N: '1' },
        ':high': { N: '3' },
        ':x': { S: 'x' },
      },
      ScanIndexForward: false,
    },
    { has: { Items: [{ n: { N: '3' } }, { n: { N: '2' } }], Count: 2 } },
  ),
  no('Query', INVALID, {
    ...T,
    KeyConditionExpression: 'kind = :k',
    ExpressionAttributeValues: { ':k': { S: 'x' } },
  }),
  ok('Scan', { ...T, Select: 'COUNT' }, { has: { Count: 4 } }),
  no('Scan', INVALID, { ...T, FilterExpression: 'nonsense(' }),
  ok('TransactWriteItems', {
    TransactItems: [
      { Put: { ...T, Item: item('t', 1) } },
      { ConditionCheck: { ...T, Key: key('a', 1), ConditionExpression: 'attribute_exists(id)' } },
      { Delete: { ...T, Key: key('a', 4) } },
    ],
  }),
  no('TransactWriteItems', 'TransactionCanceledException', {
    TransactItems: [
      { Put: { ...T, Item: item('t', 1), ConditionExpression: 'attribute_not_exists(id)' } },
    ],
  }),
  ok(
    'TransactGetItems',
    { TransactItems: [{ Get: { ...T, Key: key('t', 1) } }] },
    {
      has: { Responses: [{ Item: key('t', 1) }] },
    },
  ),
  no('TransactGetItems', MISSING, { TransactItems: [{ Get: { ...NOWHERE, Key: key('t', 1) } }] }),
  ok(
    'DeleteItem',
    { ...T, Key: key('t', 1), ReturnValues: 'ALL_OLD' },
    { has: { Attributes: key('t', 1) } },
  ),
  no('DeleteItem', MISSING, { ...NOWHERE, Key: key('t', 1) }),
  ok('UpdateTable', {
    ...T,
    AttributeDefinitions: [
      ...DEFINITION.AttributeDefinitions,
      { AttributeName: 'kind', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexUpdates: [
      {
        Create: {
          IndexName: 'byKind',
          KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      },
    ],
  }),
  ok(
    'Query',
    {
      ...T,
      IndexName: 'byKind',
      KeyConditionExpression: 'kind = :k',
      ExpressionAttributeValues: { ':k': { S: 'k0' } },
    },
    { has: { Items: [item('a', 2, { kind: { S: 'k0' } })] } },
  ),
  no('Query', INVALID, {
    ...T,
    IndexName: 'byKind',
    ConsistentRead: true,
    KeyConditionExpression: 'kind = :k',
    ExpressionAttributeValues: { ':k': { S: 'k0' } },
  }),
  ok('UpdateTable', { ...T, GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byKind' } }] }),
  no('UpdateTable', MISSING, { ...NOWHERE, BillingMode: 'PAY_PER_REQUEST' }),
  ok('DescribeTimeToLive', T, { has: { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } } }),
  ok('UpdateTimeToLive', {
    ...T,
    TimeToLiveSpecification: { Enabled: true, AttributeName: 'ends' },
  }),
  no('UpdateTimeToLive', INVALID, {
    ...T,
    TimeToLiveSpecification: { Enabled: true, AttributeName: 'ends' },
  }),
  no('DescribeTimeToLive', MISSING, NOWHERE),
  ok('TagResource', {
    ResourceArn: '{{made.TableDescription.TableArn}}',
    Tags: [{ Key: 'c', Value: 'd' }],
  }),
  no('TagResource', MISSING, {
    ResourceArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/nowhere-{{T}}',
    Tags: [{ Key: 'c', Value: 'd' }],
  }),
  ok('UntagResource', { ResourceArn: '{{made.TableDescription.TableArn}}', TagKeys: ['c'] }),
  no('UntagResource', MISSING, {
    ResourceArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/nowhere-{{T}}',
    TagKeys: ['c'],
  }),
  ok(
    'ListTagsOfResource',
    { ResourceArn: '{{made.TableDescription.TableArn}}' },
    {
      has: { Tags: [{ Key: 'a', Value: 'b' }] },
    },
  ),
  no('ListTagsOfResource', MISSING, {
    ResourceArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/nowhere-{{T}}',
  }),
  ok('DeleteTable', T),
  no('DeleteTable', MISSING, T),
]

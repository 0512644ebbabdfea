// The registry of S3's operations. What is not in it is NotImplemented, by name.
import { isObject } from '#shared/json.ts'
import type { WireResponse } from '#wire/message.ts'
import { bucketOf, bucketOperations } from './buckets.ts'
import { deleteObject, deleteObjects } from './delete-objects.ts'
import { getObject } from './get-object.ts'
import { getObjectAttributes } from './get-object-attributes.ts'
import { listObjects, listObjectsV2 } from './list-objects.ts'
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
  uploadPartCopy,
} from './multipart.ts'
import type { Input, S3Call, S3Parts } from './parts.ts'
import { copyObject, putObject } from './put-object.ts'
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './tagging.ts'

/** Answers an output by the table, or a whole answer of its own. */
export type S3Operation = (
  input: Input,
  call: S3Call,
  parts: S3Parts,
) => Promise<Input | WireResponse | void>

export const objectOperations: Readonly<Record<string, S3Operation>> = {
  AbortMultipartUpload: abortMultipartUpload,
  CompleteMultipartUpload: completeMultipartUpload,
  CopyObject: copyObject,
  CreateMultipartUpload: createMultipartUpload,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  DeleteObjectTagging: deleteObjectTagging,
  GetObject: getObject,
  GetObjectAttributes: getObjectAttributes,
  GetObjectTagging: getObjectTagging,
  HeadObject: getObject,
  ListMultipartUploads: listMultipartUploads,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  ListParts: listParts,
  PutObject: putObject,
  PutObjectTagging: putObjectTagging,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  // AWS: there are no ACLs in new buckets but the owner's.
  GetBucketAcl: async (input, call) => {
    const { accountId } = await call.store.read((view) => bucketOf(view, input['Bucket']))
    const owner = { ID: accountId }
    const Grantee = { ...owner, Type: 'CanonicalUser' }
    return { Owner: owner, Grants: [{ Grantee, Permission: 'FULL_CONTROL' }] }
  },
}

export const s3Operations = (
  isEmpty: (bucketId: string) => Promise<boolean>,
): Readonly<Record<string, S3Operation>> => ({
  ...(bucketOperations(isEmpty) as Readonly<Record<string, S3Operation>>),
  ...objectOperations,
})

export const isWhole = (output: Input | WireResponse | void): output is WireResponse =>
  isObject(output) && Array.isArray(output['headers']) && typeof output['statusCode'] === 'number'

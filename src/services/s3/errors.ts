// S3's errors, in its words. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
import { ServiceError } from '#wire/errors.ts'

export const noSuchBucket = (BucketName: string): ServiceError =>
  new ServiceError('NoSuchBucket', 404, 'The specified bucket does not exist', { BucketName })

export const noSuchKey = (Key: string): ServiceError =>
  new ServiceError('NoSuchKey', 404, 'The specified key does not exist.', { Key })

export const noSuchUpload = (UploadId: string): ServiceError =>
  new ServiceError(
    'NoSuchUpload',
    404,
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { UploadId },
  )

export const invalidArgument = (message: string, ArgumentName = ''): ServiceError =>
  new ServiceError('InvalidArgument', 400, message, ArgumentName === '' ? {} : { ArgumentName })

export const invalidRequest = (message: string): ServiceError =>
  new ServiceError('InvalidRequest', 400, message)

export const accessDenied = (): ServiceError =>
  new ServiceError('AccessDenied', 403, 'Access Denied')

export const badDigest = (what: string): ServiceError => {
  const than = what === 'Content-MD5' ? 'what we received' : 'the calculated checksum'
  return new ServiceError('BadDigest', 400, `The ${what} you specified did not match ${than}.`)
}

/** What cannot be the hash of anything. */
export const invalidDigest = (): ServiceError =>
  new ServiceError('InvalidDigest', 400, 'The Content-MD5 you specified was invalid.')

export const incompleteBody = (): ServiceError =>
  new ServiceError(
    'IncompleteBody',
    400,
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  )

export const entityTooLarge = (MaxSizeAllowed: number): ServiceError =>
  new ServiceError(
    'EntityTooLarge',
    400,
    'Your proposed upload exceeds the maximum allowed object size.',
    { MaxSizeAllowed },
  )

export const entityTooSmall = (): ServiceError =>
  new ServiceError(
    'EntityTooSmall',
    400,
    'Your proposed upload is smaller than the minimum allowed size',
  )

export const preconditionFailed = (Condition: string): ServiceError =>
  new ServiceError(
    'PreconditionFailed',
    412,
    'At least one of the pre-conditions you specified did not hold',
    { Condition },
  )

/** Something that S3 does and that is not built here: said plainly. */
export const notBuilt = (what: string): ServiceError =>
  new ServiceError('NotImplemented', 501, `${what} is not implemented here.`)

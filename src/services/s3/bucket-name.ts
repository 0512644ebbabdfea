// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
import { ServiceError } from '#wire/errors.ts'

/** Throws where it is none. */
export const checkBucketName = (name: string): void => {
  const isName =
    /^[a-z\d][a-z\d.-]{1,61}[a-z\d]$/.test(name) &&
    !/\.\.|\.-|-\./.test(name) &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !/^(?:xn--|sthree-|amzn-s3-demo-)/.test(name) &&
    !/(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name)
  if (isName) return
  throw new ServiceError('InvalidBucketName', 400, 'The specified bucket is not valid.', {
    BucketName: name.slice(0, 255),
  })
}

// Lets the caller put one file, for five minutes: the bytes go to the bucket and never through the API.
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'

// Whoever signs does not know the bytes, so no checksum of them can be part of what is signed.
const bucket = new S3Client({ requestChecksumCalculation: 'WHEN_REQUIRED' })

export const handler = async ({ pathParameters }) => {
  const Key = `${pathParameters.id}/receipt`
  const put = new PutObjectCommand({ Bucket: process.env.BUCKET_NAME, Key })
  const url = await getSignedUrl(bucket, put, { expiresIn: 300 })
  return {
    statusCode: 200,
    headers: { 'Access-Control-Allow-Origin': '*' },
    body: JSON.stringify({ url }),
  }
}

// Forms of pages that upload to S3: what is signed is their policy, in the new way or the old.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-UsingHTTPPOST.html
import { createHmac } from 'node:crypto'
import { TERMINATOR } from '#languages/sigv4/message.ts'
import { deriveSigningKey, secretsEqual, signatureOf } from '#languages/sigv4/signing-key.ts'
import { ServiceError } from '#wire/errors.ts'
import type { WireRequest } from '#wire/message.ts'
import type { S3QuerySignature } from './s3-query-signature.ts'

/** Undefined where the request is no form of S3's. */
export const readS3FormSignature = ({ signedForm }: WireRequest): S3QuerySignature | undefined => {
  if (signedForm === undefined) return undefined
  const told = (name: string): string => signedForm.get(name) ?? ''
  const policy = told('policy')
  const sessionToken = signedForm.get('x-amz-security-token')
  const oldKey = signedForm.get('awsaccesskeyid')
  if (oldKey !== undefined)
    return {
      accessKeyId: oldKey,
      sessionToken,
      refuse: (secret) =>
        refuseOther(createHmac('sha1', secret).update(policy).digest('base64'), told('signature')),
    }
  const [accessKeyId = '', date = '', region = '', service = '', end = ''] =
    told('x-amz-credential').split('/')
  return {
    accessKeyId,
    sessionToken,
    refuse: (secret) => {
      if (service !== 's3' || end !== TERMINATOR || told('x-amz-algorithm') !== 'AWS4-HMAC-SHA256')
        return new ServiceError(
          'InvalidArgument',
          400,
          'X-Amz-Credential or X-Amz-Algorithm of the form is wrong.',
        )
      const key = deriveSigningKey(secret, { date, region, service })
      return refuseOther(signatureOf(key, policy), told('x-amz-signature'))
    },
  }
}

const refuseOther = (expected: string, given: string): ServiceError | undefined =>
  secretsEqual(expected, given)
    ? undefined
    : new ServiceError(
        'SignatureDoesNotMatch',
        403,
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      )

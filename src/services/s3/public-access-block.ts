// What a bucket is told about the public: no policy that lets everybody in, or none that counts. Where a bucket says
// nothing of it, its policy alone decides; AWS blocks all of it in buckets that are new.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
import { isObject } from '#shared/json.ts'
import { ServiceError } from '#wire/errors.ts'
import type { BucketRecord } from './buckets.ts'
import { invalidRequest } from './errors.ts'

/** The two about ACLs hold anyway: there are none. */
export const PUBLIC_ACCESS_BLOCKS = [
  'BlockPublicAcls',
  'IgnorePublicAcls',
  'BlockPublicPolicy',
  'RestrictPublicBuckets',
] as const

export const checkPublicAccessBlock = (block: Readonly<Record<string, unknown>>): void => {
  if (PUBLIC_ACCESS_BLOCKS.every((name) => block[name] === undefined))
    throw invalidRequest('Must specify at least one configuration.')
}

export const blocksPublicPolicy = ({ publicAccessBlock }: BucketRecord): boolean =>
  publicAccessBlock?.['BlockPublicPolicy'] === true

/** A public policy lets nobody in who has not signed; one for an address of a network is not public, and counts. */
export const restrictsPublic = ({ publicAccessBlock, policy }: BucketRecord): boolean =>
  publicAccessBlock?.['RestrictPublicBuckets'] === true &&
  policy !== undefined &&
  isPublicPolicy(policy)

/** AWS: a policy is public that lets everybody in, but for a condition on who or where they are. [guide: The meaning of "public"] */
export const isPublicPolicy = (text: string): boolean => {
  const policy: unknown = JSON.parse(text)
  const statements = isObject(policy) ? [policy['Statement']].flat() : []
  return statements.some(
    (one) =>
      isObject(one) &&
      one['Effect'] === 'Allow' &&
      isEverybody(one['Principal']) &&
      !isNarrow(one['Condition']),
  )
}

const isEverybody = (principal: unknown): boolean =>
  principal === '*' || (isObject(principal) && [principal['AWS']].flat().includes('*'))

/** Keys whose fixed values AWS takes for narrow. */
const NARROW =
  /^(?:aws:(?:SourceArn|SourceVpc|SourceVpce|SourceAccount|SourceOwner|SourceIp|PrincipalOrgID|userid|PrincipalArn|PrincipalAccount)|s3:(?:x-amz-server-side-encryption-aws-kms-key-id|DataAccessPointArn|DataAccessPointAccount))$/i

const isNarrow = (condition: unknown): boolean =>
  isObject(condition) &&
  Object.entries(condition).some(
    ([operator, keys]) =>
      /^(?:String(?:Equals|Like)|Arn(?:Equals|Like)|IpAddress)$/i.test(operator) &&
      isObject(keys) &&
      Object.entries(keys).some(
        ([key, values]) => NARROW.test(key) && [values].flat().every((one) => isFixed(String(one))),
      ),
  )

/** AWS: no wildcard, no variable, and no network of more than a /8 of IPv4 or a /32 of IPv6. */
const isFixed = (value: string): boolean => {
  if (/[*?$]/.test(value)) return false
  const bits = /^[\d.:a-f]+\/(\d+)$/i.exec(value)?.[1]
  return bits === undefined || Number(bits) >= (value.includes(':') ? 32 : 8)
}

export const publicPolicyBlocked = (): ServiceError =>
  new ServiceError(
    'AccessDenied',
    403,
    'Public policies are blocked by the BlockPublicPolicy block public access setting.',
  )

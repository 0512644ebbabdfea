// Which bucket a request is for: the Host names it (`bucket.s3.localhost`, `bucket.s3.us-east-1.amazonaws.com`), or the
// path begins with it. https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
import type { WireRequest } from '#wire/message.ts'

const LOCAL = '(?:localhost|localhost\\.localstack\\.cloud)'
const REGION = '[a-z]{2}(?:-[a-z]+)+-\\d'

const SERVICE = new RegExp(
  `^(?:(.+)\\.)?s3(?:[.-]${REGION}|\\.dualstack\\.${REGION})?\\.(?:amazonaws\\.com|${LOCAL})$`,
)
/** SDKs put the bucket before whatever endpoint they are given. */
const BARE = new RegExp(`^(.+)\\.${LOCAL}$`)
const WEBSITE = new RegExp(`^(.+)\\.s3-website(?:[.-]${REGION})?\\.(?:amazonaws\\.com|${LOCAL})$`)

const nameOf = (host: string): string => host.replace(/:\d*$/, '').toLowerCase().replace(/\.$/, '')

/** The bucket that the Host names. */
export const bucketOfHost = (host: string): string | undefined => {
  const name = nameOf(host)
  const ofService = SERVICE.exec(name)
  if (ofService !== null) return ofService[1]
  if (WEBSITE.test(name) || /^localhost\.localstack\.cloud$/.test(name)) return undefined
  return BARE.exec(name)?.[1]
}

export const bucketOfWebsite = (host: string): string | undefined => WEBSITE.exec(nameOf(host))?.[1]

/** The target as if the path named the bucket. */
export const pathStyleTarget = ({ host, target }: Pick<WireRequest, 'host' | 'target'>): string => {
  const bucket = bucketOfHost(host)
  return bucket === undefined ? target : `/${bucket}${target}`
}

// Topics and subscriptions as they are stored.
import { PARTITION, type Scope } from '#model/scope.ts'
import { collection } from '#store/store.ts'

export interface TopicRecord {
  readonly name: string
  /** As they were set; defaults are not among them. */
  readonly attributes: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
}

export interface SubscriptionRecord {
  readonly arn: string
  readonly topicArn: string
  readonly protocol: 'lambda' | 'sqs' | 'http' | 'https'
  readonly endpoint: string
  readonly attributes: Readonly<Record<string, string>>
  readonly owner: string
  /** What confirms it, and since when it may; absent once it is confirmed. */
  readonly token?: string
  readonly askedMs?: number
  /** Where the caller found this node when it was made. */
  readonly origin?: string
  /** It was confirmed so that only who signs may end it. */
  readonly endsAuthenticated?: boolean
}

/** By `{Name}`. */
export const topics = collection<TopicRecord>('sns/topics')
/** By `{topic's name}/{id}`. */
export const subscriptions = collection<SubscriptionRecord>('sns/subscriptions')

export const topicArn = ({ region, accountId }: Scope, name: string): string =>
  `arn:${PARTITION}:sns:${region}:${accountId}:${name}`

/** The topic's name, and the subscription's id where the ARN is one's; undefined where it is neither, or elsewhere. */
export const partsOfArn = (
  arn: string | undefined,
  scope: Scope,
): { readonly name: string; readonly id: string | undefined } | undefined => {
  const [, , service, region, accountId, name = '', id] = (arn ?? '').split(':')
  const isOurs = service === 'sns' && region === scope.region && accountId === scope.accountId
  return isOurs && name !== '' ? { name, id } : undefined
}

// Which changes of a bucket somebody wants to hear of. https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
import { isObject } from '#shared/json.ts'
import { invalidArgument, notBuilt } from './errors.ts'

type Input = Readonly<Record<string, unknown>>

export interface NotificationRule {
  readonly id: string
  readonly targetArn: string
  readonly events: readonly string[]
  readonly prefix: string
  readonly suffix: string
}

const KINDS = [
  ['LambdaFunctionConfigurations', 'LambdaFunctionArn'],
  ['QueueConfigurations', 'QueueArn'],
  ['TopicConfigurations', 'TopicArn'],
] as const

/** Throws what is wrong with a configuration. */
export const checkNotification = (configuration: Input): void => {
  if (configuration['EventBridgeConfiguration'] !== undefined)
    throw notBuilt('Delivery of events of objects to EventBridge')
  for (const { targetArn, events } of rulesOf(configuration)) {
    if (!/^arn:aws:(?:lambda|sqs|sns):/.test(targetArn))
      throw invalidArgument('The ARN is not well formed', targetArn.slice(0, 255))
    const other = events.find(
      (event) => !/^s3:(?:ObjectCreated|ObjectRemoved):(?:\*|\w+)$/.test(event),
    )
    if (other !== undefined) throw notBuilt(`The event ${other.slice(0, 64)}`)
  }
}

export const rulesOf = (configuration: Input): readonly NotificationRule[] =>
  KINDS.flatMap(([kind, arn]) =>
    listOf(configuration[kind]).map((rule, index): NotificationRule => {
      const filters = filtersOf(rule)
      return {
        id: String(rule['Id'] ?? `${kind}-${index}`),
        targetArn: String(rule[arn]),
        events: Array.isArray(rule['Events']) ? rule['Events'].map(String) : [],
        prefix: filters.get('prefix') ?? '',
        suffix: filters.get('suffix') ?? '',
      }
    }),
  )

const filtersOf = ({ Filter: filter }: Input): ReadonlyMap<string, string> => {
  const key = isObject(filter) ? filter['Key'] : undefined
  const rules = isObject(key) ? listOf(key['FilterRules']) : []
  return new Map(rules.map(({ Name, Value }) => [String(Name).toLowerCase(), String(Value)]))
}

const listOf = (value: unknown): readonly Input[] =>
  Array.isArray(value) ? value.filter(isObject) : []

/** `event` as in `ObjectCreated:Put`. */
export const concerns = (
  { events, prefix, suffix }: NotificationRule,
  event: string,
  key: string,
): boolean =>
  key.startsWith(prefix) &&
  key.endsWith(suffix) &&
  events.some((wanted) => {
    const name = wanted.replace(/^s3:/, '')
    return name === event || (name.endsWith(':*') && event.startsWith(name.slice(0, -1)))
  })

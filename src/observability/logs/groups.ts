// Log groups: how long they keep events, and their tags. They live in the store, as all that operators write.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
import type {
  CreateLogGroupRequest,
  DeleteLogGroupRequest,
  DeleteRetentionPolicyRequest,
  DescribeLogGroupsRequest,
  ListTagsForResourceRequest,
  PutRetentionPolicyRequest,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-cloudwatch-logs'
import type { Scope } from '#model/scope.ts'
import { collection, type View } from '#store/store.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { systemRandom } from '#shared/random.ts'
import { groupExists, invalidParameter, noGroup } from './errors.ts'
import type { LogEventStore } from './event-store.ts'

export interface LogGroup {
  /** No other group has or had it: events are kept under it. */
  readonly id: string
  readonly name: string
  readonly createdMs: number
  readonly retentionInDays?: number
  readonly logGroupClass?: string
  readonly tags?: Readonly<Record<string, string>>
}

/** By name. */
export const logGroups = collection<LogGroup>('logs/logGroups')
/** Global: the scopes that have groups, by `{accountId}/{region}`; whoever sweeps looks into each. */
export const logScopes = collection<Scope>('logs/scopes')

export const createLogGroup = async (
  input: Shape<CreateLogGroupRequest>,
  call: WriteCall,
): Promise<void> => {
  const { logGroupName = '', tags, kmsKeyId, logGroupClass } = input
  admitName(logGroupName)
  if (kmsKeyId !== undefined) throw invalidParameter('KMS keys are not provided here: kmsKeyId')
  if ((await call.view.get(logGroups, call, logGroupName)) !== undefined) throw groupExists()
  await putGroup(call, {
    ...newGroup(logGroupName, call.nowMs),
    ...(tags !== undefined && { tags }),
    ...(logGroupClass !== undefined && { logGroupClass }),
  })
}

export const newGroup = (name: string, nowMs: number): LogGroup => ({
  id: systemRandom.uuid(),
  name,
  createdMs: nowMs,
})

export const putGroup = async (
  { tx, accountId, region }: Pick<WriteCall, 'tx'> & Scope,
  group: LogGroup,
): Promise<void> => {
  const scope = { accountId, region }
  await tx.put(logGroups, scope, group.name, group)
  await tx.put(logScopes, GLOBAL, `${accountId}/${region}`, scope)
}

const GLOBAL: Scope = { accountId: '', region: '' }

/** AWS: `[\.\-_/#A-Za-z0-9]+`, at most 512 characters. */
const admitName = (name: string): void => {
  if (/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name)) return
  throw invalidParameter(
    `1 validation error detected: Value '${name.slice(0, 600)}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+`,
  )
}

export const findGroup = async (
  view: View,
  scope: Scope,
  named: {
    readonly logGroupName?: string | undefined
    readonly logGroupIdentifier?: string | undefined
  },
): Promise<LogGroup> => {
  const name = named.logGroupName ?? nameOfIdentifier(named.logGroupIdentifier ?? '')
  const group = await view.get(logGroups, scope, name)
  if (group === undefined) throw noGroup()
  return group
}

/** A name, or an ARN with or without the star that ends it. */
const nameOfIdentifier = (identifier: string): string =>
  identifier.startsWith('arn:') ? (identifier.split(':')[6] ?? '') : identifier

export const deleteLogGroup = async (
  input: Shape<DeleteLogGroupRequest>,
  call: WriteCall,
): Promise<void> => {
  const { name } = await findGroup(call.view, call, input)
  // Its events go with the next sweep: nobody can name them any more.
  await call.tx.delete(logGroups, call, name)
}

/** AWS: days that a group may keep its events. [API reference: PutRetentionPolicy] */
const RETENTION_DAYS: ReadonlySet<number> = new Set([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
])

export const putRetentionPolicy = async (
  input: Shape<PutRetentionPolicyRequest>,
  call: WriteCall,
): Promise<void> => {
  const { retentionInDays = 0 } = input
  const group = await findGroup(call.view, call, input)
  if (!RETENTION_DAYS.has(retentionInDays)) {
    throw invalidParameter(
      `1 validation error detected: Value '${retentionInDays}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${[...RETENTION_DAYS].join(', ')}]`,
    )
  }
  await putGroup(call, { ...group, retentionInDays })
}

export const deleteRetentionPolicy = async (
  input: Shape<DeleteRetentionPolicyRequest>,
  call: WriteCall,
): Promise<void> => {
  const { retentionInDays: _, ...group } = await findGroup(call.view, call, input)
  await putGroup(call, group)
}

const GROUPS_AT_ONCE = 50

export const describeLogGroups =
  (events: LogEventStore) => async (input: Shape<DescribeLogGroupsRequest>, call: ReadCall) => {
    const { logGroupNamePrefix, logGroupNamePattern, nextToken, limit = GROUPS_AT_ONCE } = input
    if (logGroupNamePrefix !== undefined && logGroupNamePattern !== undefined) {
      throw invalidParameter(
        'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
      )
    }
    const entries = await call.view.list(logGroups, call, {
      ...(logGroupNamePrefix !== undefined && { prefix: logGroupNamePrefix }),
      ...(nextToken !== undefined && { after: nextToken }),
    })
    const found = entries.filter(
      ({ key }) => logGroupNamePattern === undefined || key.includes(logGroupNamePattern),
    )
    const shown = found.slice(0, Math.min(limit, GROUPS_AT_ONCE))
    return {
      logGroups: shown.map(({ value }) => describe(value, call, events)),
      ...(found.length > shown.length && { nextToken: shown.at(-1)?.key }),
    }
  }

const describe = (group: LogGroup, scope: Scope, events: LogEventStore) => {
  const { name, createdMs, retentionInDays, logGroupClass = 'STANDARD', id } = group
  const logGroupArn = arnOf(scope, name)
  return {
    logGroupName: name,
    creationTime: createdMs,
    ...(retentionInDays !== undefined && { retentionInDays }),
    metricFilterCount: 0,
    arn: `${logGroupArn}:*`,
    logGroupArn,
    storedBytes: events.storedBytes(id),
    logGroupClass,
  }
}

export const arnOf = ({ accountId, region }: Scope, name: string): string =>
  `arn:aws:logs:${region}:${accountId}:log-group:${name}`

const TAGS_MAX = 50

export const tagResource = async (
  input: Shape<TagResourceRequest>,
  call: WriteCall,
): Promise<void> => {
  const group = await findGroup(call.view, call, { logGroupIdentifier: input.resourceArn ?? '' })
  const tags = { ...group.tags, ...input.tags }
  if (Object.keys(tags).length > TAGS_MAX) {
    throw invalidParameter(`A log group has at most ${TAGS_MAX} tags`)
  }
  await putGroup(call, { ...group, tags })
}

export const untagResource = async (
  input: Shape<UntagResourceRequest>,
  call: WriteCall,
): Promise<void> => {
  const group = await findGroup(call.view, call, { logGroupIdentifier: input.resourceArn ?? '' })
  const gone = new Set(input.tagKeys)
  const tags = Object.fromEntries(
    Object.entries(group.tags ?? {}).filter(([key]) => !gone.has(key)),
  )
  await putGroup(call, { ...group, tags })
}

export const listTagsForResource = async (
  input: Shape<ListTagsForResourceRequest>,
  call: ReadCall,
) => {
  const group = await findGroup(call.view, call, { logGroupIdentifier: input.resourceArn ?? '' })
  return { tags: group.tags ?? {} }
}

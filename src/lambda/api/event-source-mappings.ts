// Event source mappings: which queue or stream a function is fed from. They are stored and shipped here; what polls is
// another part of the program, which follows the directory's entries.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
import type {
  CreateEventSourceMappingRequest,
  DeleteEventSourceMappingRequest,
  EventSourceMappingConfiguration,
  GetEventSourceMappingRequest,
  ListEventSourceMappingsRequest,
  UpdateEventSourceMappingRequest,
} from '@aws-sdk/client-lambda'
import { GLOBAL_SCOPE, PARTITION } from '#model/scope.ts'
import { directory } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { pageOf, pageOfMarker } from '#wire/pagination.ts'
import { revisionOf } from './configuration.ts'
import { checkEventSourceMapping } from './event-source-checks.ts'
import { invalidParameter, resourceConflict, resourceNotFound } from './errors.ts'
import { configured } from './lookups.ts'
import { qualifiedArn, referenceOf } from './names.ts'
import { eventSourceMappings, eventSourceMappingTags } from './records.ts'
import { checkTags } from './tags.ts'

type Mapping = Shape<EventSourceMappingConfiguration>

export const createEventSourceMapping = async (
  input: Shape<CreateEventSourceMappingRequest>,
  call: WriteCall,
): Promise<Mapping> => {
  const { EventSourceArn: source } = input
  if (source === undefined && input.SelfManagedEventSource === undefined) {
    throw invalidParameter('Event source ARN is required for this event source type.')
  }
  const FunctionArn = await functionOf(input.FunctionName, call)
  const all = await call.tx.list(eventSourceMappings, call)
  const same = all.find(
    ({ value }) => value.EventSourceArn === source && value.FunctionArn === FunctionArn,
  )
  if (source !== undefined && same !== undefined) {
    throw resourceConflict(
      `An event source mapping with event source arn (" ${source} ") and function (" ${FunctionArn} ") already exists. Please update or delete the existing mapping with UUID ${same.key}`,
    )
  }
  const { FunctionName: _, Enabled, Tags = {}, ...given } = input
  checkTags(Tags)
  const UUID = revisionOf(call, { source, FunctionArn, id: call.ids.next(16) })
  const { region, accountId } = call
  await call.tx.put(eventSourceMappingTags, call, UUID, Tags)
  return put(
    {
      BatchSize: defaultBatchSize(source),
      MaximumBatchingWindowInSeconds: 0,
      ...given,
      UUID,
      FunctionArn,
      EventSourceMappingArn: `arn:${PARTITION}:lambda:${region}:${accountId}:event-source-mapping:${UUID}`,
      LastModified: call.nowMs,
      LastProcessingResult: 'No records processed',
      State: stateOf(Enabled),
      StateTransitionReason: 'USER_INITIATED',
    },
    call,
  )
}

export const updateEventSourceMapping = async (
  input: Shape<UpdateEventSourceMappingRequest>,
  call: WriteCall,
): Promise<Mapping> => {
  const old = await found(input.UUID, call)
  const { FunctionName, Enabled, ...given } = input
  return put(
    {
      ...old,
      ...given,
      ...(FunctionName !== undefined && { FunctionArn: await functionOf(FunctionName, call) }),
      ...(Enabled !== undefined && { State: stateOf(Enabled) }),
      LastModified: call.nowMs,
    },
    call,
  )
}

/** AWS answers `Creating` and `Enabling` for a while; here a mapping is stored at once. */
const stateOf = (enabled: boolean | undefined): string =>
  enabled === false ? 'Disabled' : 'Enabled'

/** AWS: 10 for queues, 100 for streams. [API reference: CreateEventSourceMapping BatchSize] */
const defaultBatchSize = (source: string | undefined): number =>
  source !== undefined && /^arn:[^:]+:sqs:/.test(source) ? 10 : 100

const functionOf = async (name: string | undefined, call: ReadCall): Promise<string> => {
  const reference = referenceOf(name, undefined, call)
  await configured(reference, call)
  return qualifiedArn(call, reference.name, reference.qualifier)
}

const put = async (mapping: Mapping, call: WriteCall): Promise<Mapping> => {
  checkEventSourceMapping(mapping)
  const { UUID = '', FunctionArn = '', EventSourceArn = '', State, ...configuration } = mapping
  const { accountId, region } = call
  await call.tx.put(eventSourceMappings, call, UUID, mapping)
  await call.tx.put(directory, GLOBAL_SCOPE, `event-source-mapping/${UUID}`, {
    kind: 'event-source-mapping',
    scope: { accountId, region },
    uuid: UUID,
    functionArn: FunctionArn,
    eventSourceArn: EventSourceArn,
    enabled: State === 'Enabled',
    configuration,
  })
  return mapping
}

export const getEventSourceMapping = (
  input: Shape<GetEventSourceMappingRequest>,
  call: ReadCall,
): Promise<Mapping> => found(input.UUID, call)

export const deleteEventSourceMapping = async (
  input: Shape<DeleteEventSourceMappingRequest>,
  call: WriteCall,
): Promise<Mapping> => {
  const mapping = await found(input.UUID, call)
  await call.tx.delete(eventSourceMappings, call, mapping.UUID ?? '')
  await call.tx.delete(eventSourceMappingTags, call, mapping.UUID ?? '')
  await call.tx.delete(directory, GLOBAL_SCOPE, `event-source-mapping/${mapping.UUID}`)
  return { ...mapping, State: 'Deleting' }
}

export const listEventSourceMappings = async (
  input: Shape<ListEventSourceMappingsRequest>,
  call: ReadCall,
) => {
  const wanted =
    input.FunctionName === undefined ? undefined : referenceOf(input.FunctionName, undefined, call)
  const arn = wanted && qualifiedArn(call, wanted.name, wanted.qualifier)
  const all = (await call.view.list(eventSourceMappings, call)).map(({ value }) => value)
  const matching = all.filter(
    (mapping) =>
      (input.EventSourceArn ?? mapping.EventSourceArn) === mapping.EventSourceArn &&
      (arn ?? mapping.FunctionArn) === mapping.FunctionArn,
  )
  const page = pageOf(matching, ({ UUID = '' }) => UUID, pageOfMarker(input))
  return {
    EventSourceMappings: page.items,
    ...(page.token !== undefined && { NextMarker: page.token }),
  }
}

const found = async (uuid: string | undefined, call: ReadCall): Promise<Mapping> => {
  const mapping = await call.view.get(eventSourceMappings, call, uuid ?? '')
  if (mapping === undefined) throw resourceNotFound('The resource you requested does not exist.')
  return mapping
}

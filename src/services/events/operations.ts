// The registry of EventBridge: AWS's operation name → function.
import { reads, type StoreCall, writes } from '#store/transactional.ts'
import type { WireOperations } from '#wire/operation.ts'
import * as buses from './buses.ts'
import type { EventBuses } from './put-events.ts'
import * as rules from './rules.ts'
import * as targets from './targets.ts'

export const eventsOperations = (events: EventBuses) =>
  ({
    CreateEventBus: writes(buses.createEventBus),
    DeleteEventBus: writes(buses.deleteEventBus),
    DeleteRule: writes(rules.deleteRule),
    DescribeEventBus: reads(buses.describeEventBus),
    DescribeRule: reads(rules.describeRule),
    DisableRule: writes(rules.disableRule),
    EnableRule: writes(rules.enableRule),
    ListEventBuses: reads(buses.listEventBuses),
    ListRuleNamesByTarget: reads(targets.listRuleNamesByTarget),
    ListRules: reads(rules.listRules),
    ListTagsForResource: reads(rules.listTagsForResource),
    ListTargetsByRule: reads(targets.listTargetsByRule),
    PutEvents: events.putEvents,
    PutPermission: writes(buses.putPermission),
    PutRule: writes(rules.putRule),
    PutTargets: writes(targets.putTargets),
    RemovePermission: writes(buses.removePermission),
    RemoveTargets: writes(targets.removeTargets),
    TagResource: writes(rules.tagResource),
    TestEventPattern: rules.testEventPattern,
    UntagResource: writes(rules.untagResource),
  }) satisfies WireOperations<StoreCall>

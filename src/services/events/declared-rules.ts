// What a template's buses and rules ask of EventBridge, with nothing opened before there is an event.
import { reads, writes } from '#store/transactional.ts'
import * as buses from './buses.ts'
import * as rules from './rules.ts'
import * as targets from './targets.ts'

export const declaredRuleOperations = {
  CreateEventBus: writes(buses.createEventBus),
  DeleteEventBus: writes(buses.deleteEventBus),
  DescribeEventBus: reads(buses.describeEventBus),
  DeleteRule: writes(rules.deleteRule),
  PutPermission: writes(buses.putPermission),
  PutRule: writes(rules.putRule),
  PutTargets: writes(targets.putTargets),
  RemovePermission: writes(buses.removePermission),
  RemoveTargets: writes(targets.removeTargets),
}

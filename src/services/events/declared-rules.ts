// What a template's buses and rules ask of EventBridge, with nothing opened before there is an event.
import { writes } from '#store/transactional.ts'
import * as buses from './buses.ts'
import * as rules from './rules.ts'

export const declaredRuleOperations = {
  CreateEventBus: writes(buses.createEventBus),
  DeleteEventBus: writes(buses.deleteEventBus),
  DeleteRule: writes(rules.deleteRule),
  PutPermission: writes(buses.putPermission),
  PutRule: writes(rules.putRule),
  PutTargets: writes(rules.putTargets),
  RemovePermission: writes(buses.removePermission),
  RemoveTargets: writes(rules.removeTargets),
}

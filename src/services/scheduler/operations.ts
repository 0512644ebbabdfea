// The registry of EventBridge Scheduler: AWS's operation name → function. A template's schedules go the same way:
// nothing of it needs more than the store.
import { reads, type StoreCall, writes } from '#store/transactional.ts'
import type { WireOperations } from '#wire/operation.ts'
import * as groups from './schedule-groups.ts'
import * as schedules from './schedules.ts'

export const schedulerOperations = {
  CreateSchedule: writes(schedules.createSchedule),
  CreateScheduleGroup: writes(groups.createScheduleGroup),
  DeleteSchedule: writes(schedules.deleteSchedule),
  DeleteScheduleGroup: writes(groups.deleteScheduleGroup),
  GetSchedule: reads(schedules.getSchedule),
  GetScheduleGroup: reads(groups.getScheduleGroup),
  ListScheduleGroups: reads(groups.listScheduleGroups),
  ListSchedules: reads(schedules.listSchedules),
  ListTagsForResource: reads(groups.listTagsForResource),
  TagResource: writes(groups.tagResource),
  UntagResource: writes(groups.untagResource),
  UpdateSchedule: writes(schedules.updateSchedule),
} satisfies WireOperations<StoreCall>

// AlexaSkill: the permission with which Alexa calls the function.
import { addInvokePermission, given, type SamEvent } from './event.ts'

export const addAlexaSkill = (event: SamEvent): void => {
  addInvokePermission(
    event,
    'alexa-appkit.amazon.com',
    given({ EventSourceToken: event.properties['SkillId'] }),
  )
}

// The properties that each kind of event has: another one is an error, as it is in SAM.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventsource.html
import { words } from '../../words.ts'
import { own } from '../draft.ts'
import { failEvent, failNamed, type SamEvent } from './event.ts'

interface EventSchema {
  readonly required: readonly string[]
  readonly known: ReadonlySet<string>
}

const namesIn = (text: string): readonly string[] => (text === '' ? [] : words(text))

const schema = (required: string, optional = ''): EventSchema => ({
  required: namesIn(required),
  known: new Set([...namesIn(required), ...namesIn(optional)]),
})

const RULE =
  'DeadLetterConfig EventBusName Input InputPath RetryPolicy Target State Enabled RuleName RoleArn InputTransformer'

/** Sources of event source mappings are checked with the policies that they need. */
const SCHEMAS: Readonly<Record<string, EventSchema>> = {
  AlexaSkill: schema('', 'SkillId'),
  CloudWatchEvent: schema('Pattern', RULE),
  CloudWatchLogs: schema('LogGroupName FilterPattern'),
  Cognito: schema('UserPool Trigger'),
  EventBridgeRule: schema('Pattern', RULE),
  IoTRule: schema('Sql', 'AwsIotSqlVersion'),
  S3: schema('Bucket Events', 'Filter'),
  SNS: schema('Topic', 'Region FilterPolicy FilterPolicyScope SqsSubscription RedrivePolicy'),
  Schedule: schema(
    'Schedule',
    'RuleName Input Enabled State Name Description DeadLetterConfig RetryPolicy Target RoleArn',
  ),
  ScheduleV2: schema(
    'ScheduleExpression',
    'PermissionsBoundary FlexibleTimeWindow Name State Description StartDate EndDate RoleArn Input OmitName ' +
      'ScheduleExpressionTimezone RetryPolicy DeadLetterConfig GroupName KmsKeyArn',
  ),
}

/** Whether the event may be made; what is wrong with it has been said. */
export const checkEvent = (event: SamEvent): boolean => {
  const known = own(SCHEMAS, event.kind)
  if (known === undefined) return true
  const missing = known.required.find((name) => event.properties[name] === undefined)
  const unknown = Object.keys(event.properties).find((name) => !known.known.has(name))
  if (unknown !== undefined)
    failNamed(event, [unknown], `\`${unknown}\` is not a property of ${event.kind}`)
  else if (missing !== undefined) failEvent(event, [], `\`${missing}\` is required`)
  return unknown === undefined && missing === undefined
}

// IoTRule: a topic rule of AWS IoT that calls the function.
import { pick } from '../draft.ts'
import { addInvokePermission, addOfEvent, type SamEvent } from './event.ts'

export const addIotRule = (event: SamEvent): void => {
  const { properties, id } = event
  addInvokePermission(event, 'iot.amazonaws.com', {
    SourceAccount: { 'Fn::Sub': '${AWS::AccountId}' },
    SourceArn: {
      'Fn::Sub': [
        'arn:aws:iot:${AWS::Region}:${AWS::AccountId}:rule/${RuleName}',
        { RuleName: { Ref: id } },
      ],
    },
  })
  addOfEvent(event, id, 'AWS::IoT::TopicRule', {
    TopicRulePayload: {
      ...pick(properties, ['AwsIotSqlVersion', 'Sql']),
      RuleDisabled: false,
      Actions: [{ Lambda: { FunctionArn: event.arn } }],
    },
  })
}

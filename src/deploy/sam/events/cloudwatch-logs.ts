// CloudWatchLogs: a subscription filter of a log group that calls the function.
import { pick } from '../draft.ts'
import { addInvokePermission, addOfEvent, type SamEvent } from './event.ts'

export const addCloudWatchLogs = (event: SamEvent): void => {
  const group = event.properties['LogGroupName'] ?? null
  const permission = addInvokePermission(event, 'logs.amazonaws.com', {
    SourceArn: {
      'Fn::Sub': [
        'arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:${__LogGroupName__}:*',
        { __LogGroupName__: group },
      ],
    },
  })
  addOfEvent(
    event,
    event.id,
    'AWS::Logs::SubscriptionFilter',
    {
      DestinationArn: event.arn,
      ...pick(event.properties, ['FilterPattern', 'LogGroupName']),
    },
    { DependsOn: [permission] },
  )
}

// CloudWatchLogs, IoTRule, AlexaSkill, Cognito: a permission, and what sends the events.
import { isObject, type JsonValue } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import { referenceName } from '../context.ts'
import { draftOf, pick } from '../draft.ts'
import {
  addInvokePermission,
  addOfEvent,
  failEvent,
  failNamed,
  given,
  type SamEvent,
} from './event.ts'

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

export const addAlexaSkill = (event: SamEvent): void => {
  addInvokePermission(
    event,
    'alexa-appkit.amazon.com',
    given({ EventSourceToken: event.properties['SkillId'] }),
  )
}

export const addCognito = (event: SamEvent): void => {
  const { context, properties } = event
  const poolId = referenceName(properties['UserPool'])
  const pool = objectOf(context.made[poolId ?? ''])
  const triggers = properties['Trigger']
  if (typeof triggers !== 'string' && !Array.isArray(triggers)) {
    failNamed(event, ['Trigger'], "the type of property 'Trigger' is invalid")
    return
  }
  if (poolId === undefined || pool?.['Type'] !== 'AWS::Cognito::UserPool') {
    failEvent(event, ['UserPool'], 'Cognito events must reference a user pool of the same template')
    return
  }
  addInvokePermission(
    event,
    'cognito-idp.amazonaws.com',
    { SourceArn: { 'Fn::GetAtt': [poolId, 'Arn'] } },
    'CognitoPermission',
  )
  const own = isObject(pool['Properties']) ? draftOf(pool['Properties']) : {}
  const config = draftOf(own['LambdaConfig'])
  const names: readonly JsonValue[] = Array.isArray(triggers) ? triggers : [triggers]
  for (const name of names) config[String(name)] = event.arn
  context.made[poolId] = { ...pool, Properties: { ...own, LambdaConfig: config } }
}

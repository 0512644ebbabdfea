// The events of a state machine: rules and schedules, and methods of a REST API that start an execution.
import { isObject, type JsonObject } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import { fail, type SamContext, type SamResource } from '../context.ts'
import { failNamed, type SamEvent } from '../events/event.ts'
import { addInvokerRole } from '../events/invoker-role.ts'
import { routeOf } from '../events/route.ts'
import { addPatternRule, addSchedule } from '../events/rules.ts'
import { addScheduleV2 } from '../events/schedule-v2.ts'
import { checkEvent } from '../events/schema.ts'
import { aliasIdOf } from './state-machine-alias.ts'

const EVENTS: Readonly<Record<string, (event: SamEvent) => void>> = {
  CloudWatchEvent: addPatternRule,
  EventBridgeRule: addPatternRule,
  Schedule: addSchedule,
  ScheduleV2: addScheduleV2,
}

export const transformStateMachineEvents = (context: SamContext, resource: SamResource): void => {
  const { logicalId, properties } = resource
  const alias = properties['UseAliasAsEventTarget'] === true ? aliasIdOf(resource) : undefined
  for (const [eventId, value] of Object.entries(objectOf(properties['Events']) ?? {})) {
    const { Type: kind, Properties } = objectOf(value) ?? {}
    const isKnown = typeof kind === 'string' && (kind === 'Api' || Object.hasOwn(EVENTS, kind))
    if (!isKnown || (Properties !== undefined && !isObject(Properties))) {
      fail(context, resource, ['Events', eventId], `the event \`${eventId}\` has no valid Type`)
      continue
    }
    const event: SamEvent = {
      context,
      resource,
      eventId,
      id: `${logicalId}${eventId}`,
      kind,
      properties: objectOf(Properties) ?? {},
      name: { Ref: logicalId },
      arn: { Ref: alias ?? logicalId },
      isStateMachine: true,
      grants: { managed: [], inline: [] },
    }
    if (kind === 'Api') addStart(event)
    else if (checkEvent(event)) EVENTS[kind]?.(event)
  }
}

const addStart = (event: SamEvent): void => {
  const { context, resource, eventId, properties } = event
  const unescape = properties['UnescapeMappingTemplate']
  if (unescape !== undefined && typeof unescape !== 'boolean') {
    failNamed(event, [], "the type of property 'UnescapeMappingTemplate' is invalid")
    return
  }
  const route = routeOf(context, resource, eventId, 'Api', properties, resource.logicalId)
  if (route === undefined) return
  const credentials = addInvokerRole(event, 'apigateway.amazonaws.com')
  const integration: JsonObject = {
    type: 'aws',
    httpMethod: 'POST',
    uri: {
      'Fn::Sub': 'arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution',
    },
    requestTemplates: { 'application/json': startTemplate(resource.logicalId, unescape === true) },
    responses: { '200': { statusCode: '200' }, '400': { statusCode: '400' } },
    credentials,
  }
  context.events.push({ ...route, blamed: eventId, integration })
}

const startTemplate = (machine: string, unescape: boolean): JsonObject => {
  const body = "$util.escapeJavaScript($input.json('$'))"
  const input = unescape ? `${body}.replaceAll("\\\\'","'")` : body
  return { 'Fn::Sub': `{"input": "${input}", "stateMachineArn": "\${${machine}}"}` }
}

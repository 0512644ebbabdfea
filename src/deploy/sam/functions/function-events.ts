// A function's events. Api and HttpApi become methods of an API and a permission, the others what sends them.
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { isObject } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import {
  addResource,
  fail,
  type RouteEvent,
  type SamContext,
  type SamResource,
} from '../context.ts'
import { keptAttributes } from '../draft.ts'
import type { Grants, SamEvent } from '../events/event.ts'
import { addAlexaSkill } from '../events/alexa-skill.ts'
import { addCloudWatchLogs } from '../events/cloudwatch-logs.ts'
import { addCognito } from '../events/cognito.ts'
import { addIotRule } from '../events/iot-rule.ts'
import { type RoutedEvent, routeOf } from '../events/route.ts'
import { addPatternRule, addSchedule } from '../events/rules.ts'
import { addS3 } from '../events/s3.ts'
import { addScheduleV2 } from '../events/schedule-v2.ts'
import { checkEvent } from '../events/schema.ts'
import { addSns } from '../events/sns.ts'
import { addSource, SOURCES } from '../events/sources.ts'
import { stageSuffix } from '../names.ts'
import { ANY_METHOD } from '../apis/methods.ts'

type AddEvent = (event: SamEvent) => void

const EVENTS: Readonly<Record<string, AddEvent>> = {
  AlexaSkill: addAlexaSkill,
  CloudWatchEvent: addPatternRule,
  CloudWatchLogs: addCloudWatchLogs,
  Cognito: addCognito,
  EventBridgeRule: addPatternRule,
  IoTRule: addIotRule,
  S3: addS3,
  SNS: addSns,
  Schedule: addSchedule,
  ScheduleV2: addScheduleV2,
  ...Object.fromEntries(
    Object.entries(SOURCES).map(([kind, source]): [string, AddEvent] => [
      kind,
      (event) => addSource(event, source),
    ]),
  ),
}

/** What the function's role has to allow because of its events. */
export const transformEvents = (
  context: SamContext,
  resource: SamResource,
  alias: string | undefined,
): Grants => {
  const { logicalId, properties } = resource
  const grants: Grants = { managed: [], inline: [] }
  const target = alias ?? `${logicalId}.Arn`
  const routes: RoutedEvent[] = []
  for (const [eventId, value] of Object.entries(objectOf(properties['Events']) ?? {})) {
    const { Type: kind, Properties } = objectOf(value) ?? {}
    const at = ['Events', eventId]
    if (typeof kind !== 'string' || !(isRoute(kind) || Object.hasOwn(EVENTS, kind))) {
      fail(context, resource, at, `the event \`${eventId}\` has no Type that SAM knows`)
      continue
    }
    if (Properties !== undefined && Properties !== null && !isObject(Properties)) {
      fail(context, resource, at, `the properties of the event \`${eventId}\` should be a map`)
      continue
    }
    if (properties['TenancyConfig'] !== undefined && !isRoute(kind)) {
      const problem = `the event \`${eventId}\`: functions with a TenancyConfig have Api and HttpApi events only`
      fail(context, resource, at, problem)
      continue
    }
    const given = objectOf(Properties) ?? {}
    if (isRoute(kind)) {
      const event = routeOf(context, resource, eventId, kind, given, target)
      if (event !== undefined) routes.push(event)
      continue
    }
    const event: SamEvent = {
      context,
      resource,
      eventId,
      id: `${logicalId}${eventId}`,
      kind,
      properties: given,
      name: { Ref: alias ?? logicalId },
      arn: alias === undefined ? { 'Fn::GetAtt': [logicalId, 'Arn'] } : { Ref: alias },
      isStateMachine: false,
      grants,
    }
    if (checkEvent(event)) EVENTS[kind]?.(event)
  }
  for (const event of routes) {
    context.events.push(event)
    if (needsPermission(event, routes)) addPermission(context, event, event.apiId, alias)
  }
  return grants
}

const isRoute = (kind: string): kind is 'Api' | 'HttpApi' => kind === 'Api' || kind === 'HttpApi'

/** The permission of an HTTP API's `$default` route covers the function's other routes of that API. */
const needsPermission = (event: RouteEvent, all: readonly RouteEvent[]): boolean =>
  event.kind === 'Api' ||
  event.path === '$default' ||
  !all.some(({ kind, path }) => kind === 'HttpApi' && path === '$default')

const addPermission = (
  context: SamContext,
  event: RouteEvent,
  apiId: JsonValue,
  alias: string | undefined,
): void => {
  const { resource, eventId, kind, path, method, api } = event
  const isRest = kind === 'Api'
  const stage = context.resources.get(api)?.properties['StageName']
  const suffix = isRest ? stageSuffix(stage ?? 'Prod') : ''
  const verb = method === ANY_METHOD ? '*' : method.toUpperCase()
  const route =
    path === '$default' ? '*' : `${verb}/${path.replace(/^\//, '').replaceAll(/\{[^}]*\}/g, '*')}`
  const partition = isRest ? 'aws' : '${AWS::Partition}'
  const made: JsonObject = {
    Action: 'lambda:InvokeFunction',
    FunctionName: { Ref: alias ?? resource.logicalId },
    Principal: 'apigateway.amazonaws.com',
    SourceArn: {
      'Fn::Sub': [
        `arn:${partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${__ApiId__}/\${__Stage__}/${route}`,
        { __ApiId__: apiId, __Stage__: '*' },
      ],
    },
  }
  const id = `${resource.logicalId}${eventId}Permission${suffix}`
  addResource(
    context,
    resource,
    id,
    'AWS::Lambda::Permission',
    made,
    keptAttributes(resource.attributes),
  )
}

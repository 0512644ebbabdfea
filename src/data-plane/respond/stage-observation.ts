// What a stage asks of whoever observes its requests, compiled with its plan: the access log and detailed metrics.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
import { compileAccessLogFormat } from '#languages/access-log-format/compile-format.ts'
import type { AccessLogSettings, MethodSetting } from '#model/apigateway/stage.ts'
import type { StageV2 } from '#model/apigatewayv2/api.ts'
import type { AccessLog, StageObservation } from '#model/ports.ts'
import type { RequestRecord } from '#model/request-record.ts'
import { methodKey } from '../admit/throttle.ts'
import type { Limits, StageFacts } from '../compiling.ts'

/** Of a REST API: settings are by method, `pets~1{id}/GET` or `*` for all. */
export const observeRestStage = (
  facts: StageFacts,
  accessLogSettings: AccessLogSettings | undefined,
  methodSettings: Readonly<Record<string, MethodSetting>> = {},
  limits: Limits,
): StageObservation | undefined => {
  const on = new Map<string, boolean>()
  for (const [key, { metricsEnabled }] of Object.entries(methodSettings)) {
    if (metricsEnabled !== undefined) on.set(methodKey(key), metricsEnabled)
  }
  const everywhere = on.get('*/*') ?? false
  const isOn = ({ route, httpMethod }: RequestRecord): boolean => {
    if (route === undefined) return false
    const path = route.slice(1)
    return on.get(`${path}/${httpMethod}`) ?? on.get(`${path}/ANY`) ?? everywhere
  }
  const isAnyOn = [...on.values()].some(Boolean)
  return observationOf(accessLogOf(facts, accessLogSettings, limits), isAnyOn ? isOn : undefined)
}

/** Of HTTP and WebSocket APIs: settings are by route key. */
export const observeStage = (
  facts: StageFacts,
  { accessLogSettings, defaultRouteSettings, routeSettings = {} }: StageV2,
  limits: Limits,
): StageObservation | undefined => {
  const everywhere = defaultRouteSettings?.detailedMetricsEnabled === true
  const on = new Map<string, boolean>()
  for (const [key, { detailedMetricsEnabled }] of Object.entries(routeSettings)) {
    if (detailedMetricsEnabled !== undefined) on.set(key, detailedMetricsEnabled)
  }
  const isOn = ({ route }: RequestRecord): boolean =>
    route !== undefined && (on.get(route) ?? everywhere)
  const isAnyOn = everywhere || [...on.values()].some(Boolean)
  return observationOf(accessLogOf(facts, accessLogSettings, limits), isAnyOn ? isOn : undefined)
}

const observationOf = (
  accessLog: AccessLog | undefined,
  isOn: StageObservation['hasDetailedMetrics'] | undefined,
): StageObservation | undefined => {
  if (accessLog === undefined && isOn === undefined) return undefined
  return {
    ...(accessLog !== undefined && { accessLog }),
    hasDetailedMetrics: isOn ?? never,
  }
}

const never = (): boolean => false

const accessLogOf = (
  { apiId, stageName, scope: own }: StageFacts,
  settings: AccessLogSettings | undefined,
  limits: Limits,
): AccessLog | undefined => {
  const { destinationArn, format } = settings ?? {}
  // AWS: a stage with one of both logs nothing.
  if (destinationArn === undefined || format === undefined) return undefined
  if (!LOG_GROUP_ARN.test(destinationArn)) {
    limits.ignore(`access logs to ${destinationArn}`)
    return undefined
  }
  const { render, unknown } = compileAccessLogFormat(format)
  for (const name of unknown) limits.ignore(`$context.${name} in access logs`)
  const [, , , region = '', accountId = '', , logGroupName = ''] = destinationArn.split(':')
  const scope = { accountId: accountId || own.accountId, region: region || own.region }
  return { scope, logGroupName, logStreamName: `${apiId}/${stageName}`, render }
}

/** Streams of Firehose are the other destination that AWS has; there is none here. */
const LOG_GROUP_ARN = /^arn:aws[\w-]*:logs:[\w-]*:\d*:log-group:[^:]+(?::\*)?$/

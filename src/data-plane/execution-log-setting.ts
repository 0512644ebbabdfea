// What a stage keeps of the execution logs of its methods and routes: its logging level and its data trace.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
import type { MethodSetting, Stage } from '#model/apigateway/stage.ts'
import type { RouteSettings, StageV2 } from '#model/apigatewayv2/api.ts'
import type { ExecutionLogSetting } from '#model/execution-event.ts'
import { methodKey } from './admit/throttle.ts'

/** AWS: a method's own setting comes before the one for all methods, member by member. [behaviour.md 11] */
export const methodLogSetting = (
  { methodSettings = {} }: Stage,
  resourcePath: string,
  httpMethod: string,
): ExecutionLogSetting | undefined => {
  const wanted = methodKey(`${resourcePath}/${httpMethod}`)
  const own = Object.entries(methodSettings).find(([key]) => methodKey(key) === wanted)?.[1]
  return settingOf(own, methodSettings['*/*'])
}

export const routeLogSetting = (
  { routeSettings, defaultRouteSettings }: StageV2,
  routeKey: string,
): ExecutionLogSetting | undefined => settingOf(routeSettings?.[routeKey], defaultRouteSettings)

const settingOf = (
  own: MethodSetting | RouteSettings | undefined,
  all: MethodSetting | RouteSettings | undefined,
): ExecutionLogSetting | undefined => {
  const level = own?.loggingLevel ?? all?.loggingLevel
  if (level !== 'ERROR' && level !== 'INFO') return undefined
  return { level, dataTrace: (own?.dataTraceEnabled ?? all?.dataTraceEnabled) === true }
}

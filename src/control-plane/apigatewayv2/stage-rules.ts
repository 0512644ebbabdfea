// What a stage of an HTTP or WebSocket API may be called and hold, and how a new one looks.
import type { ProtocolType, RouteSettings, StageV2 } from '#model/apigatewayv2/api.ts'
import { badRequest } from '#wire/errors.ts'

const VARIABLES_MAX = 100
const VARIABLE_NAME = /^[A-Za-z0-9_]{1,64}$/
const VARIABLE_VALUE = /^[A-Za-z0-9\-._~:/?#&=,]{0,512}$/

export const newStage = (
  { nowMs }: { readonly nowMs: number },
  protocolType: ProtocolType,
  stageName: string,
): StageV2 => ({
  stageName,
  createdDate: nowMs,
  lastUpdatedDate: nowMs,
  defaultRouteSettings: defaultRouteSettings(protocolType),
  routeSettings: {},
  stageVariables: {},
  tags: {},
})

/** What AWS answers for a stage that says nothing of its own. [terraform.md, 4] */
const defaultRouteSettings = (protocolType: ProtocolType): RouteSettings =>
  protocolType === 'HTTP'
    ? { detailedMetricsEnabled: false }
    : { dataTraceEnabled: false, detailedMetricsEnabled: false, loggingLevel: 'OFF' }

export const checkStageName = (protocolType: ProtocolType, stageName: string): void => {
  if (stageName === '$default' && protocolType === 'HTTP') return
  if (/^[A-Za-z0-9_-]{1,128}$/.test(stageName)) return
  throw badRequest(
    'Stage name only allows a-zA-Z0-9_- and has at most 128 characters, or is $default for HTTP APIs',
  )
}

export const checkStageVariables = (
  variables: Readonly<Record<string, string>> | undefined,
): void => {
  const entries = Object.entries(variables ?? {})
  if (entries.length > VARIABLES_MAX) {
    throw badRequest(`A stage can have at most ${VARIABLES_MAX} variables`)
  }
  for (const [name, value] of entries) {
    if (!VARIABLE_NAME.test(name)) {
      throw badRequest(`Stage variable name ${name} is invalid: a-zA-Z0-9_, at most 64 characters`)
    }
    if (!VARIABLE_VALUE.test(value)) {
      // The value may be a secret: it is not repeated.
      throw badRequest(`Stage variable value of ${name} contains invalid characters or is too long`)
    }
  }
}

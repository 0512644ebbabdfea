// Headers that an API adds to its failures, most often those of CORS.
import type { Limits, StageFacts } from '../compiling.ts'
import type { ContextRequest } from '../context-variables.ts'
import { headerText, isConnectionHeader, isHeaderName } from '../integrate/header-rules.ts'
import type { GatewayFailure } from '../plan.ts'
import { compileFailureValue, type FailureValue } from './gateway-response-template.ts'

/** The flat list of headers to add. */
export type FailureParameters = (failure: GatewayFailure, request: ContextRequest) => string[]

export const compileFailureParameters = (
  parameters: Readonly<Record<string, string>>,
  stage: StageFacts,
  limits: Limits,
): FailureParameters => {
  const mapped: (readonly [string, FailureValue])[] = []
  for (const [target, expression] of Object.entries(parameters)) {
    const name = /^gatewayresponse\.header\.(.+)$/.exec(target)?.[1]
    const value = compileValue(expression, stage)
    if (name === undefined || value === undefined || !isHeaderName(name) || isFraming(name)) {
      limits.ignore(`gateway response parameter ${target} from ${expression}`)
    } else mapped.push([name, value])
  }
  return (failure, request) =>
    mapped.flatMap(([name, value]) => {
      const text = value(failure, request)
      return text === undefined ? [] : [name, headerText(text)]
    })
}

const compileValue = (expression: string, stage: StageFacts): FailureValue | undefined => {
  if (!/^'.*'$/s.test(expression)) return compileFailureValue(expression, stage)
  const literal = expression.slice(1, -1)
  return () => literal
}

/** What frames a message is the transport's. */
const isFraming = (name: string): boolean =>
  isConnectionHeader(name) || /^(?:content-length|transfer-encoding|date)$/i.test(name)

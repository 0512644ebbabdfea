// What selection expressions read of a message: its JSON, and the facts of the connection.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html
import type { VariableValue } from '#languages/selection-expression/selection-expression.ts'
import { isObject } from '#shared/json.ts'
import type { ContextRequest } from '../context-variables.ts'
import { compileContextVariable } from '../context-variables.ts'
import { ownValue } from '../integrate/parameter-source.ts'
import type { StagePlanBase } from '../plan.ts'

export const SELECTION_VARIABLES = ['request.body', 'context', 'stageVariables']

/** Undefined for a text that is no JSON object: nothing can be read of it. */
export const readMessage = (text: string): unknown => {
  // Most messages that are no JSON do not look like it, and an error with its stack is dear.
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The value at `action` or `a.b`, `request.body.` taken away; objects and lists as JSON. */
export const messageValue = (message: unknown, path: readonly string[]): string | undefined => {
  let value: unknown = message
  for (const name of path) {
    if (Array.isArray(value) && /^\d{1,6}$/.test(name)) value = value[Number(name)]
    else if (isObject(value) && Object.hasOwn(value, name)) value = value[name]
    else return undefined
  }
  if (value === undefined || value === null) return undefined
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

export const socketVariable = (
  text: string,
  request: ContextRequest & { readonly stage: StagePlanBase },
): VariableValue => {
  let message: { readonly value: unknown } | undefined
  return (variable, [root, part, ...names]) => {
    if (variable.startsWith('request.body')) {
      message ??= { value: readMessage(text) }
      return variable === 'request.body' ? text : messageValue(message.value, names)
    }
    const name = [part, ...names].join('.')
    if (root === 'stageVariables') return ownValue(request.stage.stageVariables, name)
    return compileContextVariable(name, request.stage)(request)
  }
}

// Templates of gateway responses: no mapping language, only references that are replaced by their value.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
import { decodeOrKeep } from '../accept/query.ts'
import type { StageFacts } from '../compiling.ts'
import { type ContextRequest, compileContextVariable } from '../context-variables.ts'
import { ownValue } from '../integrate/parameter-source.ts'
import type { GatewayFailure } from '../plan.ts'

/** A value of a failed request; undefined where it has none. */
export type FailureValue = (failure: GatewayFailure, request: ContextRequest) => string | undefined
export type FailureTemplate = (failure: GatewayFailure, request: ContextRequest) => string

/** What a reference without a value becomes is nothing; what is no reference stays as it is. */
export const compileFailureTemplate = (text: string, stage: StageFacts): FailureTemplate => {
  const parts: (string | FailureValue)[] = []
  let end = 0
  for (const match of text.matchAll(REFERENCE)) {
    const name = match[1] ?? match[2] ?? ''
    // A full stop that ends a sentence is not part of the name.
    const bare = match[1] === undefined ? name.replace(/\.+$/, '') : name
    const value = compileFailureValue(bare, stage)
    if (value === undefined) continue
    parts.push(text.slice(end, match.index), value)
    end = match.index + match[0].length - (name.length - bare.length)
  }
  parts.push(text.slice(end))
  return (failure, request) =>
    parts.map((part) => (typeof part === 'string' ? part : (part(failure, request) ?? ''))).join('')
}

const REFERENCE =
  /\$\{((?:context|stageVariables|method\.request)\.[\w.-]+)\}|\$((?:context|stageVariables|method\.request)\.[\w.-]+)/g

/** `context.x`, `stageVariables.x`, `method.request.{header,path,querystring}.x`; undefined for anything else. */
export const compileFailureValue = (name: string, stage: StageFacts): FailureValue | undefined => {
  if (name.startsWith('stageVariables.')) {
    const value = ownValue(stage.stageVariables, name.slice(15))
    return () => value
  }
  if (name.startsWith('context.error.')) return errorValue(name.slice(14))
  if (name.startsWith('context.')) {
    const variable = compileContextVariable(name.slice(8), stage)
    return (_failure, request) => variable(request)
  }
  const match = /^method\.request\.(header|path|querystring)\.(.+)$/.exec(name)
  const key = match?.[2]
  if (key === undefined) return undefined
  if (match?.[1] === 'header') return (_failure, request) => request.header(key)
  if (match?.[1] === 'querystring') return (_failure, request) => request.query.get(key)?.at(-1)
  return (_failure, request) => {
    const raw = ownValue(pathParametersOf(request), key)
    return raw === undefined ? undefined : decodeOrKeep(raw)
  }
}

const errorValue = (name: string): FailureValue => {
  if (name === 'message') return (failure) => failure.message
  if (name === 'messageString') return (failure) => failure.messageString
  if (name === 'responseType') return (failure) => failure.responseType
  if (name === 'validationErrorString') return (failure) => failure.validationErrorString
  return () => undefined
}

const pathParametersOf = (request: ContextRequest): Readonly<Record<string, string>> | undefined =>
  request.match?.pathParameters

// An HTTP API integration's responseParameters, compiled: how an answer changes on its way to the client, by the
// status code that the backend gave.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
import { changeHeader, joinedHeader } from './header-change.ts'
import { isReservedHeader, type MappingKey, parseMappingKey } from './mapping-key.ts'
import { compileMappingValue, type LookUp, type MappingValue } from './mapping-value.ts'

/** The parts of an answer that can be mapped. */
interface MappableResponse {
  readonly statusCode: number
  readonly headers: readonly string[]
}

/** `lookUp` is asked for everything but the answer's own headers. */
export type ResponseMapping = (response: MappableResponse, lookUp: LookUp) => MappableResponse

export interface CompiledResponseMapping {
  /** Undefined where nothing is mapped. */
  readonly mapping: ResponseMapping | undefined
  /** In words, each entry that is not understood. */
  readonly problems: readonly string[]
}

export const compileResponseMapping = (
  byStatus: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): CompiledResponseMapping => {
  const problems: string[] = []
  const changesByStatus = new Map<number, readonly Change[]>()
  for (const [status, parameters] of Object.entries(byStatus)) {
    const changes = compileChanges(parameters, problems)
    if (!/^[1-5]\d\d$/.test(status)) problems.push(`the response parameters of status ${status}`)
    else if (changes.length > 0) changesByStatus.set(Number(status), changes)
  }
  if (changesByStatus.size === 0) return { mapping: undefined, problems }
  const mapping: ResponseMapping = (response, lookUp) => {
    const changes = changesByStatus.get(response.statusCode)
    if (changes === undefined) return response
    // Values are those of the backend's answer, whatever other changes have done to it.
    const lookUpHere: LookUp = (reference, target) =>
      reference.kind === 'header'
        ? joinedHeader(response.headers, reference.name)
        : lookUp(reference, target)
    return changes.reduce((changed, change) => change(changed, lookUpHere), response)
  }
  return { mapping, problems }
}

type Change = (response: MappableResponse, lookUp: LookUp) => MappableResponse

const compileChanges = (
  parameters: Readonly<Record<string, string>>,
  problems: string[],
): readonly Change[] => {
  const changes: Change[] = []
  for (const [text, valueText] of Object.entries(parameters)) {
    const key = parseMappingKey(text, 'response')
    if (key === undefined || isReservedHeader(key.name)) {
      problems.push(`the parameter mapping ${text}`)
      continue
    }
    const compiled = compileMappingValue(key.action === 'remove' ? '' : valueText, 'response')
    if ('problem' in compiled) problems.push(compiled.problem)
    else changes.push(compileChange(key, compiled.value))
  }
  return changes
}

const compileChange =
  (key: MappingKey, value: MappingValue): Change =>
  (response, lookUp) => {
    if (key.target === 'statuscode') {
      const text = value(lookUp, 'statuscode')?.trim() ?? ''
      return /^[2-5]\d\d$/.test(text) ? { ...response, statusCode: Number(text) } : response
    }
    return {
      ...response,
      headers: changeHeader(response.headers, key, value(lookUp, 'header')),
    }
  }

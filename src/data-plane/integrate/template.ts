// Mapping templates of an integration: compiled at deployment, rendered per request.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings.html
import { compileVtl } from '#languages/vtl/compile.ts'
import type { VtlOverrides } from '#languages/vtl/context.ts'
import { VtlError } from '#languages/vtl/errors.ts'
import type { Caller } from '#model/caller.ts'
import type { StageFacts } from '../compiling.ts'
import { contextMember, contextMembers } from '../context-variables.ts'
import { GatewayFailure, type RestRequest } from '../plan.ts'
import { JsonPaths, TemplateInput } from './template-input.ts'

/** What a rendering is made of. */
export interface TemplateSource {
  readonly request: RestRequest
  readonly caller: Caller
  /** `$input.body`: the request's, or the backend's answer. */
  readonly body: string
  /** What the request template of the same request has overridden. [F157] */
  readonly overrides?: VtlOverrides | undefined
}

export interface Rendered {
  readonly text: string
  /** Undefined where no template of this request has any. */
  readonly overrides: VtlOverrides | undefined
}

/** Throws GatewayFailure: the API's own mistake, with its place for the developer. */
export type Template = (source: TemplateSource) => Rendered

/** `where` names the template to its author: `request template application/json of GET /pets`. */
export const compileTemplate = (text: string, where: string, stage: StageFacts): Template => {
  if (!text.includes('#') && !text.includes('$')) {
    return ({ overrides }) => ({ text, overrides })
  }
  const paths = new JsonPaths()
  const template = compileOrFail(text)
  return ({ request, caller, body, overrides }) => {
    try {
      return template.render({
        input: new TemplateInput(body, request, paths),
        context: () => contextMembers(request, caller, stage),
        contextMember: (name) => contextMember(name, request, caller, stage),
        stageVariables: stage.stageVariables,
        ...(overrides !== undefined && { overrides }),
      })
    } catch (error) {
      throw error instanceof VtlError ? templateFailure(where, error) : error
    }
  }
}

/** AWS: a template that is none can be deployed, and then each call is a 500. */
const compileOrFail = (text: string): ReturnType<typeof compileVtl> => {
  try {
    return compileVtl(text)
  } catch (error) {
    if (!(error instanceof VtlError)) throw error
    return {
      render: () => {
        throw error
      },
    }
  }
}

const templateFailure = (where: string, error: VtlError) =>
  new GatewayFailure('API_CONFIGURATION_ERROR', 'Internal server error', {
    hint: `${where}: ${error.message}`,
    cause: error,
  })

/** The template for a media type: as it stands in lower case, then without its parameters. */
export const findTemplate = <T>(
  templates: ReadonlyMap<string, T>,
  mediaType: string | undefined,
): T | undefined => {
  if (mediaType === undefined) return undefined
  const whole = mediaType.trim().toLowerCase()
  return templates.get(whole) ?? templates.get(baseType(whole))
}

/** `application/json` of `application/json; charset=utf-8`. */
export const baseType = (mediaType: string): string => {
  const semicolon = mediaType.indexOf(';')
  return (semicolon === -1 ? mediaType : mediaType.slice(0, semicolon)).trim().toLowerCase()
}

/** AWS: only the first media type of Accept counts. [guide: api-gateway-known-issues] */
export const firstAccept = (accept: string | undefined): string | undefined => {
  if (accept === undefined) return undefined
  const comma = accept.indexOf(',')
  return baseType(comma === -1 ? accept : accept.slice(0, comma))
}

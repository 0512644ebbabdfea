// Parameter mappings and content types as AWS accepts them when an integration is put.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping.html
import type { Method } from '#model/apigateway/rest-api.ts'
import { badRequest, type ServiceError } from '#wire/errors.ts'

const validationResult = (error: string): string =>
  `Validation Result: warnings : [], errors : [${error}]`

/** The refusal of a mapping's target, or of a declared parameter that a mapping names and nobody declared. */
export const invalidParameter = (parameter: string): ServiceError =>
  badRequest(
    `Invalid mapping expression specified: ${validationResult(`Invalid mapping expression parameter specified: ${parameter}`)}`,
  )

const invalidExpression = (expression: string): ServiceError =>
  badRequest(
    `Invalid mapping expression specified: ${validationResult(`Invalid mapping expression specified: ${expression}`)}`,
  )

/** Throws unless each mapping of an integration request has a target, and a source that exists. */
export const checkRequestMappings = (
  mappings: Readonly<Record<string, string>> | undefined,
  method: Method,
): void => {
  for (const [target, source] of Object.entries(mappings ?? {})) {
    if (!/^integration\.request\.(?:header|querystring|path)\..+$/.test(target)) {
      throw invalidParameter(target)
    }
    if (
      /^(?:'[^]*'|context\..+|stageVariables\..+|method\.request\.body(?:[.[].*)?)$/.test(source)
    ) {
      continue
    }
    const match = /^method\.request\.(multivalue)?(header|querystring|path)\.(.+)$/.exec(source)
    if (match === null) throw invalidExpression(source)
    const declared = method.requestParameters ?? {}
    const single = `method.request.${match[2]}.${match[3]}`
    if (!Object.hasOwn(declared, source) && !Object.hasOwn(declared, single)) {
      throw invalidParameter(source)
    }
  }
}

/** Throws unless each mapping of an integration response fills a header that the method response declares. */
export const checkResponseMappings = (
  mappings: Readonly<Record<string, string>> | undefined,
  declared: Readonly<Record<string, boolean>> | undefined,
): void => {
  for (const [target, source] of Object.entries(mappings ?? {})) {
    if (!Object.hasOwn(declared ?? {}, target)) throw invalidParameter(target)
    if (
      !/^(?:'[^]*'|context\..+|stageVariables\..+|integration\.response\.(?:body(?:[.[].*)?|(?:multivalue)?header\..+))$/.test(
        source,
      )
    ) {
      throw invalidExpression(source)
    }
  }
}

/** A method response declares headers only. */
export const checkResponseParameters = (
  parameters: Readonly<Record<string, boolean>> | undefined,
): void => {
  for (const key of Object.keys(parameters ?? {})) {
    if (!/^method\.response\.(?:multivalue)?header\..+$/.test(key)) throw invalidParameter(key)
  }
}

/** Templates are kept by content type; anything else in its place is refused. [F055] */
export const checkContentTypes = (templates: object | undefined): void => {
  for (const contentType of Object.keys(templates ?? {})) {
    if (
      /^[\w!#$&^.+*-]+\/[\w!#$&^.+*-]+(?:\s*;.*)?$/.test(contentType) ||
      contentType === '$default'
    ) {
      continue
    }
    throw badRequest(validationResult(`Invalid content type specified: ${contentType}`))
  }
}

// Renders a template for a person's event, as a request or response template of an integration would be.
import { readFileSync } from 'node:fs'
import { createJsonPathReader, JsonPaths } from '#data-plane/integrate/template-input.ts'
import { compileVtl, type VtlRendering } from '#languages/vtl/compile.ts'
import type { VtlInput } from '#languages/vtl/input.ts'
import type { JsonInput } from '#languages/vtl/json.ts'
import { errorMessage } from '#shared/assert.ts'
import { isObject } from '#shared/json.ts'
import { SettingsError } from '../../setting-values.ts'

/** Throws what the languages throw for the template, and `SettingsError` for an event that is none. */
export const renderCase = (template: string, eventFile: string | undefined): VtlRendering => {
  const event = eventFile === undefined ? {} : readEvent(eventFile)
  return compileVtl(template).render({
    input: inputOf(event),
    context: () => contextOf(event),
    stageVariables: textsOf(event.stageVariables),
  })
}

type Event = Readonly<Record<string, unknown>>

const readEvent = (file: string): Event => {
  let event: unknown
  try {
    event = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new SettingsError(`${file} cannot be read as JSON: ${errorMessage(error)}`)
  }
  if (!isObject(event)) throw new SettingsError(`${file} is no JSON object`)
  const unknown = Object.keys(event).find((name) => !KNOWN.has(name))
  if (unknown === undefined) return event
  throw new SettingsError(
    `${file} has a member ${JSON.stringify(unknown)}; an event has ${[...KNOWN].join(', ')}`,
  )
}

/** The members of a Lambda proxy event, so that `sam local generate-event` and recorded events serve; the short names too. */
const KNOWN: ReadonlySet<string> = new Set([
  'body',
  'headers',
  'multiValueHeaders',
  'pathParameters',
  'path',
  'queryStringParameters',
  'multiValueQueryStringParameters',
  'querystring',
  'stageVariables',
  'requestContext',
  'context',
  'httpMethod',
  'resource',
  'isBase64Encoded',
  'version',
])

const inputOf = (event: Event): VtlInput => {
  const body = bodyOf(event.body)
  return {
    body,
    // `path` is a text in a proxy event and the parameters in the short form.
    path: textsOf(event.pathParameters ?? (isObject(event.path) ? event.path : undefined)),
    querystring: textsOf(event.queryStringParameters ?? event.querystring),
    header: textsOf(event.headers),
    jsonPath: createJsonPathReader(body, new JsonPaths()),
  }
}

/** A body that is written as JSON stands for its text. */
const bodyOf = (body: unknown): string => {
  if (body === undefined || body === null) return ''
  return typeof body === 'string' ? body : JSON.stringify(body)
}

const textsOf = (value: unknown): Readonly<Record<string, string>> =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value).map(([name, text]) => [
          name,
          typeof text === 'string' ? text : JSON.stringify(text),
        ]),
      )
    : {}

const contextOf = (event: Event): Readonly<Record<string, JsonInput>> => {
  const context = event.context ?? event.requestContext
  // It was read as JSON, so that it is nothing else.
  return isObject(context) ? (context as Readonly<Record<string, JsonInput>>) : {}
}

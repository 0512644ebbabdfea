// The templates of an integration, by content type, and which of them a payload goes through.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html
import type { MethodSource } from '../compiling.ts'
import { GatewayFailure } from '../plan.ts'
import { compileTemplate, findTemplate, type Template } from './template.ts'

/** `PASS` stands where the template is null or empty: the payload goes as it is. */
export const PASS = 'PASS'
export type TemplateOrPass = Template | typeof PASS
export type Templates = ReadonlyMap<string, TemplateOrPass>

/** Keyed by content type in lower case. `kind` and the method name them to their author. */
export const compileTemplates = (
  texts: Readonly<Record<string, string | null>> | undefined,
  kind: 'request' | 'response',
  { stage, limits }: Pick<MethodSource, 'stage' | 'limits'>,
): Templates => {
  const templates = new Map<string, TemplateOrPass>()
  for (const [contentType, text] of Object.entries(texts ?? {})) {
    const where = `the ${kind} template ${contentType} of ${limits.where}`
    const template = text === null || text === '' ? PASS : compileTemplate(text, where, stage)
    templates.set(contentType.trim().toLowerCase(), template)
  }
  return templates
}

/** The template for a request's Content-Type, then `$default`, then what passthroughBehavior says. [F169] */
export const chooseRequestTemplate = (
  templates: Templates,
  contentType: string | undefined,
  passthroughBehavior: string,
): TemplateOrPass => {
  const found = findTemplate(templates, contentType ?? 'application/json')
  const template = found ?? templates.get('$default')
  if (template !== undefined) return template
  const passthrough = passthroughBehavior.toUpperCase()
  if (passthrough === 'WHEN_NO_MATCH') return PASS
  if (passthrough === 'WHEN_NO_TEMPLATES' && templates.size === 0) return PASS
  throw new GatewayFailure('UNSUPPORTED_MEDIA_TYPE', 'Unsupported Media Type', {
    hint: `no request template for ${contentType ?? 'application/json'}, and passthroughBehavior is ${passthrough}`,
  })
}

/** The template for the client's Accept, else that of application/json, else the first. [behaviour.md 5.3] */
export const chooseResponseTemplate = (
  templates: Templates,
  accept: string | undefined,
): readonly [string, TemplateOrPass] | undefined => {
  for (const contentType of [accept, 'application/json']) {
    const template = contentType === undefined ? undefined : templates.get(contentType)
    if (template !== undefined && contentType !== undefined) return [contentType, template]
  }
  const [first] = templates
  return first
}

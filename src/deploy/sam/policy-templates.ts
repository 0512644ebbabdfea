// SAM's policy templates: `SQSPollerPolicy: {QueueName: …}` stands for a policy with the names filled in.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-templates.html
import { readFileSync } from 'node:fs'
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../template/source.ts'

interface PolicyTemplate {
  readonly parameters: readonly string[]
  readonly statement: readonly JsonValue[]
}

export type PolicyTemplates = Readonly<Record<string, PolicyTemplate>>

export interface FilledTemplate {
  readonly document?: JsonObject
  readonly problem?: string
}

/** Reads the templates at the first call and keeps them for the others. */
export const lazyPolicyTemplates = (): (() => PolicyTemplates) => {
  let read: PolicyTemplates | undefined
  return () => (read ??= readPolicyTemplates())
}

const readPolicyTemplates = (): PolicyTemplates => {
  const text = readFileSync(new URL('./policy-templates.gen.json', import.meta.url), 'utf8')
  return JSON.parse(text) as PolicyTemplates // The generated file has this shape.
}

/** Undefined where no template has that name. */
export const fillPolicyTemplate = (
  templates: PolicyTemplates,
  name: string,
  given: JsonValue,
): FilledTemplate | undefined => {
  const template = Object.hasOwn(templates, name) ? templates[name] : undefined
  if (template === undefined) return undefined
  const values = given === null ? {} : objectOf(given)
  if (values === undefined)
    return { problem: `the values of the policy template ${name} must be a map` }
  const missing = template.parameters.filter((parameter) => values[parameter] === undefined)
  if (missing.length > 0)
    return { problem: `the policy template ${name} needs ${missing.join(', ')}` }
  const filled = template.statement.map((statement) => fill(statement, template.parameters, values))
  return { document: { Statement: filled } }
}

const fill = (value: JsonValue, names: readonly string[], values: JsonObject): JsonValue => {
  if (Array.isArray(value)) return value.map((item: JsonValue) => fill(item, names, values))
  if (!isObject(value)) return value
  const name = memberOf(value, 'Ref')
  if (typeof name === 'string' && names.includes(name)) return values[name] ?? null
  return Object.fromEntries(
    Object.entries(objectOf(value) ?? {}).map(([key, member]) => [
      key,
      fill(member, names, values),
    ]),
  )
}

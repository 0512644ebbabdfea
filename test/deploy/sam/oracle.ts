// Compares what our transform makes of a template with what SAM's own made of it: the pairs of shared/data/sam, which
// are test data and not part of the project.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolveParameters } from '#deploy/cloudformation/parameters.ts'
import { createReport } from '#deploy/report.ts'
import { transformSam } from '#deploy/sam/transform.ts'
import { readTemplate } from '#deploy/template/read.ts'
import { TemplateError } from '#deploy/template/template-error.ts'
import { isObject, type JsonValue } from '#shared/json.ts'

export const DATA = new URL('../../../../shared/data/sam/', import.meta.url)
export const hasData = (): boolean => existsSync(DATA)

export const pairNames = (): readonly string[] =>
  readdirSync(new URL('input/', DATA)).map((file) => file.replace(/\.yaml$/, ''))

/** Whether the pair has a Function, an Api or an HttpApi: what most users' templates are made of. */
export const isCommon = (name: string): boolean =>
  /AWS::Serverless::(Function|Api|HttpApi)\b/.test(inputOf(name))

const inputOf = (name: string): string => readFileSync(new URL(`input/${name}.yaml`, DATA), 'utf8')

/** The first difference, in words; undefined where there is none. */
export const comparePair = (name: string): string | undefined => {
  const expected: unknown = JSON.parse(readFileSync(new URL(`expected/${name}.json`, DATA), 'utf8'))
  const message = isObject(expected) ? expected['errorMessage'] : undefined
  try {
    const { template, errors } = transformPair(name)
    if (typeof message === 'string') return compareErrors(message, errors)
    const [error] = errors
    if (error !== undefined) return `refused: ${error.logicalId}: ${error.problem}`
    return difference(normalised(template), normalised(expected), '')
  } catch (error) {
    if (!(error instanceof TemplateError)) return `throws ${String(error)}`
    // The reader or a parameter's rule refused the template before SAM's own rules were asked.
    return typeof message === 'string' ? undefined : `refused: ${error.problem}`
  }
}

/** Transforms one template of the collection. */
export const transformPair = (name: string) => {
  const source = readTemplate(inputOf(name), `${name}.yaml`)
  const report = createReport(source)
  const given = Object.fromEntries(
    Object.entries(isObject(source.value['Parameters']) ? source.value['Parameters'] : {})
      .filter(([, parameter]) => isObject(parameter) && parameter['Default'] === undefined)
      .map(([name, parameter]) => [name, anyValue(parameter)]),
  )
  const parameters = new Map<string, JsonValue>()
  for (const [key, value] of resolveParameters(source, given, report)) {
    if (!Object.hasOwn(given, key)) parameters.set(key, value)
  }
  return { ...transformSam(source.value, { parameters, report }), report }
}

/** One that the parameter's rules allow; the transform is not told it. */
const anyValue = (parameter: unknown): string => {
  const { AllowedValues: allowed, Type: type } = isObject(parameter) ? parameter : {}
  if (Array.isArray(allowed)) return String(allowed[0])
  return type === 'Number' ? '1' : ''
}

/** Every resource that SAM names is named, and no other; a message about the whole document names none. */
const compareErrors = (
  message: string,
  errors: readonly { readonly logicalId: string; readonly problem: string }[],
): string | undefined => {
  if (errors.length === 0) return 'not refused'
  const wanted = namedIn(message)
  const ours = new Set(errors.map(({ logicalId }) => logicalId))
  if (wanted.size === 0) return undefined
  const missing = [...wanted].filter((id) => !ours.has(id))
  const extra = [...ours].filter((id) => !wanted.has(id))
  if (missing.length + extra.length === 0) return undefined
  return `names ${[...ours].join(', ')} and SAM names ${[...wanted].join(', ')}`
}

/** `Event with id` counts where it opens a sentence of its own, as it does for state machines. */
const namedIn = (message: string): ReadonlySet<string> => {
  const inner = /(Resource with id \[[^\]]*\] is invalid\. )Event with id \[[^\]]*\]/g
  const outer = message
    .replaceAll(inner, '$1')
    .matchAll(/(?:[Rr]esource|Event) with id \[([^\]]*)\]/g)
  const made = /attempts to create a new resource with id \[([^\]]*)\]/.exec(message)?.[1]
  return new Set([...outer].map(([, id = '']) => id).filter((id) => id !== made))
}

/** Numbers as text (a template's `2.0` is kept as it is written), lists sorted, hashes at the end of ids cut. */
export const normalised = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    return value.map(normalised).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }
  if (isObject(value)) {
    return byName(value)
  }
  if (typeof value === 'number') return numeral(String(value))
  return typeof value === 'string' ? numeral(hashless(value)) : value
}

/** Members whose names differ in their hashes only stand together, in an order of their own. */
const byName = (value: Readonly<Record<string, unknown>>): unknown => {
  const members = new Map<string, unknown[]>()
  for (const [key, member] of Object.entries(value)) {
    const name = hashless(key)
    members.set(name, [...(members.get(name) ?? []), normalised(member)])
  }
  const entries = [...members].map(([name, list]): [string, unknown] => [
    name,
    list.length === 1 ? list[0] : normalised(list),
  ])
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)))
}

const numeral = (text: string) => (/^\d+\.0+$/.test(text) ? text.replace(/\.0+$/, '') : text)

const hashless = (text: string) =>
  text
    .replace(/^(RestApi deployment id: )[0-9a-f]{40}$/, '$1#')
    .replaceAll(/\b([A-Za-z][A-Za-z0-9]*?)[0-9a-f]{10}(?![A-Za-z0-9])/g, '$1#')

const SHOWN_MAX = 160

const shown = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text
}

const difference = (ours: unknown, theirs: unknown, path: string): string | undefined => {
  if (JSON.stringify(ours) === JSON.stringify(theirs)) return undefined
  if (Array.isArray(ours) && Array.isArray(theirs) && ours.length === theirs.length) {
    return firstOf(
      ours.map((_, at) => [String(at), ours[at], theirs[at]]),
      path,
    )
  }
  if (isObject(ours) && isObject(theirs)) {
    const keys = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])]
    return firstOf(
      keys.map((key) => [key, ours[key], theirs[key]]),
      path,
    )
  }
  return `${path}: ours ${shown(ours)}, SAM's ${shown(theirs)}`
}

const firstOf = (
  members: readonly (readonly [string, unknown, unknown])[],
  path: string,
): string | undefined => {
  for (const [key, ours, theirs] of members) {
    const found = difference(ours, theirs, path === '' ? key : `${path}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

// A file becomes a CloudFormation template: read, its includes and loops written out, SAM transformed, its parameters
// given their values, and the way back from a place in the result to one in the file.
import path from 'node:path'
import type { JsonValue } from '#shared/json.ts'
import { expandForEach } from './cloudformation/for-each.ts'
import type { GivenValues } from './cloudformation/given-values.ts'
import { type GivenParameters, resolveParameters } from './cloudformation/parameters.ts'
import { reportSections } from './cloudformation/sections.ts'
import { type ApiKind, openApiTemplate } from './openapi/open-api-template.ts'
import { createReport, type Report } from './report.ts'
import { withDefaultCode } from './sam/default-code.ts'
import { transformSam, usesSam } from './sam/transform.ts'
import { includeFiles, readTemplateFile } from './template/include.ts'
import type { Path } from './template/path.ts'
import { failAt, memberOf, objectOf, type TemplateSource } from './template/source.ts'

export interface PrepareOptions {
  readonly parameters: GivenParameters
  /** Values for parameters that nobody gives, where the template declares them. */
  readonly defaults?: GivenParameters
  /** What an OpenAPI document is to become; absent: decided by its content. */
  readonly as?: ApiKind
  /** Keeps which properties were looked at. */
  readonly traces?: boolean
  readonly values: GivenValues
  /** Filled with what must not be shown. */
  readonly secrets: Set<string>
}

export interface PreparedTemplate {
  readonly source: TemplateSource
  readonly locate: (path: Path) => Path
  readonly parameters: ReadonlyMap<string, JsonValue>
  readonly report: Report
  readonly files: readonly string[]
  readonly written: TemplateSource
}

/** Everything that needs no store: a template that fails here has touched nothing. */
export const prepareTemplate = (file: string, options: PrepareOptions): PreparedTemplate => {
  const folder = path.dirname(file)
  const shownAs = path.relative(process.cwd(), file) || file
  const written = readTemplateFile(file, shownAs.startsWith('..') ? file : shownAs)
  const origins = new Map<string, string>()
  const places = new Map<string, Path>()
  const locate = (at: Path): Path => {
    const [section, logicalId, ...rest] = at
    const origin = section === 'Resources' ? origins.get(String(logicalId)) : undefined
    const place = origin === undefined ? undefined : places.get(String(logicalId))
    if (place !== undefined) return place
    if (origin === undefined) return at
    const [first, property, ...inner] = rest
    const written = typeof property === 'string' ? SAM_NAMES[property] : undefined
    return written === undefined
      ? ['Resources', origin, ...rest]
      : ['Resources', origin, first ?? 'Properties', written, ...inner]
  }
  const files: string[] = []
  const report = createReport(written, locate, options.traces)
  for (const { key, line } of written.duplicateKeys) {
    report.add([], `key ${key} twice`, `line ${line} counts, the earlier one does not`)
  }
  if (isOpenApi(written)) {
    const value = openApiTemplate(written, path.basename(file), options.as)
    return { source: { ...written, value }, locate, parameters: new Map(), report, files, written }
  }
  const included = includeFiles(written, folder, (name) => files.push(name))
  reportSections(included.value, report)
  const declared = objectOf(included.value['Parameters']) ?? {}
  const defaults = Object.entries(options.defaults ?? {}).filter(([name]) =>
    Object.hasOwn(declared, name),
  )
  const given = { ...Object.fromEntries(defaults), ...options.parameters }
  const parameters = resolveParameters(included, given, report, options)
  const value = expandForEach(included, parameters)
  const expanded: TemplateSource = { ...included, value }
  if (!usesSam(value)) {
    refuseSamWithoutTransform(expanded)
    return { source: expanded, locate, parameters, report, files, written }
  }
  const transformed = transformSam(withDefaultCode(value), { parameters, report })
  for (const [made, origin] of transformed.origins) origins.set(made, origin)
  for (const [made, place] of transformed.places) places.set(made, place)
  const [error, ...others] = transformed.errors
  if (error !== undefined) {
    const more = others.length === 0 ? '' : ` (and ${others.length} more like it)`
    failAt(
      included,
      error.path,
      `${error.problem}${more}`,
      'Correct it as the SAM specification says',
    )
  }
  return {
    source: { ...expanded, value: transformed.template },
    locate,
    parameters,
    report,
    files,
    written,
  }
}

/** AWS: CloudFormation knows no AWS::Serverless types; without the transform it fails. Here too, and says why. */
const refuseSamWithoutTransform = (source: TemplateSource): void => {
  for (const [logicalId, resource] of Object.entries(objectOf(source.value['Resources']) ?? {})) {
    const type = memberOf(resource, 'Type')
    if (typeof type !== 'string' || !type.startsWith('AWS::Serverless::')) continue
    failAt(
      source,
      ['Resources', logicalId, 'Type'],
      `${type} is SAM, and the template does not ask for SAM`,
      'Add `Transform: AWS::Serverless-2016-10-31` at its top level',
    )
  }
}

/** What SAM calls the properties that it hands on under another name. */
const SAM_NAMES: Readonly<Record<string, string>> = {
  Body: 'DefinitionBody',
  BodyS3Location: 'DefinitionUri',
  Code: 'CodeUri',
  Content: 'ContentUri',
  DeadLetterConfig: 'DeadLetterQueue',
  TracingConfig: 'Tracing',
}

const isOpenApi = ({ value }: TemplateSource): boolean =>
  value['Resources'] === undefined &&
  (value['openapi'] !== undefined || value['swagger'] !== undefined)

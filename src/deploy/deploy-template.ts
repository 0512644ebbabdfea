// Deploys a file: reads it, transforms it, brings its stack about in one transaction, and says what came of it.
import path from 'node:path'
import type { Scope } from '#model/scope.ts'
import { limitationsOfApi } from '#snapshot/limitations.ts'
import type { Store, Transaction, View } from '#store/store.ts'
import { expandForEach } from './cloudformation/for-each.ts'
import { type GivenParameters, resolveParameters } from './cloudformation/parameters.ts'
import type { CallOperation } from './cloudformation/resource-type.ts'
import type { ResourceChange } from './cloudformation/resources.ts'
import { reportSections } from './cloudformation/sections.ts'
import { deployStack, type Redeploy } from './cloudformation/stack.ts'
import type { StackOutput } from './cloudformation/stacks.ts'
import { type DeployedApi, deployedApis, type DeployedFunction } from './deployed.ts'
import { type ApiKind, openApiTemplate } from './openapi/open-api-template.ts'
import { createReport, type Report, type ReportEntry } from './report.ts'
import { transformSam, usesSam } from './sam/transform.ts'
import { includeFiles, readTemplateFile } from './template/include.ts'
import type { Path } from './template/path.ts'
import { failAt, memberOf, objectOf, type TemplateSource } from './template/source.ts'
import { TemplateError } from './template/template-error.ts'

export interface DeployOptions {
  /** A SAM or CloudFormation template, or an OpenAPI document. */
  readonly file: string
  /** Absent: the name of the file's folder. */
  readonly stackName?: string
  readonly parameters: GivenParameters
  /** Values for parameters that nobody gives, where the template declares them. */
  readonly defaults?: GivenParameters
  readonly scope: Scope
  readonly store: Store
  readonly call: (tx: Transaction) => CallOperation
  /** What is not honoured is an error. */
  readonly strict: boolean
  readonly redeploy: Redeploy
  /** What an OpenAPI document is to become; absent: decided by its content. */
  readonly as?: ApiKind
  /** Names of VPC links and their targets that lead somewhere. */
  readonly upstreams?: readonly string[]
  /** Keeps which properties were looked at, in `Deployed.templates`. */
  readonly traces?: boolean
}

export interface Deployed {
  readonly stackName: string
  readonly apis: readonly DeployedApi[]
  readonly functions: readonly DeployedFunction[]
  readonly outputs: Readonly<Record<string, StackOutput>>
  readonly report: readonly ReportEntry[]
  readonly changes: readonly ResourceChange[]
  /** Every file that the result depends on, code aside: what a watcher watches. */
  readonly files: readonly string[]
  /** What was deployed, with what the resource types looked at: what `daemun check` reports on. */
  readonly templates: readonly DeployedTemplate[]
}

export interface DeployedTemplate {
  /** As it was written. */
  readonly written: TemplateSource
  readonly report: Report
}

export const deployTemplateFile = async (options: DeployOptions): Promise<Deployed> => {
  const file = path.resolve(options.file)
  const folder = path.dirname(file)
  const stackName = options.stackName ?? stackNameOf(folder)
  const prepared = prepare(file, folder, options)
  const { source, locate, parameters, report } = prepared
  return options.store.write(async (tx) => {
    const { stack, changes, files } = await deployStack({
      name: stackName,
      source,
      locate,
      folder,
      parameters,
      scope: options.scope,
      tx,
      call: options.call(tx),
      redeploy: options.redeploy,
      report,
    })
    const made = await deployedApis(tx, options.scope, stack)
    if (options.strict) {
      refuseReported(report.entries)
      await refuseLimited(tx, made.apis, source.file, options.upstreams)
    }
    return {
      stackName,
      ...made,
      outputs: stack.outputs,
      report: report.entries,
      changes,
      files: [file, ...prepared.files, ...files],
      templates: [{ written: prepared.written, report }],
    }
  })
}

/** Everything that needs no store: a template that fails here has touched nothing. */
const prepare = (file: string, folder: string, options: DeployOptions) => {
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
  const parameters = resolveParameters(included, given, report)
  const value = expandForEach(included, parameters)
  const expanded: TemplateSource = { ...included, value }
  if (!usesSam(value)) {
    refuseSamWithoutTransform(expanded)
    return { source: expanded, locate, parameters, report, files, written }
  }
  const transformed = transformSam(value, { parameters, report })
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

/** AWS: a stack's name begins with a letter and has letters, digits and hyphens. */
const stackNameOf = (folder: string): string => {
  const name = path.basename(folder).replaceAll(/[^A-Za-z0-9-]+/g, '-')
  return /^[A-Za-z]/.test(name) ? name.slice(0, 128) : `stack-${name}`.slice(0, 128)
}

const refuseReported = (entries: readonly ReportEntry[]): void => {
  const [first] = entries
  if (first === undefined) return
  const more = entries.length === 1 ? '' : ` (and ${entries.length - 1} more)`
  throw new TemplateError({
    file: first.file,
    line: first.line,
    problem: `${first.where}: ${first.feature} is not honoured: ${first.effect}${more}`,
    mend: 'Remove it, or deploy without --strict',
  })
}

/** What the APIs themselves ask for and do not get, which only their compiled stages tell. */
const refuseLimited = async (
  view: View,
  apis: readonly DeployedApi[],
  file: string,
  upstreams?: readonly string[],
): Promise<void> => {
  for (const { id, name } of apis) {
    const [first, ...others] = await limitationsOfApi(view, id, upstreams)
    if (first === undefined) continue
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`
    const effect =
      first.effect === 'refused' ? 'requests would be refused' : 'it has no effect here'
    throw new TemplateError({
      file,
      problem: `${name}: ${first.where}: ${first.feature} is not honoured: ${effect}${more}`,
      mend: 'Remove it, or deploy without --strict',
    })
  }
}

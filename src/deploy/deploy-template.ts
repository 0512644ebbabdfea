// Deploys a file: reads it, transforms it, brings its stack about in one transaction, and says what came of it.
import path from 'node:path'
import type { Scope } from '#model/scope.ts'
import { limitationsOfApi } from '#snapshot/limitations.ts'
import type { Store, Transaction, View } from '#store/store.ts'
import type { CustomResourcePorts } from './cloudformation/custom-resources/ask.ts'
import { type GivenValues, NO_VALUES } from './cloudformation/given-values.ts'
import type { GivenParameters } from './cloudformation/parameters.ts'
import { inPhases, type Phases } from './cloudformation/phases.ts'
import type { CallOperation } from './cloudformation/resource-type.ts'
import type { ResourceChange } from './cloudformation/resources.ts'
import { deployStack, type Redeploy } from './cloudformation/stack.ts'
import { type StackOutput, stacks } from './cloudformation/stacks.ts'
import { type DeployedApi, deployedApis, type DeployedFunction } from './deployed.ts'
import { stackNameOf } from './find-template.ts'
import { type Collected, nestedStacksOf } from './nested-stacks.ts'
import type { ApiKind } from './openapi/open-api-template.ts'
import { type PreparedTemplate, prepareTemplate } from './prepare-template.ts'
import { createRedaction } from './redaction.ts'
import type { Report, ReportEntry } from './report.ts'
import { failAt, memberOf, type TemplateSource } from './template/source.ts'
import { TemplateError } from './template/template-error.ts'

export interface DeployOptions {
  /** A SAM or CloudFormation template, or an OpenAPI document. */
  readonly file: string
  /** Absent: the name of the file's folder. */
  readonly stackName?: string
  readonly parameters: GivenParameters
  /** Values for parameters that nobody gives, where the template declares them. */
  readonly defaults?: GivenParameters
  /** Values that lie in AWS otherwise. */
  readonly values?: GivenValues
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
  /** Keeps which properties were looked at, in `Deployed.templates`, and asks no function: for `daemun check`. */
  readonly traces?: boolean
  /** Absent: custom resources are not made, and reported. */
  readonly customResources?: CustomResourcePorts
  /** Hears what goes wrong while a failed deployment is taken back. */
  readonly onError?: (error: unknown) => void
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
  const { scope, store, values = NO_VALUES } = options
  const stackName = options.stackName ?? stackNameOf(path.dirname(file))
  const secrets = new Set<string>()
  const redaction = createRedaction(secrets)
  try {
    const prepared = prepareTemplate(file, { ...options, values, secrets })
    const name = `${scope.accountId}.${scope.region}.${stackName}`
    const phased = {
      store,
      name,
      mayLeave: (tx: Transaction) => mayLeave(tx, stackName, prepared, options),
      onError: (error: unknown) => options.onError?.(redaction.error(error)),
    }
    const deployed = await inPhases(phased, (phases) =>
      deployPrepared({
        options: { ...options, values },
        file,
        stackName,
        prepared,
        phases,
        secrets,
      }),
    )
    return { ...deployed, report: deployed.report.map(redaction.entry) }
  } catch (error) {
    throw redaction.error(error)
  }
}

const deployPrepared = async (given: {
  readonly options: DeployOptions & { readonly values: GivenValues }
  readonly file: string
  readonly stackName: string
  readonly prepared: PreparedTemplate
  readonly phases: Phases
  readonly secrets: Set<string>
}): Promise<Deployed> => {
  const { options, file, stackName, prepared, phases, secrets } = given
  const { source, locate, parameters, report, written } = prepared
  const { scope, redeploy, customResources: ports } = options
  const { tx } = phases
  const collected: Collected = {
    templates: [{ written, report }],
    changes: [],
    files: [],
    count: 0,
  }
  const call = options.call(tx)
  const outside = ports === undefined ? {} : { outside: { ports, phases, secrets } }
  const shared = {
    scope,
    tx,
    call,
    redeploy,
    isDry: options.traces === true,
    values: options.values,
    secrets,
    ...outside,
  }
  const { stack, changes, files } = await deployStack({
    ...shared,
    name: stackName,
    source,
    locate,
    folder: path.dirname(file),
    parameters,
    report,
    nested: nestedStacksOf({
      shared,
      collected,
      prepare: { ...options, secrets },
      chain: [file],
      fail: (at, problem, mend) => failAt(source, locate(at), problem, mend),
    }),
  })
  const made = await deployedApis(tx, scope, stack)
  const entries = collected.templates.flatMap((template) => template.report.entries)
  if (options.strict) {
    refuseReported(entries)
    await refuseLimited(tx, made.apis, source.file, options.upstreams)
  }
  return {
    stackName,
    ...made,
    outputs: stack.outputs,
    report: entries,
    changes: [...changes, ...collected.changes],
    files: [
      ...new Set([file, ...prepared.files, ...files, ...collected.files, ...options.values.files]),
    ],
    templates: collected.templates,
  }
}

/** Whether functions may have to be asked: by the template, by what the stack has, or by a stack inside it. */
const mayLeave = async (
  tx: Transaction,
  stackName: string,
  { source }: PreparedTemplate,
  { customResources, scope }: DeployOptions,
): Promise<boolean> => {
  if (customResources === undefined) return false
  const types = /^(?:Custom::|AWS::CloudFormation::(?:CustomResource|Stack)$)/
  const declared: readonly unknown[] = Object.values(source.value['Resources'] ?? {})
  const before = Object.values((await tx.get(stacks, scope, stackName))?.resources ?? {})
  return [...declared, ...before].some((resource) =>
    types.test(String(memberOf(resource, 'Type') ?? memberOf(resource, 'type'))),
  )
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

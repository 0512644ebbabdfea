// The rows of a coverage report: every resource, property and intrinsic function of a template as it was written, with
// what deploying it found. Nothing here knows what is honoured: the resource types and the deployment said it.
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { functionCall } from '../cloudformation/evaluation.ts'
import { honourOfIntrinsic } from '../cloudformation/intrinsics.ts'
import { resourceType } from '../cloudformation/resource-types/index.ts'
import type { DeployedTemplate } from '../deploy-template.ts'
import type { Honour, ReportEntry } from '../report.ts'
import { formatPath, type Path } from '../template/path.ts'
import { memberOf, objectOf } from '../template/source.ts'

export interface CoverageRow {
  /** `request`: something that requests get or do not get, whoever of the template asks for it. */
  readonly kind: 'resource' | 'property' | 'intrinsic' | 'template' | 'request'
  /** `Resources.Hello.Properties.Timeout` */
  readonly where: string
  /** `AWS::Lambda::Function`, `Timeout`, `Fn::Sub`. */
  readonly what: string
  readonly honour: Honour
  /** What that means, where it is not simply enforced. */
  readonly note?: string
  readonly file: string
  readonly line?: number
}

type Draft = Omit<CoverageRow, 'file' | 'line' | 'where'> & { readonly path: Path }

/** What stands under these attributes counts as part of a resource. */
const ATTRIBUTES = ['Properties', 'Metadata', 'Condition', 'DependsOn', 'UpdatePolicy'] as const

/** In the order of the file. */
export const rowsOf = ({ written, report }: DeployedTemplate): readonly CoverageRow[] => {
  const found = new Map<string, ReportEntry>()
  for (const entry of report.entries) {
    const before = found.get(entry.where)
    if (before === undefined || rank(entry.honour) > rank(before.honour)) {
      found.set(entry.where, entry)
    }
  }
  const rows = new Map<string, CoverageRow>()
  const taken = new Set<ReportEntry>()
  const add = ({ path, ...draft }: Draft): void => {
    const where = formatPath(path)
    const key = draft.kind === 'intrinsic' ? `${where} ${draft.what}` : where
    const entry = draft.kind === 'intrinsic' ? undefined : found.get(where)
    const isOfAnother = draft.kind === 'resource' && isSam(draft.what)
    const told =
      entry === undefined || isOfAnother ? {} : { honour: entry.honour, note: entry.effect }
    if (entry !== undefined && !isOfAnother) taken.add(entry)
    const line = written.lineOf(path)
    rows.set(key, {
      ...draft,
      ...told,
      where,
      file: written.file,
      ...(line === undefined ? {} : { line }),
    })
  }
  const resources = objectOf(written.value['Resources']) ?? {}
  for (const [logicalId, resource] of Object.entries(resources)) {
    for (const draft of resourceRows(logicalId, resource, report.readings, found)) add(draft)
  }
  for (const draft of intrinsicsIn(written.value, [])) add(draft)
  for (const entry of report.entries) {
    if (taken.has(entry)) continue
    const { where, feature, honour, effect, file, line } = entry
    const kind = where.startsWith('Resources.') ? ('property' as const) : ('template' as const)
    const place = line === undefined ? {} : { line }
    rows.set(`${where} ${feature}`, {
      kind,
      where,
      what: feature,
      honour,
      note: effect,
      file,
      ...place,
    })
  }
  return [...rows.values()].sort((left, right) => (left.line ?? 0) - (right.line ?? 0))
}

const ORDER: readonly Honour[] = ['enforced', 'approximated', 'inert', 'refused', 'impossible']

export const rank = (honour: Honour): number => ORDER.indexOf(honour)

const resourceRows = (
  logicalId: string,
  resource: JsonValue,
  readings: DeployedTemplate['report']['readings'],
  found: ReadonlyMap<string, ReportEntry>,
): readonly Draft[] => {
  const path: Path = ['Resources', logicalId]
  const name = String(memberOf(resource, 'Type'))
  const isServerless = isSam(name)
  const type = resourceType(name)
  const whole = found.get(formatPath(path))
  const inert = !isServerless && (type.inert === true || whole?.honour === 'inert')
  const approximates = isServerless ? undefined : type.approximates
  const rows: Draft[] = [
    {
      kind: 'resource',
      path,
      what: name,
      honour: inert ? 'inert' : approximates === undefined ? 'enforced' : 'approximated',
      ...(approximates === undefined ? {} : { note: approximates }),
    },
  ]
  const properties = objectOf(memberOf(resource, 'Properties')) ?? {}
  for (const property of Object.keys(properties)) {
    const at = [...path, 'Properties', property]
    const known = inert || isServerless || readings.get(formatPath(at))?.hasEffect !== false
    const honour = inert || !known ? ('inert' as const) : ('enforced' as const)
    const note = known ? {} : { note: 'kept or passed over: no request can tell' }
    rows.push({ kind: 'property', path: at, what: property, honour, ...note })
  }
  const events = isServerless ? (objectOf(properties['Events']) ?? {}) : {}
  for (const [name, event] of Object.entries(events)) {
    const at = [...path, 'Properties', 'Events', name]
    const what = `event ${String(memberOf(event, 'Type'))}`
    rows.push({ kind: 'property', path: at, what, honour: 'enforced' })
  }
  const told = new Set(rows.map((row) => formatPath(row.path)))
  // What lies deeper was looked at by the type itself.
  for (const { path: at, hasEffect } of readings.values()) {
    if (at[1] !== logicalId || at[0] !== 'Resources' || at.length <= 4) continue
    if (valueAt(properties, at.slice(3)) === undefined || told.has(formatPath(at))) continue
    const honour = hasEffect ? ('enforced' as const) : ('inert' as const)
    rows.push({ kind: 'property', path: at, what: String(at.at(-1)), honour })
  }
  return rows
}

/** What SAM makes of such a resource is reported at its place, too, and is not the resource itself. */
const isSam = (type: string): boolean => type.startsWith('AWS::Serverless::')

const valueAt = (value: JsonValue, path: Path): JsonValue | undefined => {
  let at: JsonValue | undefined = value
  for (const part of path) {
    if (typeof part === 'number') at = Array.isArray(at) ? at[part] : undefined
    else at = memberOf(at, part)
  }
  return at
}

/** Every call of a function, wherever the template has one. */
const intrinsicsIn = (value: JsonValue, path: Path): readonly Draft[] => {
  if (Array.isArray(value)) {
    return value.flatMap((item: JsonValue, index) => intrinsicsIn(item, [...path, index]))
  }
  if (!isObject(value)) return []
  const call = functionCall(value)
  const [section, , attribute] = path
  const counts = section === 'Outputs' || section === 'Conditions' || isAttribute(attribute)
  const own = call === undefined || !counts ? [] : [callRow(call.name, path)]
  return [
    ...own,
    ...Object.entries(value).flatMap(([key, member]) => [
      ...(key.startsWith('Fn::ForEach::') ? [callRow(key, path)] : []),
      ...intrinsicsIn(member as JsonObject, [...path, key]), // A member of a JSON object.
    ]),
  ]
}

const isAttribute = (name: unknown): boolean => ATTRIBUTES.some((one) => one === name)

const callRow = (name: string, path: Path): Draft => {
  const known = honourOfIntrinsic(name)
  const what = name.startsWith('Fn::ForEach') ? 'Fn::ForEach' : name
  if (known !== undefined) return { kind: 'intrinsic', path, what, ...known }
  const note = 'not a function that exists here'
  return { kind: 'intrinsic', path, what, honour: 'refused', note }
}

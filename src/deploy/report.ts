// What a template asks for and does not get here, by name and place: nothing is dropped in silence.
import type { Path } from './template/path.ts'
import { formatPath } from './template/path.ts'
import type { TemplateSource } from './template/source.ts'

/**
 * How far something is honoured: as on AWS, in another way, not at all, or by refusing what needs it. `impossible`: the
 * template cannot be deployed because of it, which `daemun check` alone says and goes on.
 */
export type Honour = 'enforced' | 'approximated' | 'inert' | 'refused' | 'impossible'

export interface ReportEntry {
  /** `Resources.HelloFunction.Properties.Tracing` */
  readonly where: string
  /** What is not honoured, for instance `AWS::Lambda::Function Tracing`. */
  readonly feature: string
  readonly file: string
  readonly line?: number
  /** What that means for whoever calls the API. */
  readonly effect: string
  readonly honour: Exclude<Honour, 'enforced'>
}

export interface Report {
  readonly entries: readonly ReportEntry[]
  /** Places of the file whose property a resource type looked at → whether it has an effect. */
  readonly readings: ReadonlyMap<string, Reading>
  add(path: Path, feature: string, effect: string, honour?: ReportEntry['honour']): void
  /** Remembers that a property was looked at, where `traces` asks for that. */
  read(path: Path, hasEffect: boolean): void
}

export interface Reading {
  readonly path: Path
  readonly hasEffect: boolean
}

/** `locate` leads from a place in the template that is deployed to the place in the file that was written. */
export const createReport = (
  source: TemplateSource,
  locate: (path: Path) => Path = (path) => path,
  traces = false,
): Report => {
  const entries: ReportEntry[] = []
  const readings = new Map<string, Reading>()
  const seen = new Set<string>()
  return {
    entries,
    readings,
    read: (path, hasEffect) => {
      if (!traces) return
      const written = locate(path)
      const where = formatPath(written)
      const before = readings.get(where)?.hasEffect === true
      readings.set(where, { path: written, hasEffect: hasEffect || before })
    },
    add: (path, feature, effect, honour = 'inert') => {
      const written = locate(path)
      const where = formatPath(written)
      const key = `${where} ${feature} ${effect}`
      if (seen.has(key)) return
      seen.add(key)
      const line = source.lineOf(written)
      const place = { where, feature, file: source.file, effect, honour }
      entries.push(line === undefined ? place : { ...place, line })
    },
  }
}

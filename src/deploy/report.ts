// What a template asks for and does not get here, by name and place: nothing is dropped in silence.
import type { Path } from './template/path.ts'
import { formatPath } from './template/path.ts'
import type { TemplateSource } from './template/source.ts'

export interface ReportEntry {
  /** `Resources.HelloFunction.Properties.Tracing` */
  readonly where: string
  /** What is not honoured, for instance `AWS::Lambda::Function Tracing`. */
  readonly feature: string
  readonly file: string
  readonly line?: number
  /** What that means for whoever calls the API. */
  readonly effect: string
}

export interface Report {
  readonly entries: readonly ReportEntry[]
  add(path: Path, feature: string, effect: string): void
}

/** `locate` leads from a place in the template that is deployed to the place in the file that was written. */
export const createReport = (
  source: TemplateSource,
  locate: (path: Path) => Path = (path) => path,
): Report => {
  const entries: ReportEntry[] = []
  const seen = new Set<string>()
  return {
    entries,
    add: (path, feature, effect) => {
      const written = locate(path)
      const where = formatPath(written)
      const key = `${where} ${feature} ${effect}`
      if (seen.has(key)) return
      seen.add(key)
      const line = source.lineOf(written)
      const place = { where, feature, file: source.file, effect }
      entries.push(line === undefined ? place : { ...place, line })
    },
  }
}

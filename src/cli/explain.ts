// `daemun explain GET /pets/1`: the steps that a request would run, of a template as `daemun start` would deploy it, or of
// what a data directory serves.
import { join } from 'node:path'
import { styleText } from 'node:util'
import { checkTemplate, createCheckStore } from '#deploy/check/check-template.ts'
import type { CoverageRow } from '#deploy/check/rows.ts'
import { TemplateError } from '#deploy/template/template-error.ts'
import type { StageEntry } from '#model/documents.ts'
import { printable } from '#observability/request-line.ts'
import { compileStage, documentOf, type FindDocument } from '#snapshot/compile.ts'
import { type DirectorySource, documentsOf, storeSource } from '#snapshot/distribute.ts'
import { type ExplainedStep, explain } from '#snapshot/explain.ts'
import { openLastGood } from '#snapshot/last-good.ts'
import type { Settings } from '../settings.ts'
import { SettingsError } from '../setting-values.ts'
import { checkOptions, chooseTemplates } from './template-choice.ts'

export interface ExplainOptions {
  readonly method: string
  /** Below the stage. */
  readonly path: string
  /** Id or name; all where absent. */
  readonly api: string | undefined
  readonly stage: string | undefined
}

interface Explanation {
  readonly api: string
  readonly apiId: string
  readonly protocol: StageEntry['protocol']
  readonly stage: string
  readonly steps: readonly ExplainedStep[]
}

/** Ends the process with 2 where no method of any stage takes the request. */
export const run = async (given: Settings, options: ExplainOptions): Promise<void> => {
  const { method, path } = options
  if (!path.startsWith('/')) {
    throw new SettingsError(
      `the path begins with a slash, below the stage: /pets/1, and not ${path}`,
    )
  }
  const source = await openSource(given)
  const stages = (await stagesOf(source)).filter((entry) => isMeant(entry, options))
  if (stages.length === 0) throw new SettingsError(`${nothing(options)}: there is no such stage`)
  const found: Explanation[] = []
  for (const entry of stages) {
    const steps = explainEntry(entry, await documentsOf(entry, source), method, path)
    if (steps === undefined) continue
    const { apiName: api, apiId, protocol, stage } = entry
    found.push({ api, apiId, protocol, stage: stage.stageName, steps })
  }
  if (given.json) process.stdout.write(`${JSON.stringify({ method, path, stages: found })}\n`)
  else process.stdout.write(found.map(format).join('\n'))
  if (found.length > 0) return
  process.exitCode = 2
  if (!given.json) process.stdout.write(`${nothing(options)}: no method takes it\n`)
}

const explainEntry = (
  entry: StageEntry,
  findDocument: FindDocument,
  method: string,
  path: string,
): readonly ExplainedStep[] | undefined => {
  if (entry.protocol === 'WEBSOCKET') return undefined
  const [bare = path] = path.split('?', 1)
  const document = documentOf(entry.documentHash, findDocument)
  return explain(compileStage(entry, findDocument), method.toUpperCase(), bare, document)
}

const isMeant = (entry: StageEntry, { api, stage }: ExplainOptions): boolean =>
  (api === undefined || entry.apiId === api || entry.apiName === api) &&
  (stage === undefined || entry.stage.stageName === stage)

const nothing = ({ method, path, api, stage }: ExplainOptions): string =>
  `${method} ${path}${api === undefined ? '' : `, API ${api}`}${stage === undefined ? '' : `, stage ${stage}`}`

/** Templates are deployed into memory; where there is none, what the data directory serves. */
const openSource = async (given: Settings): Promise<DirectorySource> => {
  const { settings, templates } = chooseTemplates(given)
  if (templates.length === 0) {
    const kept = await openLastGood(join(settings.dataDir, 'last-good')).read()
    if (kept !== undefined) return kept
    throw new SettingsError(
      `there is no template here, and nothing is served from ${settings.dataDir}: name a template or --data-dir`,
    )
  }
  const store = createCheckStore()
  for (const template of templates) {
    const { rows } = await checkTemplate(checkOptions(settings, template), store)
    const broken = rows.find(({ honour }) => honour === 'impossible')
    if (broken !== undefined) throw cannotBeDeployed(broken)
  }
  return storeSource(store)
}

const cannotBeDeployed = ({ file, line, where, note }: CoverageRow): TemplateError =>
  new TemplateError({
    file,
    line,
    path: where.split('.'),
    problem: note ?? 'this cannot be made',
    mend: '`daemun check` lists everything that stands in the way',
  })

const stagesOf = async (source: DirectorySource): Promise<readonly StageEntry[]> => {
  const { changes } = await source.changes(0)
  return changes.flatMap(({ entry }) => (entry?.kind === 'stage' ? [entry] : []))
}

const format = ({ api, apiId, protocol, stage, steps }: Explanation): string => {
  const head = `${protocol} ${printable(api)} (${apiId}), stage ${stage}`
  const width = Math.max(...steps.map(({ name }) => name.length))
  const lines = steps.map(({ name, what }) => {
    const isNote = name === 'refused' || name === 'ignored'
    const shown = name.padEnd(width)
    return `  ${isNote ? styleText('yellow', shown) : shown}  ${printable(what)}`
  })
  return `${styleText('bold', head)}\n${lines.join('\n')}\n`
}

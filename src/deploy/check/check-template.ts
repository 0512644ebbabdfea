// `daemun check`: deploys a template into a store that is thrown away, with the code that deploys it for good, and says
// what of it is enforced, approximated, inert or refused. Nothing listens, no function runs, nothing is kept.
import { limitationsOfApi } from '#snapshot/limitations.ts'
import { createMemoryStore } from '#store/memory.ts'
import { systemClock } from '#shared/clock.ts'
import { derivedIds } from '#shared/ids.ts'
import type { Scope } from '#model/scope.ts'
import type { Store } from '#store/store.ts'
import { ServiceError } from '#wire/errors.ts'
import { type DeployOptions, type Deployed, deployTemplateFile } from '../deploy-template.ts'
import type { DeployedApi } from '../deployed.ts'
import { callOperations } from '../operations.ts'
import type { Honour } from '../report.ts'
import { definitionRows } from './definition-rows.ts'
import { type CoverageRow, rank, rowsOf } from './rows.ts'

export interface CheckOptions
  extends Pick<
    DeployOptions,
    'file' | 'stackName' | 'parameters' | 'defaults' | 'values' | 'as' | 'upstreams'
  > {
  readonly scope: Scope
}

export interface Coverage {
  readonly file: string
  readonly stackName: string
  readonly rows: readonly CoverageRow[]
  /** How many rows there are of each. */
  readonly counts: Readonly<Record<Honour, number>>
  /** The worst of all rows. */
  readonly worst: Honour
}

/** A store to be thrown away; templates that are checked together find each other's exports in it. */
export const createCheckStore = (): Store => createMemoryStore()

/** Throws `TemplateError` where the template cannot be deployed at all. */
export const checkTemplate = async (options: CheckOptions, store: Store): Promise<Coverage> => {
  const { scope } = options
  const call: DeployOptions['call'] = (tx) =>
    callOperations({ scope, store, tx, nowMs: systemClock.nowMs(), requestId: 'check' })
  const deployed = await deployTemplateFile({
    ...options,
    store,
    call,
    strict: false,
    redeploy: 'always',
    traces: true,
  })
  const requests = await requestRows(deployed, options, store, call)
  const rows = [
    ...deployed.templates.flatMap((template) => [
      ...rowsOf(template),
      ...definitionRows(template, requests),
    ]),
    ...requests,
  ]
  const counts = { enforced: 0, approximated: 0, inert: 0, refused: 0, impossible: 0 }
  for (const { honour } of rows) counts[honour]++
  const worst = rows.reduce<Honour>(
    (before, { honour }) => (rank(honour) > rank(before) ? honour : before),
    'enforced',
  )
  return { file: options.file, stackName: deployed.stackName, rows, counts, worst }
}

/** What the APIs do to requests: found by compiling their stages, as a gateway does it. */
const requestRows = async (
  { apis, templates }: Deployed,
  { scope, upstreams }: CheckOptions,
  store: Store,
  call: DeployOptions['call'],
): Promise<readonly CoverageRow[]> => {
  const file = templates[0]?.written.file ?? ''
  const rows: CoverageRow[] = []
  for (const api of apis) {
    if (api.stages.length === 0) await deployDraft(api, scope, store, call)
    const limitations = await store.read((view) => limitationsOfApi(view, api.id, upstreams))
    for (const { where, feature, effect } of limitations) {
      rows.push({
        kind: 'request',
        where: `${api.logicalId}: ${where}`,
        what: feature,
        honour: effect === 'refused' ? 'refused' : 'inert',
        note: effect === 'refused' ? 'requests are answered 501' : 'requests are served without it',
        file,
      })
    }
  }
  return rows
}

/** An API that its template leaves without a stage gets one here, so that its draft is compiled, too. */
const deployDraft = (
  { id, protocol }: DeployedApi,
  scope: Scope,
  store: Store,
  call: DeployOptions['call'],
): Promise<unknown> =>
  store
    .write((tx) => {
      const ids = derivedIds(`check/${scope.region}/${id}`)
      return protocol === 'REST'
        ? call(tx)('apigateway', 'CreateDeployment', { restApiId: id, stageName: 'check' }, ids)
        : call(tx)(
            'apigatewayv2',
            'CreateStage',
            { apiId: id, stageName: 'check', autoDeploy: true },
            ids,
          )
    })
    .catch((error: unknown) => {
      // An API without methods cannot be deployed, and has no requests to report on.
      if (!(error instanceof ServiceError)) throw error
    })

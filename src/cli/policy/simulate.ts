// `daemun policy simulate`: would this caller be allowed, and by which statement? Answered from policies in files, or
// from what a data directory serves: the caller's own policies, and the resource policy of the API that is asked for.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { accessOf } from '#identity/access-of.ts'
import { principalKeys, rootArn, rootPrincipal } from '#identity/principal.ts'
import { createCallerPolicies } from '#languages/iam-policy/caller-policies.ts'
import { combineAlone } from '#languages/iam-policy/combine.ts'
import { compilePolicy } from '#languages/iam-policy/compile-policy.ts'
import { evaluatePolicies } from '#languages/iam-policy/evaluate.ts'
import {
  type AccessRequest,
  contextOf,
  describeEvaluation,
  type Evaluation,
  MalformedPolicy,
} from '#languages/iam-policy/policy.ts'
import type { DirectoryEntry } from '#model/documents.ts'
import type { PrincipalEntry, SigningIdentity } from '#model/identity.ts'
import { errorMessage } from '#shared/assert.ts'
import { openLastGood } from '#snapshot/last-good.ts'

export interface SimulateOptions {
  readonly action: string
  readonly resource: string
  /** ARN of a user or role; absent: nobody has signed. */
  readonly caller?: string
  readonly policy?: readonly string[]
  readonly boundary?: string
  readonly sessionPolicy?: string
  readonly resourcePolicy?: string
  /** `key=value` */
  readonly context?: readonly string[]
  readonly dataDir: string
  readonly json?: boolean
}

/** Wrong input: said in one line. */
class SimulateError extends Error {
  override readonly name = 'SettingsError'
}

interface Simulated {
  readonly decision: 'allowed' | 'denied'
  /** What was asked, and what it said. */
  readonly steps: readonly { readonly of: string; readonly says: string }[]
}

const STATUS_DENIED = 2

export const run = async (options: SimulateOptions): Promise<void> => {
  const simulated = await simulate(options)
  const text = options.json === true ? JSON.stringify(simulated) : format(options, simulated)
  process.stdout.write(`${text}\n`)
  if (simulated.decision === 'denied') process.exitCode = STATUS_DENIED
}

const simulate = async (options: SimulateOptions): Promise<Simulated> => {
  const entries = await entriesOf(options)
  const facts = Object.fromEntries((options.context ?? []).map(pairOf))
  const caller = callerOf(options, entries.find)
  const steps: { of: string; says: string }[] = []
  const note = (of: string, evaluation: Evaluation): Evaluation => {
    steps.push({ of, says: describeEvaluation(evaluation) })
    return evaluation
  }
  const resourceText =
    options.resourcePolicy === undefined
      ? await entries.resourcePolicy(options.resource)
      : readPolicy(options.resourcePolicy)
  const { action, resource } = options
  const policy = resourceText === undefined ? undefined : compileResource(resourceText, resource)
  const says = (access: AccessRequest) => policy && evaluatePolicies([policy], access)
  const access: AccessRequest =
    caller === undefined
      ? { action, resource, context: contextOf(facts) }
      : accessOf(caller, action, resource, facts)
  const resourceSays = says(access)
  if (resourceSays !== undefined) note('resource policy', resourceSays)
  if (caller === undefined) return { decision: decisionOf(combineAlone(resourceSays)), steps }
  const policies = createCallerPolicies()
  const { evaluation, deniedBy } = policies.evaluate(caller, access)
  note(deniedBy === undefined ? "caller's policies" : `caller's ${deniedBy} policies`, evaluation)
  const owner = resource.split(':')[4] ?? ''
  const accountId = owner === '' ? caller.accountId : owner
  if (accountId !== caller.accountId) {
    const why = `the caller is of ${caller.accountId}, the resource of ${owner}: both must allow`
    steps.push({ of: 'accounts', says: why })
  }
  const both = policies.evaluateWith(caller, access, { accountId, evaluate: says })
  if (evaluation.decision !== both.evaluation.decision && both.deniedBy !== undefined)
    note(`${both.deniedBy} policies, with the resource policy`, both.evaluation)
  return { decision: decisionOf(both.evaluation), steps }
}

const decisionOf = ({ decision }: Evaluation): Simulated['decision'] =>
  decision === 'allow' ? 'allowed' : 'denied'

const format = ({ action, resource, caller }: SimulateOptions, simulated: Simulated): string =>
  [
    `${simulated.decision}: ${caller ?? 'an unsigned caller'} ${action} ${resource}`,
    ...simulated.steps.map(({ of, says }) => `  ${of}: ${says}`),
  ].join('\n')

const pairOf = (pair: string): readonly [string, string] => {
  const at = pair.indexOf('=')
  if (at < 1) throw new SimulateError(`--context takes key=value, and got '${pair}'`)
  return [pair.slice(0, at), pair.slice(at + 1)]
}

const readPolicy = (path: string): string => {
  try {
    return readFileSync(resolve(path), 'utf8')
  } catch (error) {
    throw new SimulateError(`the policy ${path} cannot be read: ${errorMessage(error)}`)
  }
}

const checked = <Made>(path: string, make: () => Made): Made => {
  try {
    return make()
  } catch (error) {
    if (error instanceof MalformedPolicy)
      throw new SimulateError(`${path} is no policy: ${error.message}`)
    throw error
  }
}

/** AWS: `execute-api:/stage/GET/path` in an API's policy stands for this API's ARN. */
const compileResource = (text: string, resource: string) => {
  const api = resource.split('/')[0] ?? resource
  return checked('the resource policy', () =>
    compilePolicy(text, {
      kind: 'resource',
      name: 'resource policy',
      expandResource: (given) =>
        given.startsWith('execute-api:/') ? `${api}/${given.slice('execute-api:/'.length)}` : given,
    }),
  )
}

type Find = (arn: string) => PrincipalEntry | undefined

/** What the data directory serves, as its workers would boot from it; nothing where it has none. */
const entriesOf = async ({ dataDir }: SimulateOptions) => {
  const source = await openLastGood(join(dataDir, 'last-good')).read()
  const entries: readonly (DirectoryEntry | null)[] =
    source?.delta.changes.map(({ entry }) => entry) ?? []
  const find: Find = (arn) => {
    for (const entry of entries) if (entry?.kind === 'principal' && entry.arn === arn) return entry
    return undefined
  }
  const resourcePolicy = async (resource: string): Promise<string | undefined> => {
    const [, apiId, stageName] =
      /^arn:aws:execute-api:[^:]*:[^:]*:([^/]+)\/([^/]+)/.exec(resource) ?? []
    for (const entry of entries) {
      if (entry?.kind !== 'stage' || entry.apiId !== apiId) continue
      if (entry.stage.stageName !== stageName) continue
      const document = await source?.document(entry.documentHash)
      if (document?.protocol === 'REST') return document.api.policy
    }
    return undefined
  }
  return { find, resourcePolicy }
}

const callerOf = (options: SimulateOptions, find: Find): SigningIdentity | undefined => {
  const arn = options.caller
  if (arn === undefined) return undefined
  const [, , service = '', , accountId = '', name = ''] = arn.split(':')
  if (!/^\d{12}$/.test(accountId))
    throw new SimulateError(`--caller takes an ARN, and got '${arn}'`)
  const roleName = service === 'sts' ? name.split('/')[1] : undefined
  const principalArn = roleName === undefined ? arn : `arn:aws:iam::${accountId}:role/${roleName}`
  const held = arn === rootArn(accountId) ? rootPrincipal(accountId) : find(principalArn)
  if (held === undefined && options.policy === undefined)
    throw new SimulateError(
      `${arn} is not known in ${options.dataDir}: name its folder with --data-dir, or give its policies with --policy`,
    )
  const isRole = /role\//.test(principalArn)
  const given = options.policy?.map((path) => compilable(path)) ?? []
  const boundary = options.boundary === undefined ? undefined : compilable(options.boundary)
  const principal: PrincipalEntry = {
    kind: 'principal',
    type: isRole ? 'role' : 'user',
    arn: principalArn,
    principalId: '',
    accountId,
    name: principalArn.split('/').at(-1) ?? '',
    ...held,
    policies: [...(held?.policies ?? []), ...given],
    ...(boundary !== undefined && { permissionsBoundary: boundary }),
  }
  const session = options.sessionPolicy
  return {
    accessKeyId: '',
    secretAccessKey: '',
    accountId,
    arn,
    userId: principal.principalId,
    principal,
    sessionPolicies: session === undefined ? [] : [compilable(session)],
    contextKeys: principalKeys(principal, principal.principalId),
  }
}

const compilable = (path: string): string => {
  const text = readPolicy(path)
  checked(path, () => compilePolicy(text))
  return text
}

// What a request would run: the steps of a plan for one method and path, for `daemun explain GET /pets/1`. The plan says
// what is matched and what is not honoured; the document it was compiled from says how each step is configured.
import type { Limitation, RestMethodPlan, StagePlan } from '#data-plane/plan.ts'
import type { DeploymentDocument } from '#model/documents.ts'
import { describeMethod, describeRoute } from './explain-words.ts'

export interface ExplainedStep {
  /** As the trace of a request names it. */
  readonly name: string
  /** What it is here: what it matched, `nothing configured`, `refused: …`. */
  readonly what: string
}

/** Undefined where no method of the stage matches. `path` is the path below the stage. */
export const explain = (
  plan: StagePlan,
  method: string,
  path: string,
  document?: DeploymentDocument,
): readonly ExplainedStep[] | undefined =>
  plan.protocol === 'REST'
    ? explainRest(plan, method, path, document)
    : plan.protocol === 'HTTP'
      ? explainHttp(plan, method, path, document)
      : undefined

const explainRest = (
  plan: Extract<StagePlan, { protocol: 'REST' }>,
  verb: string,
  path: string,
  document: DeploymentDocument | undefined,
): readonly ExplainedStep[] | undefined => {
  const match = plan.routes.match(verb, path)
  if (match === undefined) return undefined
  const { httpMethod, resourcePath, resourceId, admit } = match.plan
  const route = `${httpMethod} ${resourcePath}`
  const notes = notesOf(plan.limitations, [route, `stage ${plan.stageName}`])
  const words = describeMethod(document, resourceId, httpMethod)
  return [
    { name: 'limits', what: '10 MB of body, 20480 bytes of headers' },
    { name: 'route', what: `${route} (resource ${resourceId})${parameters(match.pathParameters)}` },
    { name: 'throttle', what: 'the stage and method settings' },
    { name: 'authorize', what: words.authorize },
    { name: 'api key', what: admit.length === 0 ? 'none required' : 'required' },
    { name: 'validate', what: words.validate },
    { name: 'cache', what: describeCaching(match.plan.caching) },
    { name: 'integration request', what: words.integrationRequest },
    { name: 'integration', what: words.integration },
    { name: 'integration response', what: words.integrationResponse },
    { name: 'respond', what: 'the method response' },
    ...notes,
  ]
}

const describeCaching = (caching: RestMethodPlan['caching']): string => {
  if (caching === undefined) return 'no cache'
  const { ttlSeconds, keyParameters } = caching
  const keys = keyParameters.length === 0 ? 'no parameter' : keyParameters.join(', ')
  return `an answer is kept for ${ttlSeconds} s, found by ${keys}`
}

const explainHttp = (
  plan: Extract<StagePlan, { protocol: 'HTTP' }>,
  verb: string,
  path: string,
  document: DeploymentDocument | undefined,
): readonly ExplainedStep[] | undefined => {
  const match = plan.routes.match(verb, path)
  if (match === undefined) return undefined
  const { routeKey } = match.plan
  const words = describeRoute(document, routeKey)
  return [
    { name: 'accept', what: '10 MB of body, 10240 bytes of headers; CORS preflight' },
    { name: 'route', what: `${routeKey}${parameters(match.pathParameters)}` },
    { name: 'throttle', what: 'the route settings' },
    { name: 'authorize', what: words.authorize },
    { name: 'integrate', what: words.integrate },
    { name: 'respond', what: words.respond },
    ...notesOf(plan.limitations, [routeKey, `stage ${plan.stageName}`]),
  ]
}

const notesOf = (
  limitations: readonly Limitation[],
  places: readonly string[],
): readonly ExplainedStep[] =>
  limitations
    .filter(({ where }) => places.includes(where))
    .map(({ effect, where, feature }) => ({ name: effect, what: `${feature} (${where})` }))

const parameters = (values: Readonly<Record<string, string>> | undefined): string =>
  values === undefined
    ? ''
    : `, ${Object.entries(values)
        .map(([name, value]) => `${name}=${value}`)
        .join(', ')}`

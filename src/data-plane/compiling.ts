// What the compile half of every REST step is given, and how it says that something is not built yet.
import type { Method, Resource, RestApi } from '#model/apigateway/rest-api.ts'
import type { Route } from '#model/apigatewayv2/api.ts'
import type { HttpDocument, RestDocument } from '#model/documents.ts'
import type { Scope } from '#model/scope.ts'
import type { ResourcePolicy } from './admit/resource-policy.ts'
import { GatewayFailure, type Limitation } from './plan.ts'

/** What never changes while a stage's plan lives. */
export interface StageFacts {
  readonly scope: Scope
  readonly apiId: string
  readonly apiName: string
  readonly stageName: string
  readonly deploymentId: string
  readonly stageVariables: Readonly<Record<string, string>>
  /** True for the canary release of a stage. */
  readonly isCanary?: boolean
}

/** Collects what a configuration asks for and this version does not do, in one place of the API. */
export interface Limits {
  /** `GET /pets/{petId}`, `stage prod`. */
  readonly where: string
  /** Notes that requests are served without this. */
  ignore(feature: string): void
  /** Notes that requests are refused, and gives the step that does it. */
  refuse(feature: string): () => never
  /** Notes that requests need one of these names to lead somewhere, which no document can tell. */
  reach(names: readonly string[]): void
  /** Notes that requests are served without this while the name leads nowhere: a setting of the gateway decides. */
  ignoreUnless(name: string, feature: string): void
  /** Notes what another release of the same stage has. */
  add(limitation: Limitation): void
  /** The step of what was refused here last: for a caller whose part could not be compiled. */
  refusal(): () => never
}

/** One method of one resource, while it is compiled. */
export interface MethodSource {
  readonly stage: StageFacts
  readonly document: RestDocument
  readonly api: RestApi
  readonly resource: Resource
  readonly method: Method
  readonly isBinary: (mediaType: string | undefined) => boolean
  /** The API's own, as it was deployed; undefined where it has none. */
  readonly resourcePolicy: ResourcePolicy | undefined
  /** How often the stage's authorizer cache was flushed. */
  readonly authorizersCacheGeneration: number
  readonly limits: Limits
}

/** A route of an HTTP API, while its authorization is compiled. */
export interface RouteSource {
  readonly stage: StageFacts
  readonly document: HttpDocument
  readonly route: Route
  /** How often the stage's authorizer cache was reset. */
  readonly authorizersCacheGeneration: number
  readonly limits: Limits
}

/** Among the names that lead somewhere where segments of X-Ray are sent to somebody; no upstream can be called so. */
export const SENT_TRACES = '=traces'

export const limitsAt = (where: string, list: Limitation[]): Limits => {
  let last = refusalOf(where, 'something this version does not know')
  const add = (limitation: Limitation) => {
    const { effect, feature } = limitation
    const isNoted = list.some(
      (known) =>
        known.where === limitation.where && known.feature === feature && known.effect === effect,
    )
    if (!isNoted) list.push(limitation)
  }
  const note = (effect: Limitation['effect'], feature: string) => add({ effect, where, feature })
  return {
    where,
    ignore: (feature) => note('ignored', feature),
    refuse: (feature) => {
      note('refused', feature)
      last = refusalOf(where, feature)
      return last
    },
    reach: (names) => {
      const feature = `VPC link ${names.join(', ')}`
      add({ effect: 'refused', where, feature, unlessReached: names })
    },
    ignoreUnless: (name, feature) =>
      add({ effect: 'ignored', where, feature, unlessReached: [name] }),
    add,
    refusal: () => last,
  }
}

const refusalOf = (where: string, feature: string) => (): never => {
  throw new GatewayFailure(
    'NOT_IMPLEMENTED',
    `This gateway does not implement what ${where} asks for: ${feature}`,
    { hint: `${feature} decides what ${where} answers and is not built here: refused with 501` },
  )
}

/** The step of what is not configured: nothing to do, nothing to wait for. */
export const noStep = (): void => undefined

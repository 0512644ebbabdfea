// A rule of a custom domain name: which requests go to which stage of a REST API.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-routing-rules.html

export interface RoutingRule {
  readonly routingRuleId: string
  readonly routingRuleArn: string
  /** 1 to 1 000 000, once per domain name: the lowest that matches decides. */
  readonly priority: number
  /** All must match; none matches always. At most two of headers and one of base paths. */
  readonly conditions: readonly RoutingRuleCondition[]
  /** Exactly one. */
  readonly actions: readonly RoutingRuleAction[]
}

/** Has exactly one of its members. */
export interface RoutingRuleCondition {
  readonly matchHeaders?: { readonly anyOf: readonly HeaderMatch[] }
  /** Whole leading segments, upper and lower case told apart. */
  readonly matchBasePaths?: { readonly anyOf: readonly string[] }
}

export interface HeaderMatch {
  /** Upper or lower case, no matter. */
  readonly header: string
  /** `x`, `x*`, `*x` or `*x*`, upper and lower case told apart. */
  readonly valueGlob: string
}

export interface RoutingRuleAction {
  readonly invokeApi: {
    readonly apiId: string
    readonly stage: string
    readonly stripBasePath?: boolean
  }
}

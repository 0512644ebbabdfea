// Which method of the stage a path and a verb mean.

export interface RouteMatch<Plan> {
  readonly plan: Plan
  /** Raw, percent-encoded values by parameter name, without `+` for a greedy one; undefined where the route has none. */
  readonly pathParameters: Readonly<Record<string, string>> | undefined
}

/** A compiled table: static segments before `{param}` before `{proxy+}`, an exact verb before ANY. */
export interface RouteTable<Plan> {
  match(method: string, path: string): RouteMatch<Plan> | undefined
}

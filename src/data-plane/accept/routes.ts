// Which method of the stage a path and a verb mean: a tree of path segments, built once per deployment.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html
//
// A request visits each node of the tree at most once, so a match is bounded by the number of routes.

export interface RouteMatch<Plan> {
  readonly plan: Plan
  /** Raw, percent-encoded values by parameter name, without `+` for a greedy one; undefined where the route has none. */
  readonly pathParameters: Readonly<Record<string, string>> | undefined
}

/** A compiled table: static segments before `{param}` before `{proxy+}`, an exact verb before ANY. */
export interface RouteTable<Plan> {
  match(method: string, path: string): RouteMatch<Plan> | undefined
}

export interface RouteEntry<Plan> {
  /** A verb, or `ANY`. */
  readonly method: string
  /** `/pets/{petId}`, `/files/{proxy+}`; `{…+}` only as the last segment. */
  readonly path: string
  readonly plan: Plan
}

export interface RouteOptions {
  /**
   * `by-level` (REST): the first segment that is more specific decides, so `/a/{proxy+}` beats `/{x}/b` for `/a/b`.
   * `last` (HTTP APIs): any route without a greedy variable beats every route with one.
   * [guide: http-api-develop-routes, "Full match for a route and method" comes first]
   */
  readonly greedy?: 'by-level' | 'last'
}

export const compileRoutes = <Plan>(
  entries: readonly RouteEntry<Plan>[],
  options: RouteOptions = {},
): RouteTable<Plan> => {
  const root = newNode<Plan>()
  for (const entry of entries) addRoute(root, entry)
  const greedyLast = options.greedy === 'last'
  return {
    match(method, path) {
      const segments = splitPath(path)
      const values: string[] = []
      const leaf =
        (greedyLast ? find(root, segments, 0, method, false, values) : undefined) ??
        find(root, segments, 0, method, true, values)
      if (leaf === undefined) return undefined
      return { plan: leaf.plan, pathParameters: nameValues(leaf.names, values) }
    },
  }
}

/** What ends at a node: the plan, and the names of the variables on the way, in order. */
interface Leaf<Plan> {
  readonly plan: Plan
  readonly names: readonly string[]
}

interface Node<Plan> {
  readonly statics: Map<string, Node<Plan>>
  variable: Node<Plan> | undefined
  /** By verb: routes that end here, and routes that take everything below. */
  readonly methods: Map<string, Leaf<Plan>>
  readonly greedy: Map<string, Leaf<Plan>>
}

const newNode = <Plan>(): Node<Plan> => ({
  statics: new Map(),
  variable: undefined,
  methods: new Map(),
  greedy: new Map(),
})

const addRoute = <Plan>(root: Node<Plan>, entry: RouteEntry<Plan>): void => {
  const names: string[] = []
  let node = root
  for (const segment of splitPath(entry.path)) {
    if (!segment.startsWith('{') || !segment.endsWith('}')) {
      let child = node.statics.get(segment)
      if (child === undefined) node.statics.set(segment, (child = newNode()))
      node = child
    } else if (segment.endsWith('+}')) {
      names.push(segment.slice(1, -2))
      node.greedy.set(entry.method, { plan: entry.plan, names })
      return
    } else {
      names.push(segment.slice(1, -1))
      node = node.variable ??= newNode()
    }
  }
  node.methods.set(entry.method, { plan: entry.plan, names })
}

/**
 * Raw segments. AWS: a trailing slash is ignored and doubled leading slashes are one, and percent-encoding is kept.
 * [F121]
 */
const splitPath = (path: string): string[] => {
  let start = 0
  while (path.charCodeAt(start) === SLASH) start++
  const end = path.charCodeAt(path.length - 1) === SLASH ? path.length - 1 : path.length
  return start >= end ? [] : path.slice(start, end).split('/')
}

const SLASH = 47

/** Depth first, the more specific child first; on the way back `values` is as it was on the way in. */
const find = <Plan>(
  node: Node<Plan>,
  segments: readonly string[],
  depth: number,
  method: string,
  greedy: boolean,
  values: string[],
): Leaf<Plan> | undefined => {
  const segment = segments[depth]
  if (segment === undefined) return node.methods.get(method) ?? node.methods.get('ANY')
  const child = node.statics.get(segment)
  const fixed = child && find(child, segments, depth + 1, method, greedy, values)
  if (fixed !== undefined) return fixed
  // A variable stands for at least one character: `/a//b` is not `/a/{x}/b`.
  if (node.variable !== undefined && segment !== '') {
    values.push(segment)
    const found = find(node.variable, segments, depth + 1, method, greedy, values)
    if (found !== undefined) return found
    values.pop()
  }
  if (!greedy || node.greedy.size === 0) return undefined
  const leaf = node.greedy.get(method) ?? node.greedy.get('ANY')
  if (leaf !== undefined) values.push(segments.slice(depth).join('/'))
  return leaf
}

/** Without a prototype: a parameter may be called `constructor`. */
const nameValues = (
  names: readonly string[],
  values: readonly string[],
): Readonly<Record<string, string>> | undefined => {
  if (names.length === 0) return undefined
  const parameters: Record<string, string> = Object.create(null)
  for (const [index, name] of names.entries()) parameters[name] = values[index] ?? ''
  return parameters
}

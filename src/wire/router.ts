// Which operation does a request mean? Routes come from the table's URIs. Matching is done on the raw path and
// labels are decoded after, because ARNs and route keys arrive in one label with their slashes encoded.
import { decodePercent, type QueryPair, type Target } from './message.ts'
import type { TableDocument } from './table.ts'

export interface RouteMatch {
  readonly operation: string
  readonly labels: Readonly<Record<string, string>>
}

export type Router = (method: string, target: Target) => RouteMatch | undefined

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'label' | 'greedy'; readonly name: string }

interface Route {
  readonly operation: string
  readonly segments: readonly Segment[]
  readonly query: readonly QueryPair[]
}

export const createRouter = (document: TableDocument): Router => {
  const routes = new Map<string, Route[]>()
  for (const [operation, { method, uri }] of Object.entries(document.operations)) {
    const route = parseRoute(operation, uri)
    const ofMethod = routes.get(method)
    if (ofMethod) ofMethod.push(route)
    else routes.set(method, [route])
  }
  for (const ofMethod of routes.values()) ofMethod.sort(bySpecificity)

  return (method, target) => {
    const segments = splitPath(target.path)
    for (const route of routes.get(method) ?? []) {
      const labels = matchRoute(route, segments, target.query)
      if (labels) return { operation: route.operation, labels }
    }
    return undefined
  }
}

const parseRoute = (operation: string, uri: string): Route => {
  const [path = '', query = ''] = uri.split('?')
  const segments = splitPath(path).map((segment): Segment => {
    const label = /^\{(.+?)(\+?)\}$/.exec(segment)
    if (!label) return { kind: 'literal', text: segment }
    return { kind: label[2] === '' ? 'label' : 'greedy', name: label[1] ?? '' }
  })
  const pairs = query.split('&').filter((pair) => pair !== '')
  return {
    operation,
    segments,
    query: pairs.map((pair): QueryPair => {
      const [name = '', value = ''] = pair.split('=')
      return [name, value]
    }),
  }
}

/** One slash at the end says nothing: older SDKs write some of Lambda's paths with it. */
const splitPath = (path: string): readonly string[] =>
  path.replace(/^\//, '').replace(/\/$/, '').split('/')

const RANK = { literal: 0, label: 1, greedy: 2 }

/** Literal segments before labels, then longer literal queries: `POST /restapis?mode=import` comes first. */
const bySpecificity = (left: Route, right: Route): number => {
  const length = Math.min(left.segments.length, right.segments.length)
  for (let index = 0; index < length; index++) {
    const rankLeft = RANK[left.segments[index]?.kind ?? 'literal']
    const rankRight = RANK[right.segments[index]?.kind ?? 'literal']
    if (rankLeft !== rankRight) return rankLeft - rankRight
  }
  return right.segments.length - left.segments.length || right.query.length - left.query.length
}

const matchRoute = (
  route: Route,
  path: readonly string[],
  query: readonly QueryPair[],
): Readonly<Record<string, string>> | undefined => {
  const greedy = route.segments.at(-1)?.kind === 'greedy'
  if (greedy ? path.length < route.segments.length : path.length !== route.segments.length)
    return undefined
  const labels: Record<string, string> = {}
  for (const [index, segment] of route.segments.entries()) {
    const text = segment.kind === 'greedy' ? path.slice(index).join('/') : (path[index] ?? '')
    if (segment.kind === 'literal') {
      if (text !== segment.text) return undefined
    } else {
      const value = text === '' ? undefined : decodePercent(text)
      if (value === undefined) return undefined
      labels[segment.name] = value
    }
  }
  const hasQuery = route.query.every(([name, value]) =>
    query.some((pair) => pair[0] === name && pair[1] === value),
  )
  return hasQuery ? labels : undefined
}

// The paths of an OpenAPI document, as events of functions add to them. A path or operation under Fn::If has one item
// per branch: what is written into a document (authorization above all) is written into every branch.
import type { JsonValue } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import { words } from '../../words.ts'
import { anyCondition, pathName } from '../conditions.ts'
import { conditionOf, fail, type RouteEvent, type SamContext } from '../context.ts'
import { type Draft, NO_VALUE, onlyIf } from '../draft.ts'
import { ANY_METHOD } from './methods.ts'

interface Operation {
  readonly method: string
  /** Part of the document: changing it changes the document. */
  readonly operation: Draft
  readonly event: RouteEvent | undefined
}

export interface PathItem {
  readonly path: string
  /** Part of the document. */
  readonly item: Draft
  readonly operations: Operation[]
}

const METHODS: ReadonlySet<string> = new Set([
  ...words('get post put patch delete head options any'),
  ANY_METHOD,
])

/** What a document has already, each branch of a condition on its own. */
export const pathItemsOf = (paths: Draft): PathItem[] =>
  Object.entries(paths).flatMap(([path, value]) =>
    branchesOf(value).map((item) => ({
      path,
      item,
      operations: Object.entries(item).flatMap(([method, operation]) =>
        METHODS.has(method.toLowerCase())
          ? branchesOf(operation).map((branch) => ({
              method: method.toLowerCase(),
              operation: branch,
              event: undefined,
            }))
          : [],
      ),
    })),
  )

/** The maps that a value may turn out to be. */
const branchesOf = (value: JsonValue): readonly Draft[] => {
  const map = objectOf(value)
  if (map === undefined || value === NO_VALUE || map['Ref'] === 'AWS::NoValue') return []
  const choice = map['Fn::If']
  if (Array.isArray(choice)) return choice.slice(1).flatMap(branchesOf)
  // The document is this transform's own copy.
  return [map as Draft]
}

/** Adds the events' operations to the paths. */
export const addEvents = (
  context: SamContext,
  events: readonly RouteEvent[],
  paths: Draft,
  items: PathItem[],
  operationOf: (event: RouteEvent) => Draft,
): void => {
  for (const event of events) {
    const { path, method } = event
    const own = items.filter((item) => item.path === path)
    if (own.length === 0) {
      const item: Draft = {}
      const added = { path, item, operations: [] }
      paths[path] = item
      items.push(added)
      own.push(added)
    }
    for (const { item, operations } of own) {
      if (item[method] !== undefined) {
        if (event.kind === 'HttpApi') continue // AWS: a definition's own integration wins.
        const at = ['Events', event.eventId]
        fail(context, event.resource, at, `\`${method}\` of \`${path}\` is defined twice`)
        continue
      }
      const operation = operationOf(event)
      item[method] = onlyIf(conditionOf(event.resource), operation)
      operations.push({ method, operation, event })
    }
  }
}

/** Puts every path whose functions all stand under conditions under a condition itself. */
export const conditionPaths = (
  paths: Draft,
  conditionOfPath: (path: string) => string | undefined,
): void => {
  for (const [path, item] of Object.entries(paths))
    paths[path] = onlyIf(conditionOfPath(path), item)
}

/** The condition of a path: that of any of its functions, where all stand under one. */
export const pathCondition =
  (context: SamContext, events: readonly RouteEvent[], implicitApi: string) =>
  (path: string): string | undefined => {
    const own = events.filter((event) => event.path === path)
    if (own.some(({ resource }) => conditionOf(resource) === undefined)) return undefined
    return anyCondition(context, own, `${implicitApi}${pathName(path)}PathCondition`)
  }

/** The URI of a Lambda integration. */
export const integrationUri = (event: RouteEvent): JsonValue => {
  const partition = event.kind === 'Api' ? 'aws' : '${AWS::Partition}'
  return onlyIf(conditionOf(event.resource), {
    'Fn::Sub': `arn:${partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${event.target}}/invocations`,
  })
}

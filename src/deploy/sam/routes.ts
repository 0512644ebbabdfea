// The paths of an OpenAPI document, as events of functions add to them.
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { objectOf } from '../template/source.ts'
import { conditionOf, fail, type RouteEvent, type SamContext } from './context.ts'
import { type Draft, draftOf, onlyIf } from './draft.ts'
import { ANY_METHOD } from './function-events.ts'
import { words } from '../words.ts'

export interface Operation {
  readonly path: string
  readonly method: string
  readonly operation: Draft
  readonly event: RouteEvent | undefined
}

export const METHODS: ReadonlySet<string> = new Set([
  ...words('get post put patch delete head options'),
  ANY_METHOD,
])

/** The operations that a document has already; those under Fn::If stay out of reach. */
export const operationsOf = (paths: JsonValue | undefined): Operation[] =>
  Object.entries(objectOf(paths) ?? {}).flatMap(([path, item]) =>
    Object.entries(objectOf(item) ?? {}).flatMap(([method, operation]) =>
      METHODS.has(method.toLowerCase()) && isObject(operation) && !isConditional(operation)
        ? [{ path, method, operation: draftOf(operation as JsonValue), event: undefined }]
        : [],
    ),
  )

const isConditional = (operation: object) => 'Fn::If' in operation

/** Adds the events' operations to a document's, and writes the `paths` anew. */
export const eventOperations = (
  context: SamContext,
  events: readonly RouteEvent[],
  existing: readonly Operation[],
  operationOf: (event: RouteEvent) => Draft,
): readonly Operation[] => {
  const taken = new Set(existing.map(({ path, method }) => `${method} ${path}`))
  const operations: Operation[] = []
  for (const event of events) {
    const { path, method } = event
    if (taken.has(`${method} ${path}`)) {
      if (event.kind === 'HttpApi') continue // AWS: a definition's own integration wins.
      const at = ['Events', event.eventId]
      fail(context, event.resource, at, `\`${method}\` of \`${path}\` is defined twice`)
      continue
    }
    taken.add(`${method} ${path}`)
    operations.push({ path, method, operation: operationOf(event), event })
  }
  return operations
}

/** `paths` with the operations put in; those of conditional functions under their condition. */
export const writePaths = (
  paths: JsonValue | undefined,
  operations: readonly Operation[],
  pathCondition: (path: string) => string | undefined,
): JsonObject => {
  const written = draftOf(paths)
  const grouped = new Map<string, Operation[]>()
  for (const operation of operations) {
    grouped.set(operation.path, [...(grouped.get(operation.path) ?? []), operation])
  }
  for (const [path, group] of grouped) {
    const item = draftOf(written[path])
    for (const { method, operation, event } of group) {
      item[method] = onlyIf(event && conditionOf(event.resource), operation)
    }
    written[path] = onlyIf(pathCondition(path), item)
  }
  return written
}

/** The URI of a Lambda integration. */
export const integrationUri = (event: RouteEvent): JsonValue => {
  const partition = event.kind === 'Api' ? 'aws' : '${AWS::Partition}'
  return onlyIf(conditionOf(event.resource), {
    'Fn::Sub': `arn:${partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${event.target}}/invocations`,
  })
}

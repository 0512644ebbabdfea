// The rows of an OpenAPI document: it has no resources, but operations and the extensions of API Gateway.
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import type { DeployedTemplate } from '../deploy-template.ts'
import { formatPath, type Path } from '../template/path.ts'
import { memberOf, objectOf } from '../template/source.ts'
import type { CoverageRow } from './rows.ts'

const VERBS = /^(?:get|put|post|delete|options|head|patch|trace|x-amazon-apigateway-any-method)$/

/** None for a template. `requests` are what the compiled API refuses or leaves out: it counts for its operation, too. */
export const definitionRows = (
  { written }: DeployedTemplate,
  requests: readonly CoverageRow[],
): readonly CoverageRow[] => {
  if (memberOf(written.value, 'Resources') !== undefined) return []
  const row = (path: Path, kind: CoverageRow['kind'], what: string): CoverageRow => {
    const line = written.lineOf(path)
    const place = { where: formatPath(path), file: written.file }
    return { kind, what, honour: 'enforced', ...place, ...(line === undefined ? {} : { line }) }
  }
  const rows: CoverageRow[] = []
  const extensions = (value: JsonObject, at: Path): void => {
    for (const name of Object.keys(value)) {
      if (!name.startsWith('x-amazon-apigateway-') || VERBS.test(name)) continue
      rows.push(row([...at, name], 'property', name))
    }
  }
  extensions(written.value, [])
  for (const [path, item] of Object.entries(objectOf(memberOf(written.value, 'paths')) ?? {})) {
    for (const [verb, operation] of Object.entries(objectOf(item) ?? {})) {
      if (!VERBS.test(verb) || !isObject(operation)) continue
      const at = ['paths', path, verb]
      const method = verb.startsWith('x-') ? 'ANY' : verb.toUpperCase()
      const limited = requests.find(({ where }) => where.endsWith(`: ${method} ${path}`))
      const made = row(at, 'resource', integrationOf(operation as JsonObject)) // JSON inside JSON.
      rows.push(
        limited === undefined ? made : { ...made, honour: limited.honour, note: limited.what },
      )
      extensions(operation as JsonObject, at)
    }
  }
  return rows
}

const integrationOf = (operation: JsonValue): string => {
  const type = memberOf(memberOf(operation, 'x-amazon-apigateway-integration'), 'type')
  return typeof type === 'string' ? `${type} integration` : 'operation'
}

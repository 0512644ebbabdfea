// The text of an API definition (JSON or YAML) as a plain tree. The text is hostile: its size,
// depth, number of nodes and aliases are bounded, and the tree's objects have no prototype, so that
// no key of it means anything to JavaScript.
import { type Document, isScalar, parseDocument } from 'yaml'
import { errorMessage } from '#shared/assert.ts'
import { isObject } from '#shared/json.ts'
import { DEFINITION_BYTES_MAX } from '#model/quotas.ts'
import { PARTITION, type Scope } from '#model/scope.ts'
import { badRequest } from '#wire/errors.ts'

/** An object of a definition: no prototype, string keys in document order. */
export type Tree = { readonly [key: string]: unknown }

/**
 * Deeper than any schema that a person writes, far below where a recursive reader would run out of
 * stack.
 */
const DEPTH_MAX = 200
/** More than 6 MB of a real definition hold; an alias bomb reaches it at once. */
const NODES_MAX = 500_000
/** Uses of an anchor times the aliases within it, as the YAML parser counts. */
const ALIASES_MAX = 10_000

// AWS: exactly this for whatever is no definition. [F103]
const INVALID = 'Invalid OpenAPI input.'
const TOO_DEEP = `${INVALID} It is nested too deeply.`

/**
 * The tree of a definition, with `${AWS::AccountId}`, `${AWS::Partition}` and `${AWS::Region}` put
 * in.
 */
export const parseDefinitionText = (text: string, scope: Scope): Tree => {
  if (Buffer.byteLength(text) > DEFINITION_BYTES_MAX) {
    throw badRequest(`${INVALID} The definition is larger than ${DEFINITION_BYTES_MAX} bytes.`)
  }
  const value = text.trimStart().startsWith('{') ? parseJsonOrYaml(text) : parseYaml(text)
  if (!isObject(value)) throw badRequest(INVALID)
  return plainTree(value, scope)
}

const parseJsonOrYaml = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return parseYaml(text) // YAML's flow style begins with a brace too, and its parser tells line and column.
  }
}

const parseYaml = (text: string): unknown => {
  try {
    const document = parseDocument(text, { merge: true, logLevel: 'silent', uniqueKeys: false })
    const [error] = document.errors
    if (error !== undefined) throw error
    const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX })
    return withVersionAsWritten(document, value)
  } catch (error) {
    // The parser recurses: what is nested beyond its stack is beyond DEPTH_MAX too.
    if (errorMessage(error).includes('call stack')) throw badRequest(TOO_DEEP)
    const [reason = ''] = errorMessage(error).split('\n')
    throw badRequest(`${INVALID} ${reason.replace(/:$/, '')}`)
  }
}

/** `version: 1.0` is the version "1.0", although YAML reads the number 1. */
const withVersionAsWritten = (document: Document, value: unknown): unknown => {
  const version = document.getIn(['info', 'version'], true)
  if (!isObject(value) || !isObject(value['info'])) return value
  if (!isScalar(version) || typeof version.value !== 'number') return value
  return { ...value, info: { ...value['info'], version: version.source ?? String(version.value) } }
}

const plainTree = (root: Record<string, unknown>, scope: Scope): Tree => {
  let nodes = 0
  const copy = (value: unknown, depth: number): unknown => {
    if (++nodes > NODES_MAX) throw badRequest(`${INVALID} It has more than ${NODES_MAX} values.`)
    if (depth > DEPTH_MAX) throw badRequest(TOO_DEEP)
    if (typeof value === 'string') return withAwsVariables(value, scope)
    if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1))
    if (typeof value === 'number' || typeof value === 'boolean') return value
    if (!isObject(value)) return null
    return copyObject(value, depth)
  }
  const copyObject = (value: Record<string, unknown>, depth: number): Tree => {
    const object: Record<string, unknown> = Object.create(null)
    for (const [key, member] of Object.entries(value)) object[key] = copy(member, depth + 1)
    return object
  }
  return copyObject(root, 0)
}

const withAwsVariables = (text: string, scope: Scope): string =>
  text.includes('${AWS::')
    ? text
        .replaceAll('${AWS::AccountId}', scope.accountId)
        .replaceAll('${AWS::Partition}', PARTITION)
        .replaceAll('${AWS::Region}', scope.region)
    : text

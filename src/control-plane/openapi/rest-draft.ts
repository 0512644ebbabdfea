// Writes a definition into the draft of a REST API. Whatever keeps its name or its path keeps its
// id, so that an import repeated changes nothing.
import type { Authorizer, Resource, RestApi } from '#model/apigateway/rest-api.ts'
import {
  authorizers,
  gatewayResponses,
  models,
  requestValidators,
  resources,
} from '#store/collections.ts'
import type { WriteCall } from '#store/transactional.ts'
import { createAuthorizerFacts } from './rest-authorizer.ts'
import {
  newPartId,
  replaceMethod,
  withMethod,
  writeAuthorizer,
  writeGatewayResponse,
  writeModel,
  writeRequestValidator,
  writeResource,
} from '../apigateway/draft.ts'
import { defaultResponse, parseResponseType } from '../apigateway/gateway-response-types.ts'
import { writeParts } from '../apigateway/documentation-parts.ts'
import { checkMethod } from '../apigateway/method-rules.ts'
import { readResourceTree, type ResourceTree } from '../apigateway/resource-tree.ts'
import { defined } from '../defined.ts'
import { type Attempt, startAttempts } from './attempts.ts'
import { type Definition, MODEL_REFERENCE, type OperationDefinition } from './definition.ts'
import { methodOf, type Named, withIntegration } from './rest-method.ts'

export interface DraftOptions {
  /** `overwrite` takes away what the definition does not have; `merge` leaves it. */
  readonly mode: 'merge' | 'overwrite'
  readonly prefix: string
}

/**
 * Writes what it can and returns the errors: the caller throws them, and the transaction leaves no
 * trace.
 */
export const writeDraft = async (
  call: WriteCall,
  api: RestApi,
  definition: Definition,
  options: DraftOptions,
): Promise<readonly string[]> => {
  const { errors, attempt } = startAttempts()
  if (options.mode === 'overwrite') await removeUndeclared(call, api, definition, options.prefix)
  await writeModels(call, api.id, definition)
  const named: Named = {
    requestValidators: await writeValidators(call, api.id, definition),
    authorizers: await writeAuthorizers(call, api.id, definition, attempt),
  }
  await writeGatewayResponses(call, api.id, definition, attempt)
  if (definition.documentation !== undefined) {
    await writeParts(call, api.id, definition.documentation, options.mode)
  }
  const tree = await readResourceTree(call, api.id)
  for (const path of definition.paths) {
    const full = `${options.prefix}${path}`
    await attempt(`Unable to create resource at path '${full}'`, async () => {
      await tree.ensurePath(call, full)
    })
  }
  for (const operation of definition.operations) {
    const path = normalPath(`${options.prefix}${operation.path}`)
    const resource = tree.find(path)
    // A path that could not be made has been reported above.
    if (resource === undefined) continue
    await writeOperation(call, api.id, tree, { operation, resource, named }, attempt)
  }
  return errors
}

const writeOperation = async (
  call: WriteCall,
  apiId: string,
  tree: ResourceTree,
  target: {
    readonly operation: OperationDefinition
    readonly resource: Resource
    readonly named: Named
  },
  attempt: Attempt,
): Promise<void> => {
  const { operation, resource, named } = target
  const where = `'${operation.httpMethod}' on resource at path '${resource.path}' (${operation.at})`
  await attempt(`Unable to put method ${where}`, async () => {
    const method = methodOf(operation, named)
    await checkMethod(call, apiId, method)
    let changed = withMethod(resource, method.httpMethod, method)
    await tree.replace(call, changed)
    if (operation.integration === undefined) return
    const { integration } = operation
    await attempt(`Unable to put integration ${where}`, async () => {
      changed = await replaceMethod(
        call,
        apiId,
        changed,
        withIntegration(method, resource.id, integration),
      )
      await tree.replace(call, changed)
    })
  })
}

const writeModels = async (
  call: WriteCall,
  apiId: string,
  definition: Definition,
): Promise<void> => {
  for (const { schema, ...model } of definition.models) {
    const before = await call.view.get(models, call, `${apiId}/${model.name}`)
    const id = before?.id ?? (await newPartId(call, models, apiId))
    await writeModel(call, apiId, { id, ...model, schema: schemaText(schema, apiId) })
  }
}

// AWS: models refer to each other by this address. [F108]
const schemaText = (schema: unknown, apiId: string): string =>
  JSON.stringify(schema, (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' && value.startsWith(MODEL_REFERENCE)
      ? `https://apigateway.amazonaws.com/restapis/${apiId}/models/${value.slice(MODEL_REFERENCE.length)}`
      : value,
  )

const writeValidators = async (
  call: WriteCall,
  apiId: string,
  definition: Definition,
): Promise<ReadonlyMap<string, string>> => {
  const ids = new Map<string, string>()
  for (const { value } of await call.view.list(requestValidators, call, { prefix: `${apiId}/` })) {
    if (value.name !== undefined) ids.set(value.name, value.id)
  }
  for (const validator of definition.extensions.requestValidators) {
    const id = ids.get(validator.name) ?? (await newPartId(call, requestValidators, apiId))
    ids.set(validator.name, id)
    await writeRequestValidator(call, apiId, { id, ...validator })
  }
  return ids
}

const writeAuthorizers = async (
  call: WriteCall,
  apiId: string,
  definition: Definition,
  attempt: Attempt,
): Promise<ReadonlyMap<string, Authorizer>> => {
  const byName = new Map<string, Authorizer>()
  for (const { value } of await call.view.list(authorizers, call, { prefix: `${apiId}/` })) {
    byName.set(value.name, value)
  }
  for (const authorizer of definition.authorizers) {
    const id = byName.get(authorizer.name)?.id ?? (await newPartId(call, authorizers, apiId))
    const row = { id, ...createAuthorizerFacts(authorizer) }
    byName.set(row.name, row)
    await attempt(`Unable to create authorizer '${row.name}' (${authorizer.at})`, async () => {
      await writeAuthorizer(call, apiId, row)
    })
  }
  return byName
}

const writeGatewayResponses = async (
  call: WriteCall,
  apiId: string,
  definition: Definition,
  attempt: Attempt,
): Promise<void> => {
  for (const given of definition.extensions.gatewayResponses) {
    await attempt(`Unable to put gateway response ${given.responseType}`, async () => {
      const responseType = parseResponseType(given.responseType)
      // AWS: what is left out takes the type's default. [F065]
      const response = defined({
        ...defaultResponse(responseType, undefined),
        ...given,
        defaultResponse: false,
      })
      await writeGatewayResponse(call, apiId, response)
    })
  }
}

const removeUndeclared = async (
  call: WriteCall,
  api: RestApi,
  definition: Definition,
  prefix: string,
): Promise<void> => {
  const paths = new Set(definition.paths.flatMap((path) => ancestry(`${prefix}${path}`)))
  for (const { key, value } of await call.view.list(resources, call, { prefix: `${api.id}/` })) {
    const { resourceMethods: _, ...bare } = value
    if (paths.has(value.path) || value.path === '/') await writeResource(call, api.id, bare)
    else await call.tx.delete(resources, call, key)
  }
  const validators = new Set(definition.extensions.requestValidators.map(({ name }) => name))
  const names = new Set(definition.authorizers.map(({ name }) => name))
  const modelNames = new Set(definition.models.map(({ name }) => name))
  const under = { prefix: `${api.id}/` }
  for (const { key, value } of await call.view.list(requestValidators, call, under)) {
    if (!validators.has(value.name ?? '')) await call.tx.delete(requestValidators, call, key)
  }
  for (const { key, value } of await call.view.list(authorizers, call, under)) {
    if (!names.has(value.name)) await call.tx.delete(authorizers, call, key)
  }
  for (const { key, value } of await call.view.list(models, call, under)) {
    if (!modelNames.has(value.name)) await call.tx.delete(models, call, key)
  }
  await call.tx.deletePrefix(gatewayResponses, call, under.prefix)
}

const segmentsOf = (path: string): readonly string[] =>
  path.split('/').filter((segment) => segment !== '')

const normalPath = (path: string): string => `/${segmentsOf(path).join('/')}`

/** `/a/b` → `/a`, `/a/b`. */
const ancestry = (path: string): readonly string[] => {
  const segments = segmentsOf(path)
  return segments.map((_, index) => `/${segments.slice(0, index + 1).join('/')}`)
}

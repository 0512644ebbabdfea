// ImportApi and ReimportApi: an HTTP API from an OpenAPI 3.0 definition.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-open-api.html
import type { ImportApiRequest, ReimportApiRequest } from '@aws-sdk/client-apigatewayv2'
import type { Api } from '#model/apigatewayv2/api.ts'
import type { WriteCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { checkTags } from '../apigateway/tag-rules.ts'
import { apiDefaults, parseCors } from '../apigatewayv2/api-rules.ts'
import { writeApi, writeNewApi } from '../apigatewayv2/apis.ts'
import { apiOf } from '../apigatewayv2/lookups.ts'
import { defined, nonEmpty } from '../defined.ts'
import type { Definition } from './definition.ts'
import { replaceDraft } from './http-draft.ts'
import { definitionText, pathPrefix, refuseFaulty } from './import-options.ts'
import { readDefinition } from './read-definition.ts'

export const importApi = async (
  input: Uncapitalized<ImportApiRequest>,
  call: WriteCall,
): Promise<Api> => {
  const definition = read(input, call)
  if (definition.title.trim() === '') {
    throw badRequest('Invalid OpenAPI input. $.info.title: a title is expected')
  }
  const api = await writeNewApi(call, {
    ...apiDefaults('HTTP', undefined),
    name: definition.title,
    protocolType: 'HTTP',
    ...facts(definition),
  })
  return write(call, api, definition, input)
}

export const reimportApi = async (
  input: Uncapitalized<ReimportApiRequest>,
  call: WriteCall,
): Promise<Api> => {
  const before = await apiOf(call, input.apiId)
  if (before.protocolType !== 'HTTP') {
    throw badRequest('Only HTTP APIs can be imported from an OpenAPI definition')
  }
  const definition = read(input, call)
  const { corsConfiguration: _, description: __, version: ___, ...kept } = before
  const { tags = {}, ...given } = facts(definition)
  const all = nonEmpty({ ...before.tags, ...tags })
  const api = defined({ ...kept, ...given, tags: all, name: definition.title || before.name })
  return write(call, api, definition, input)
}

type Input = Pick<Uncapitalized<ReimportApiRequest>, 'body' | 'basepath' | 'failOnWarnings'>

const read = ({ body }: Input, call: WriteCall): Definition =>
  readDefinition(definitionText(body), 'HTTP', call)

const write = async (
  call: WriteCall,
  api: Api,
  definition: Definition,
  input: Input,
): Promise<Api> => {
  const failOnWarnings = input.failOnWarnings ?? false
  refuseFaulty(definition, definition.errors, failOnWarnings)
  const prefix = pathPrefix(input.basepath, definition.basePath)
  const errors = await replaceDraft(call, api, definition, prefix)
  refuseFaulty(definition, errors, failOnWarnings)
  const warnings = nonEmpty([...definition.warnings, ...definition.notes])
  const { warnings: _, ...rest } = api
  const written: Api = defined({ ...rest, warnings })
  // Written last: it deploys what stands by then to the stages that deploy by themselves, once.
  await writeApi(call, written)
  return written
}

const facts = ({ description, version, extensions, tags }: Definition) => {
  checkTags(tags)
  return defined({
    description: description || undefined,
    version,
    corsConfiguration: parseCors(extensions.cors),
    disableExecuteApiEndpoint: extensions.disableExecuteApiEndpoint,
    tags: nonEmpty(tags),
  })
}

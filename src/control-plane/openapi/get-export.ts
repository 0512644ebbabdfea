// GetExport: what a stage serves, as an API definition. https://docs.aws.amazon.com/apigateway/latest/api/API_GetExport.html
import type { GetExportRequest } from '@aws-sdk/client-api-gateway'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { present } from '#shared/assert.ts'
import { documentationVersions, documents } from '#store/collections.ts'
import type { ReadCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { deploymentOf, restApiOf, stageOf } from '../apigateway/lookups.ts'
import { required } from '../constraints.ts'
import { type ExportExtensions, exportRestApi, isoSeconds } from './export-rest-api.ts'
import { definitionBytes } from './export-format.ts'

/** An export as it is answered: a file to be saved. */
export interface ExportAnswer {
  readonly contentType: string
  readonly contentDisposition: string
  readonly body: Uint8Array
}

export const getExport = async (
  input: Shape<GetExportRequest>,
  call: ReadCall,
): Promise<ExportAnswer> => {
  const api = await restApiOf(call, required(input.restApiId, 'getExportInput.restApiId'))
  const stageName = required(input.stageName, 'getExportInput.stageName')
  const stage = await stageOf(call, api.id, stageName)
  const type = required(input.exportType, 'getExportInput.exportType')
  if (type !== 'swagger' && type !== 'oas30') throw badRequest(`No API exporter for type '${type}'`)
  const format = formatOf(input.accepts)
  const deployment = await deploymentOf(call, api.id, stage.deploymentId)
  const document = present(
    await call.view.get(documents, GLOBAL_SCOPE, deployment.documentHash),
    `document of deployment ${deployment.id}`,
  )
  if (document.protocol !== 'REST') throw badRequest('Only REST APIs can be exported')
  const { documentationVersion } = stage
  const documentation =
    documentationVersion === undefined
      ? undefined
      : await call.view.get(documentationVersions, call, `${api.id}/${documentationVersion}`)
  const definition = exportRestApi({
    document,
    stageName,
    createdDate: deployment.createdDate,
    format: type,
    extensions: extensionsOf(input.parameters),
    ...(documentation === undefined ? {} : { documentation }),
  })
  const date = isoSeconds(call.nowMs).replaceAll(':', '-')
  return {
    // AWS: whatever the format, it is a file. [cli: get-export]
    contentType: 'application/octet-stream',
    contentDisposition: `attachment; filename="${type}_${date}.${format.toLowerCase()}"`,
    body: definitionBytes(definition, format),
  }
}

const formatOf = (accepts: string | undefined): 'JSON' | 'YAML' => {
  const types = (accepts ?? '').split(',').map((type) => type.replace(/;.*$/, '').trim())
  if (types.some((type) => /^application\/(?:x-)?yaml$/.test(type))) return 'YAML'
  if (types.some((type) => ['', '*/*', 'application/*', 'application/json'].includes(type))) {
    return 'JSON'
  }
  throw badRequest(
    `Invalid Accept header ${accepts}. Valid options are application/json,application/yaml`,
  )
}

const EXTENSIONS = [
  'integrations',
  'authorizers',
  'apigateway',
  'documentation',
  'postman',
] as const

const extensionsOf = (parameters: GetExportRequest['parameters']): ExportExtensions => {
  const unknown = Object.keys(parameters ?? {}).find((name) => name !== 'extensions')
  if (unknown !== undefined) throw badRequest(`Invalid export parameter specified: ${unknown}`)
  const asked = (parameters?.['extensions'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
  for (const name of asked) {
    if (EXTENSIONS.some((known) => known === name)) continue
    throw badRequest(`Invalid extension ${name}. Valid options are ${EXTENSIONS.join(',')}`)
  }
  const isAsked = (name: (typeof EXTENSIONS)[number]) => asked.includes(name)
  const apigateway = isAsked('apigateway')
  return {
    integrations: apigateway || isAsked('integrations'),
    authorizers: apigateway || isAsked('authorizers'),
    apigateway,
    documentation: isAsked('documentation'),
    postman: isAsked('postman'),
  }
}

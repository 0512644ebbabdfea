// DocumentationVersion: the parts as they are now, under a name that a stage can show.
// https://docs.aws.amazon.com/apigateway/latest/api/API_DocumentationVersion.html
import type {
  CreateDocumentationVersionRequest,
  DeleteDocumentationVersionRequest,
  GetDocumentationVersionRequest,
  GetDocumentationVersionsRequest,
  UpdateDocumentationVersionRequest,
} from '@aws-sdk/client-api-gateway'
import type { DocumentationVersion } from '#model/apigateway/documentation.ts'
import { documentationVersions } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, conflict, notFound } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined } from '../defined.ts'
import { applyPatch, type PatchTable } from '../patch-operations.ts'
import { text } from '../patch-rules.ts'
import { partsOf } from './documentation-parts.ts'
import { restApiOf, stageOf } from './lookups.ts'
import { type Page, pageOf } from './pages.ts'
import { writeStage } from './stage-rules.ts'

/** A version as it is answered: what it keeps is read with GetExport. */
export type DocumentationVersionAnswer = Omit<DocumentationVersion, 'parts'>

const VERSION_LENGTH_MAX = 64

export const createDocumentationVersion = async (
  input: Shape<CreateDocumentationVersionRequest>,
  call: WriteCall,
): Promise<DocumentationVersionAnswer> => {
  const at = 'createDocumentationVersionInput'
  const api = await restApiOf(call, required(input.restApiId, `${at}.restApiId`))
  const version = required(input.documentationVersion, `${at}.documentationVersion`)
  if (version === '' || version.length > VERSION_LENGTH_MAX || version.includes('/')) {
    throw badRequest(`Invalid Documentation version specified: ${version.slice(0, 100)}`)
  }
  const key = `${api.id}/${version}`
  if ((await call.view.get(documentationVersions, call, key)) !== undefined) {
    throw conflict(`Documentation version already exists: ${version}`)
  }
  const stage = input.stageName ? await stageOf(call, api.id, input.stageName) : undefined
  const created = defined({
    version,
    createdDate: call.nowMs,
    description: input.description,
    parts: await partsOf(call, api.id),
  })
  await call.tx.put(documentationVersions, call, key, created)
  if (stage !== undefined) {
    const lastUpdatedDate = call.nowMs
    await writeStage(call, api.id, { ...stage, documentationVersion: version, lastUpdatedDate })
  }
  return answer(created)
}

export const getDocumentationVersion = async (
  input: Shape<GetDocumentationVersionRequest>,
  call: ReadCall,
): Promise<DocumentationVersionAnswer> => answer(await versionOf(call, input))

export const getDocumentationVersions = async (
  input: Shape<GetDocumentationVersionsRequest>,
  call: ReadCall,
): Promise<Page<DocumentationVersionAnswer>> => {
  const api = await restApiOf(call, required(input.restApiId, 'restApiId'))
  const page = await pageOf(call, documentationVersions, `${api.id}/`, input)
  return { ...page, items: page.items.map(answer) }
}

export const updateDocumentationVersion = async (
  input: Shape<UpdateDocumentationVersionRequest>,
  call: WriteCall,
): Promise<DocumentationVersionAnswer> => {
  const before = await versionOf(call, input)
  const after = applyPatch(DOCUMENTATION_VERSION_PATCH, before, input.patchOperations)
  await call.tx.put(documentationVersions, call, `${input.restApiId}/${after.version}`, after)
  return answer(after)
}

export const deleteDocumentationVersion = async (
  input: Shape<DeleteDocumentationVersionRequest>,
  call: WriteCall,
): Promise<void> => {
  const { version } = await versionOf(call, input)
  await call.tx.delete(documentationVersions, call, `${input.restApiId}/${version}`)
}

const DOCUMENTATION_VERSION_PATCH: PatchTable = {
  input: 'updateDocumentationVersionInput',
  refusal: 'listed',
  rules: [text('description')],
}

const versionOf = async (
  call: ReadCall,
  input: {
    readonly restApiId?: string | undefined
    readonly documentationVersion?: string | undefined
  },
): Promise<DocumentationVersion> => {
  const api = await restApiOf(call, required(input.restApiId, 'restApiId'))
  const name = required(input.documentationVersion, 'documentationVersion')
  const version = await call.view.get(documentationVersions, call, `${api.id}/${name}`)
  if (version === undefined) throw notFound('Invalid Documentation version specified')
  return version
}

const answer = ({
  version,
  createdDate,
  description,
}: DocumentationVersion): DocumentationVersionAnswer =>
  defined({ version, createdDate, description })

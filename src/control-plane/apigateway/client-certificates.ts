// ClientCertificate: how a backend knows that API Gateway is calling.
// https://docs.aws.amazon.com/apigateway/latest/api/API_ClientCertificate.html
import type {
  DeleteClientCertificateRequest,
  GenerateClientCertificateRequest,
  GetClientCertificateRequest,
  GetClientCertificatesRequest,
  UpdateClientCertificateRequest,
} from '@aws-sdk/client-api-gateway'
import type { ClientCertificate } from '#model/apigateway/vpc-link.ts'
import { clientCertificates, stages } from '#store/collections.ts'
import { type Operation, type ReadCall, type WriteCall, writes } from '#store/transactional.ts'
import { badRequest, notFound } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined, nonEmpty } from '../defined.ts'
import { applyPatch, type PatchTable } from '../patch-operations.ts'
import { text } from '../patch-rules.ts'
import { newId } from './lookups.ts'
import { type Page, pageOf } from './pages.ts'
import { checkTags } from './tag-rules.ts'

/** A certificate as it is answered: the private key stays here. */
export type ClientCertificateAnswer = Omit<ClientCertificate, 'sealedKey'>

// AWS: a client certificate is good for a year.
const VALIDITY_MS = 365 * 24 * 60 * 60 * 1000

/** The key is made before the transaction begins: making it takes long, and others would wait. */
export const generateClientCertificate: Operation<
  Shape<GenerateClientCertificateRequest>,
  ClientCertificateAnswer
> = async (input, call) => {
  checkTags(input.tags)
  const { makeClientCertificate } = await import('./client-certificate-pem.ts')
  const createdDate = call.nowMs
  const expirationDate = createdDate + VALIDITY_MS
  const pem = await makeClientCertificate(createdDate, expirationDate)
  const write = writes(async (_: undefined, { tx, view, ...rest }: WriteCall) => {
    const within = { ...rest, tx, view }
    const id = await newId(within, clientCertificates)
    const certificate: ClientCertificate = defined({
      clientCertificateId: id,
      description: input.description,
      pemEncodedCertificate: pem.certificatePem,
      sealedKey: call.certificateSeal?.seal(Buffer.from(pem.privateKeyPem), id),
      createdDate,
      expirationDate,
      tags: nonEmpty(input.tags),
    })
    await tx.put(clientCertificates, call, certificate.clientCertificateId, certificate)
    return answer(certificate)
  })
  return write(undefined, call)
}

export const getClientCertificate = async (
  input: Shape<GetClientCertificateRequest>,
  call: ReadCall,
): Promise<ClientCertificateAnswer> => answer(await certificateOf(call, input.clientCertificateId))

export const getClientCertificates = async (
  input: Shape<GetClientCertificatesRequest>,
  call: ReadCall,
): Promise<Page<ClientCertificateAnswer>> => {
  const page = await pageOf(call, clientCertificates, '', input)
  return { ...page, items: page.items.map(answer) }
}

export const updateClientCertificate = async (
  input: Shape<UpdateClientCertificateRequest>,
  call: WriteCall,
): Promise<ClientCertificateAnswer> => {
  const before = await certificateOf(call, input.clientCertificateId)
  const certificate = applyPatch(CLIENT_CERTIFICATE_PATCH, before, input.patchOperations)
  await call.tx.put(clientCertificates, call, certificate.clientCertificateId, certificate)
  return answer(certificate)
}

export const deleteClientCertificate = async (
  input: Shape<DeleteClientCertificateRequest>,
  call: WriteCall,
): Promise<void> => {
  const { clientCertificateId: id } = await certificateOf(call, input.clientCertificateId)
  for (const { key, value } of await call.view.list(stages, call)) {
    if (value.clientCertificateId !== id) continue
    throw badRequest(`Cannot delete client certificate '${id}', is referenced in stage: ${key}`)
  }
  await call.tx.delete(clientCertificates, call, id)
}

const CLIENT_CERTIFICATE_PATCH: PatchTable = {
  input: 'updateClientCertificateInput',
  refusal: 'listed',
  rules: [text('description')],
}

const certificateOf = async (
  call: ReadCall,
  id: string | undefined,
): Promise<ClientCertificate> => {
  const key = required(id, 'clientCertificateId')
  const certificate = await call.view.get(clientCertificates, call, key)
  if (certificate === undefined) throw notFound('Invalid Client Certificate identifier specified')
  return certificate
}

/** Named one by one: what else is kept of it is nobody's. */
const answer = (certificate: ClientCertificate): ClientCertificateAnswer => {
  const { clientCertificateId, description, pemEncodedCertificate } = certificate
  const { createdDate, expirationDate, tags } = certificate
  const told = { clientCertificateId, description, pemEncodedCertificate }
  return defined({ ...told, createdDate, expirationDate, tags })
}

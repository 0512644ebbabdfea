// S3 over HTTP: finds the bucket, the operation and the caller, asks whether they may, and answers. Bodies stream.
import type { Scope } from '#model/scope.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import type { ObjectEvents } from '#model/ports.ts'
import type { Store } from '#store/store.ts'
import type { StoreCall } from '#store/transactional.ts'
import { BodyAborted, BodyTooLarge } from '#transport/contract.ts'
import { BODY_BYTES_MAX } from '#wire/body-limits.ts'
import { ServiceError } from '#wire/errors.ts'
import { headerOf, parseTarget, type WireRequest, type WireResponse } from '#wire/message.ts'
import type { Protocol } from '#wire/protocol.ts'
import { encodeXmlError, restXml } from '#wire/rest-xml.ts'
import { credentialScope } from '#wire/sigv4-scope.ts'
import type { ServiceServerOptions } from '#wire/server.ts'
import { loadServiceTable, type ServiceTable } from '#wire/table.ts'
import { pathStyleTarget } from './address.ts'
import { publicActionOf } from './actions.ts'
import { type BucketRecord, buckets } from './buckets.ts'
import { promisedAlgorithm, signedHashOf, startChecks } from './checksums.ts'
import { chunkSignerOf } from './chunk-signatures.ts'
import { corsHeaders, corsQuestionOf, withHeaders } from './cors.ts'
import { fullDisk } from './disk-errors.ts'
import { accessDenied, entityTooLarge, notBuilt } from './errors.ts'
import { isWhole, type S3Operation, s3Operations } from './operations.ts'
import type { Input, S3Call } from './parts.ts'
import { isPostForm, isSignedForm, postObject, readPostedObject } from './post-object.ts'
import { createPublicAccess, type PublicAccess } from './public-access.ts'
import { openStorage, type Storage } from './storage.ts'
import { answerWebsite } from './website.ts'

/** Who may call, as wire/server.ts asks it. */
export type S3Gate = Required<Pick<ServiceServerOptions<StoreCall>, 'admit' | 'authorize'>>

export interface S3
  extends Pick<Storage, 'readObject' | 'writeObject' | 'isEmpty' | 'clear' | 'close'> {
  answer(request: WireRequest, call: StoreCall, gate: S3Gate): Promise<WireResponse>
  answerWebsite(request: WireRequest, call: StoreCall): Promise<WireResponse>
}

export interface S3Options {
  /** Its own folder within the data directory. */
  readonly folder: string
  /** Where buckets are. */
  readonly store: Store
  readonly events: ObjectEvents
  readonly allowedOrigins: readonly string[]
  readonly onError: (error: unknown) => void
}

interface Server extends S3Options {
  readonly table: ServiceTable
  readonly protocol: Protocol
  readonly operations: Readonly<Record<string, S3Operation>>
  readonly storage: Storage
  readonly access: PublicAccess
}

export const openS3 = async (options: S3Options): Promise<S3> => {
  const table = await loadServiceTable('s3')
  const storage = await openStorage(options)
  const server: Server = {
    ...options,
    table,
    storage,
    protocol: restXml(table.document),
    operations: s3Operations(storage.isEmpty),
    access: createPublicAccess(),
  }
  return {
    ...storage,
    answer: (sent, call, gate) => {
      const request = { ...sent, target: pathStyleTarget(sent) }
      return guarded(server, call, () => answerPage(server, sent, request, call, gate))
    },
    answerWebsite: (request, call) =>
      guarded(server, call, async () => {
        const asked = { ...call, request, isAnonymous: true }
        return answerWebsite(asked, storage.parts(), server.access)
      }),
  }
}

const guarded = async (
  { onError }: Server,
  { requestId }: Scope & { readonly requestId: string },
  work: () => Promise<WireResponse>,
): Promise<WireResponse> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ServiceError) return encodeXmlError(error, requestId)
    // The client is gone: the transport knows what to do.
    if (error instanceof BodyAborted) throw error
    onError(error)
    const full = fullDisk(error)
    if (full !== undefined) return encodeXmlError(full, requestId)
    const message = `We encountered an internal error. The log has it under request id ${requestId}.`
    return encodeXmlError(new ServiceError('InternalError', 500, message), requestId)
  }
}

/** A page's request has what the bucket's CORS configuration says added, and goes no further where it says no. */
const answerPage = async (
  server: Server,
  sent: WireRequest,
  request: WireRequest,
  call: StoreCall,
  gate: S3Gate,
): Promise<WireResponse> => {
  const question = corsQuestionOf(request.method, request.headers)
  if (question === undefined) {
    if (request.method === 'OPTIONS')
      throw new ServiceError(
        'BadRequest',
        400,
        'Insufficient information. Origin request header needed.',
      )
    return answer(server, sent, request, call, gate)
  }
  const bucket = await bucketNamed(server, request)
  const headers = corsHeaders(bucket, question)
  const isPreflight = request.method === 'OPTIONS'
  const isOurs = server.allowedOrigins.includes(question.origin)
  if (headers === undefined && (isPreflight || !(isOurs || isHarmless(request)))) throw noCors()
  if (isPreflight) return { statusCode: 200, headers: headers ?? [] }
  const answered = await guarded(server, call, () => answer(server, sent, request, call, gate))
  return withHeaders(answered, headers ?? [])
}

/** What a page can ask for without leave, and cannot read. */
const isHarmless = ({ method }: WireRequest): boolean => method === 'GET' || method === 'HEAD'

const noCors = (): ServiceError =>
  new ServiceError(
    'AccessForbidden',
    403,
    "CORSResponse: This CORS request is not allowed. This is usually because the evaluation of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
  )

const bucketNamed = (
  { store }: Server,
  { target }: WireRequest,
): Promise<BucketRecord | undefined> => {
  const name = decodeURIComponent(/^\/([\w.-]*)/.exec(target)?.[1] ?? '')
  return store.read((view) => view.get(buckets, GLOBAL_SCOPE, name))
}

const answer = async (
  server: Server,
  sent: WireRequest,
  request: WireRequest,
  call: StoreCall,
  gate: S3Gate,
): Promise<WireResponse> => {
  if (isPostForm(request)) return answerForm(server, request, call, gate)
  const { protocol, table, operations, storage } = server
  const target = parseTarget(request.target)
  const route = protocol.route(request, target)
  const operation = route && table.operation(route.operation)
  if (operation === undefined || route === undefined) throw methodNotAllowed()
  const { name } = operation
  const isOldUrl = target.query.some(([member]) => member === 'AWSAccessKeyId')
  const isAnonymous = !isOldUrl && credentialScope(request.headers, target.query) === undefined
  // The old signatures are over a path with the bucket, wherever that was named.
  const asked = isAnonymous ? call : await gate.admit(name, isOldUrl ? request : sent, call)
  const run = Object.hasOwn(operations, name) ? operations[name] : undefined
  if (run === undefined) throw notBuilt(`The operation ${name} of s3`)
  const whole = STREAMED.has(name) ? request : await wholeOf(name, request)
  const decoded = (await protocol.route(whole, target)?.decode(operation)) ?? {}
  const s3Call = { ...asked, request: whole, isAnonymous }
  if (isAnonymous) await admitAnonymous(server, name, decoded, s3Call)
  else await gate.authorize(name, decoded, sent, asked)
  const output = await run(decoded, withChunkSigner(s3Call), storage.parts())
  return isWhole(output) ? output : protocol.encodeOutput(operation, output, call.requestId)
}

const answerForm = async (
  server: Server,
  request: WireRequest,
  call: StoreCall,
  gate: S3Gate,
): Promise<WireResponse> => {
  const posted = await readPostedObject(request)
  const isAnonymous = !isSignedForm(posted)
  const asked = isAnonymous ? call : await gate.admit('PutObject', posted.request, call)
  const s3Call = { ...asked, request: posted.request, isAnonymous }
  if (isAnonymous) await admitAnonymous(server, 'PutObject', posted.input, s3Call)
  else await gate.authorize('PutObject', posted.input, posted.request, asked)
  return postObject(posted, s3Call, server.storage.parts())
}

/** Their bodies go to the disk as they come. */
const STREAMED: ReadonlySet<string> = new Set(['PutObject', 'UploadPart'])

/** Held against its hash here: the signature was over what the header says the hash is. */
const wholeOf = async (name: string, request: WireRequest): Promise<WireRequest> => {
  const body = await bodyOf(request)
  const { headers } = request
  // AWS: the checksum there is of the object that is to be.
  const isOfObject = name === 'CompleteMultipartUpload'
  const algorithm = isOfObject ? undefined : promisedAlgorithm(headers)
  const checks = startChecks(headers, signedHashOf(headers), algorithm)
  checks.update(body)
  checks.finish(new Map())
  return { ...request, body }
}

const bodyOf = async ({ bodyToCome, body }: WireRequest): Promise<Uint8Array> => {
  try {
    return (await bodyToCome?.read(BODY_BYTES_MAX)) ?? body
  } catch (error) {
    if (error instanceof BodyTooLarge) throw entityTooLarge(BODY_BYTES_MAX)
    throw error
  }
}

const admitAnonymous = async (
  server: Server,
  name: string,
  input: Input,
  call: S3Call,
): Promise<void> => {
  const bucket = await bucketNamed(server, call.request)
  const key = typeof input['Key'] === 'string' ? input['Key'] : undefined
  if (bucket === undefined || !server.access.isAllowed(bucket, publicActionOf(name), key, call))
    throw accessDenied()
}

/** Chunks are verified where the caller was. */
const withChunkSigner = (call: S3Call): S3Call => {
  const { request, caller } = call
  const declared = headerOf(request.headers, 'x-amz-content-sha256') ?? ''
  if (!declared.startsWith('STREAMING-AWS4-HMAC') || !caller?.secretAccessKey) return call
  return { ...call, chunkSigner: chunkSignerOf(request, caller.secretAccessKey) }
}

const methodNotAllowed = (): ServiceError =>
  new ServiceError(
    'MethodNotAllowed',
    405,
    'The specified method is not allowed against this resource.',
  )

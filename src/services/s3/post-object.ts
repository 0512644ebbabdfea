// An upload by a form of a page: `POST /bucket` with the object's key, its headers, a signed policy and the file.
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
import { headerOf, parseTarget, type WireRequest, type WireResponse } from '#wire/message.ts'
import { escapeXml } from '#wire/xml-value.ts'
import { invalidArgument, notBuilt } from './errors.ts'
import { boundaryOf, type Form, readForm } from './form-data.ts'
import type { Input, S3Call, S3Parts } from './parts.ts'
import { checkPostPolicy } from './post-policy.ts'
import { putObject } from './put-object.ts'

/** What the form asks for, as if PutObject were asked. */
export interface PostedObject {
  readonly input: Input
  readonly request: WireRequest
  readonly form: Form
  readonly bucket: string
  readonly key: string
}

/** Whether this is such a form. Its path names the bucket alone. */
export const isPostForm = ({ method, target, headers }: WireRequest): boolean =>
  method === 'POST' &&
  /^\/[^/?]+\/?$/.test(target) &&
  boundaryOf(headerOf(headers, 'content-type') ?? '') !== undefined

export const readPostedObject = async (request: WireRequest): Promise<PostedObject> => {
  const boundary = boundaryOf(headerOf(request.headers, 'content-type') ?? '') ?? ''
  const source = request.bodyToCome?.stream() ?? once(request.body)
  const form = await readForm(source, boundary)
  const { fields, fileName } = form
  const bucket = decodeURIComponent(parseTarget(request.target).path.replaceAll('/', ''))
  for (const [name, value] of fields)
    if ((OF_OBJECTS.test(name) || name.startsWith('x-amz-meta-')) && !HEADER_VALUE.test(value))
      throw invalidArgument('Header value cannot be represented', name)
  const named = fields.get('key')
  if (named === undefined || named === '')
    throw invalidArgument("Bucket POST must contain a field named 'key'.", 'key')
  const key = named.replaceAll('${filename}', baseName(fileName))
  if (fields.has('tagging')) throw notBuilt('The field tagging of an upload form')
  const input: Input = {
    Bucket: bucket,
    Key: key,
    ACL: fields.get('acl'),
    ServerSideEncryption: fields.get('x-amz-server-side-encryption'),
    SSECustomerAlgorithm: fields.get('x-amz-server-side-encryption-customer-algorithm'),
    Metadata: Object.fromEntries(
      [...fields].flatMap(([name, value]) =>
        name.startsWith('x-amz-meta-') ? [[name.slice('x-amz-meta-'.length), value]] : [],
      ),
    ),
  }
  return { input, request: asPut(request, form, bucket, key), form, bucket, key }
}

async function* once(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body
}

/** AWS: browsers that send a path are known by its last part. */
const baseName = (fileName: string): string => fileName.split(/[/\\]/).at(-1) ?? ''

/** What is given with the object again. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

const OF_OBJECTS =
  /^(?:cache-control|content-(?:disposition|encoding|language|type|md5)|expires|x-amz-(?:storage-class|website-redirect-location|checksum-\w+|sdk-checksum-algorithm))$/

const asPut = (request: WireRequest, form: Form, bucket: string, key: string): WireRequest => {
  const headers = [...form.fields].filter(([name]) => OF_OBJECTS.test(name)).flat()
  return {
    ...request,
    method: 'PUT',
    target: `/${bucket}/${encodeURIComponent(key.toWellFormed())}`,
    headers,
    body: new Uint8Array(),
    bodyToCome: {
      declaredBytes: undefined,
      read: () => Promise.reject(new Error('a file of a form is streamed')),
      stream: () => form.file,
    },
    signedForm: form.fields,
  }
}

/** AWS: the policy is what was signed. A form without one is everybody's, and the bucket's policy decides. */
export const isSignedForm = ({ form: { fields } }: PostedObject): boolean =>
  fields.has('x-amz-signature') || fields.has('signature') || fields.has('awsaccesskeyid')

export const postObject = async (
  posted: PostedObject,
  call: S3Call,
  parts: S3Parts,
): Promise<WireResponse> => {
  const { form, input, bucket, key } = posted
  const { fields } = form
  const policy = fields.get('policy')
  if (policy === undefined && !call.isAnonymous)
    throw invalidArgument("Bucket POST must contain a field named 'policy'.", 'policy')
  const all = new Map([...fields, ['bucket', bucket], ['key', key]])
  const bodyRange =
    policy === undefined ? { min: 0, max: Infinity } : checkPostPolicy(policy, all, call.nowMs)
  const { ETag } = await putObject(input, { ...call, bodyRange }, parts)
  return answerOf(fields, { bucket, key, etag: String(ETag) }, call)
}

interface Put {
  readonly bucket: string
  readonly key: string
  readonly etag: string
}

const answerOf = (
  fields: ReadonlyMap<string, string>,
  { bucket, key, etag }: Put,
  { requestId, request }: S3Call,
): WireResponse => {
  const location = `http://${request.host}/${bucket}/${encodeURIComponent(key.toWellFormed())}`
  const headers = ['ETag', etag, 'x-amz-request-id', requestId]
  const redirect = fields.get('success_action_redirect') ?? fields.get('redirect')
  const leadsTo = redirect === undefined ? null : URL.parse(redirect)
  if (leadsTo !== null && /^https?:$/.test(leadsTo.protocol)) {
    for (const [name, value] of Object.entries({ bucket, key, etag }))
      leadsTo.searchParams.set(name, value)
    return { statusCode: 303, headers: ['Location', leadsTo.href, ...headers] }
  }
  const status = Number(fields.get('success_action_status'))
  if (status !== 201)
    return { statusCode: status === 200 ? 200 : 204, headers: ['Location', location, ...headers] }
  const members = { Location: location, Bucket: bucket, Key: key, ETag: etag }
  const xml = Object.entries(members).map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`)
  return {
    statusCode: 201,
    headers: ['Location', location, 'Content-Type', 'application/xml', ...headers],
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>${xml.join('')}</PostResponse>`,
  }
}

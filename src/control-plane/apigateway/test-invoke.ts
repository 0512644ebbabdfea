// Tests of a draft. https://docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeMethod.html and
// https://docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeAuthorizer.html
import type {
  TestInvokeAuthorizerRequest,
  TestInvokeMethodRequest,
} from '@aws-sdk/client-api-gateway'
import { HTTP_METHODS } from '#model/http-methods.ts'
import type { AuthorizerTest, DraftTests, MethodTest } from '#model/draft-tests.ts'
import { freezeRest } from '#snapshot/freeze.ts'
import { authorizers, clientCertificates } from '#store/collections.ts'
import { type Operation, type ReadCall, reads, type StoreCall } from '#store/transactional.ts'
import { badRequest, notFound, notImplemented } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined, entryOf } from '../defined.ts'
import { methodOf, resourceOf, restApiOf } from './lookups.ts'

export interface TestInvokeMethodAnswer {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>
  readonly log: string
  readonly latency: number
}

/** The draft is read in a transaction, which has ended before a backend is asked: it may call this API in its turn. */
export const testInvokeMethod: Operation<
  Shape<TestInvokeMethodRequest>,
  TestInvokeMethodAnswer
> = async (input, call) => {
  const test = await reads(methodTestOf)(input, call)
  const { status, headers, body, latencyMs, log } = await testsOf(call).method(test)
  const multiValueHeaders = gathered(headers)
  return {
    status,
    body,
    headers: Object.fromEntries(
      Object.entries(multiValueHeaders).map(([name, values]) => [name, values.at(-1) ?? '']),
    ),
    multiValueHeaders,
    log,
    latency: latencyMs,
  }
}

export interface TestInvokeAuthorizerAnswer {
  readonly clientStatus: number
  readonly log: string
  readonly latency: number
  readonly principalId?: string
  readonly policy?: string
  readonly claims?: Readonly<Record<string, string>>
}

export const testInvokeAuthorizer: Operation<
  Shape<TestInvokeAuthorizerRequest>,
  TestInvokeAuthorizerAnswer
> = async (input, call) => {
  const test = await reads(authorizerTestOf)(input, call)
  const { latencyMs, ...result } = await testsOf(call).authorizer(test)
  return { ...result, latency: latencyMs }
}

const testsOf = ({ tests }: StoreCall): DraftTests => {
  if (tests !== undefined) return tests
  throw notImplemented('A test needs a gateway that runs: there is none beside this call.')
}

const authorizerTestOf = async (
  input: Shape<TestInvokeAuthorizerRequest>,
  call: ReadCall,
): Promise<AuthorizerTest> => {
  const apiId = required(input.restApiId, 'testInvokeAuthorizerInput.restApiId')
  const authorizerId = required(input.authorizerId, 'testInvokeAuthorizerInput.authorizerId')
  await restApiOf(call, apiId)
  if ((await call.view.get(authorizers, call, `${apiId}/${authorizerId}`)) === undefined) {
    throw notFound('Invalid Authorizer identifier specified')
  }
  if (Object.keys(input.additionalContext ?? {}).length > 0) {
    throw notImplemented('TestInvokeAuthorizer does not take an additionalContext here.')
  }
  return { ...(await sentTo(input, call, apiId)), authorizerId }
}

/** What both tests have: the draft, and the request to it. */
const sentTo = async (
  input: Sent,
  call: ReadCall,
  apiId: string,
): Promise<Omit<AuthorizerTest, 'authorizerId'>> =>
  defined({
    document: await freezeRest(call.view, call, apiId, TEST_DEPLOYMENT),
    pathWithQueryString: input.pathWithQueryString
      ? wirePath(input.pathWithQueryString)
      : undefined,
    headers: flatHeaders(input),
    body: input.body ?? '',
    stageVariables: input.stageVariables ?? {},
  })

type Sent = Pick<
  Shape<TestInvokeMethodRequest>,
  'pathWithQueryString' | 'headers' | 'multiValueHeaders' | 'body' | 'stageVariables'
>

const methodTestOf = async (
  input: Shape<TestInvokeMethodRequest>,
  call: ReadCall,
): Promise<MethodTest> => {
  const apiId = required(input.restApiId, 'testInvokeMethodInput.restApiId')
  const resourceId = required(input.resourceId, 'testInvokeMethodInput.resourceId')
  const verb = required(input.httpMethod, 'testInvokeMethodInput.httpMethod')
  // AWS: an unknown API is an unknown resource. [F194]
  const resource = await resourceOf(call, apiId, resourceId)
  const isExact = entryOf(resource.resourceMethods, verb) !== undefined
  const { httpMethod } = methodOf(resource, isExact || !VERBS.has(verb) ? verb : 'ANY')
  const { clientCertificateId } = input
  if (clientCertificateId) await checkCertificate(call, clientCertificateId)
  return defined({
    ...(await sentTo(input, call, apiId)),
    resourceId,
    httpMethod,
    // A test of ANY by that name has to come with some verb.
    verb: verb === 'ANY' ? 'GET' : verb,
    clientCertificateId: clientCertificateId || undefined,
  })
}

/** Stands where a deployment's id would: a draft has none. */
const TEST_DEPLOYMENT = 'test-invoke-deployment'

const VERBS: ReadonlySet<string> = new Set(HTTP_METHODS)

const checkCertificate = async (call: ReadCall, id: string): Promise<void> => {
  const certificate = await call.view.get(clientCertificates, call, id)
  if (certificate === undefined) throw notFound('Invalid Client Certificate identifier specified')
}

/** What no client could send is percent-encoded, as a client would. */
const wirePath = (text: string): string =>
  text.replace(/[^\x21-\x7e]+/g, (odd) => encodeURIComponent(odd.toWellFormed()))

/** Both maps as one list; a value that stands in both stands once. */
const flatHeaders = (input: Sent): readonly string[] => {
  const flat: string[] = []
  const lists = new Map<string, readonly string[]>()
  for (const [name, values] of Object.entries(input.multiValueHeaders ?? {})) {
    lists.set(name.toLowerCase(), values)
    for (const value of values) flat.push(headerName(name), headerValue(name, value))
  }
  for (const [name, value] of Object.entries(input.headers ?? {})) {
    if (lists.get(name.toLowerCase())?.includes(value)) continue
    flat.push(headerName(name), headerValue(name, value))
  }
  return flat
}

const headerName = (name: string): string => {
  if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(name)) return name
  throw badRequest(`Invalid header name specified: ${name.slice(0, 100)}`)
}

/** A line break in a value would be a header of its own to a backend. */
const headerValue = (name: string, value: string): string => {
  if (/^[\t\x20-\x7e\x80-\u{10ffff}]*$/u.test(value)) {
    return Buffer.from(value, 'utf8').toString('latin1')
  }
  throw badRequest(`Invalid value specified for the header ${name}`)
}

const gathered = (headers: readonly string[]): Record<string, string[]> => {
  const names = new Map<string, string>()
  const byName: Record<string, string[]> = Object.create(null)
  for (let at = 0; at < headers.length; at += 2) {
    const lower = (headers[at] ?? '').toLowerCase()
    const name = names.get(lower) ?? headers[at] ?? ''
    names.set(lower, name)
    const values = (byName[name] ??= [])
    values.push(headers[at + 1] ?? '')
  }
  return byName
}

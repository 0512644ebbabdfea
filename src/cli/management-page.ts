// A page of a running gateway, as its commands read it: where it answers, signed where there are credentials.
import { once } from 'node:events'
import { type IncomingMessage, request as openRequest } from 'node:http'
import { request as openTlsRequest } from 'node:https'
import { signRequest } from '#languages/sigv4/sign.ts'
import { isObject } from '#shared/json.ts'
import { systemClock } from '#shared/clock.ts'

/** What a person can mend: no gateway there, or one that refuses. */
export class PageError extends Error {
  override readonly name = 'PageError'
}

export interface PageOptions {
  /** `http://127.0.0.1:4566` */
  readonly endpointUrl?: string
  readonly region?: string
}

export const ENDPOINT_DEFAULT = 'http://127.0.0.1:4566'
const PAGE_BYTES_MAX = 256 * 1024 * 1024

/** The page's JSON. Throws `PageError`. */
export const readPage = async (
  target: string,
  options: PageOptions,
): Promise<Record<string, unknown>> => {
  const answer = await openPage(target, options)
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > PAGE_BYTES_MAX) throw new PageError('the gateway answered more than can be read')
  }
  const page = objectOf(Buffer.concat(chunks).toString('utf8'))
  if (answer.statusCode === 200) return page
  throw new PageError(
    String(page.message ?? page.Message ?? `the gateway said ${answer.statusCode}`),
  )
}

/** The answer, its body unread. Throws `PageError` where there is none. */
export const openPage = async (target: string, options: PageOptions): Promise<IncomingMessage> => {
  const endpoint = options.endpointUrl ?? process.env.AWS_ENDPOINT_URL ?? ENDPOINT_DEFAULT
  if (!URL.canParse(endpoint) || !/^https?:/.test(endpoint)) {
    throw new PageError(`--endpoint-url takes an http or https URL, and got '${endpoint}'`)
  }
  const url = new URL(target, endpoint)
  const open = url.protocol === 'https:' ? openTlsRequest : openRequest
  const headers = signed(url, options)
  const call = open(url, { headers })
  call.end()
  try {
    const [answer]: [IncomingMessage] = (await once(call, 'response')) as [IncomingMessage] // Node's own.
    return answer
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new PageError(
      `no gateway answers at ${url.origin} (${reason}): start one, or say where with --endpoint-url`,
    )
  }
}

/** Signed as a call of API Gateway where there are credentials: `daemun serve` asks for them. */
const signed = (url: URL, { region }: PageOptions): Record<string, string> => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION } = process.env
  if (AWS_ACCESS_KEY_ID === undefined || AWS_SECRET_ACCESS_KEY === undefined) return {}
  const flat = signRequest(
    { method: 'GET', target: url.pathname + url.search, headers: ['Host', url.host] },
    {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN !== undefined && { sessionToken: AWS_SESSION_TOKEN }),
    },
    {
      region: region ?? AWS_REGION ?? 'us-east-1',
      service: 'apigateway',
      nowMs: systemClock.nowMs(),
    },
  )
  const headers: Record<string, string> = {}
  for (let at = 0; at < flat.length; at += 2) headers[flat[at] ?? ''] = flat[at + 1] ?? ''
  return headers
}

export const objectOf = (text: string): Record<string, unknown> => {
  try {
    const page: unknown = JSON.parse(text)
    if (isObject(page)) return page
  } catch {
    // What is no JSON is no page of a gateway, whatever it is.
  }
  throw new PageError('what answers there is no daemun gateway')
}

// A call of a running gateway's user pools, as the commands make it: signed where there are credentials.
import { signRequest } from '#languages/sigv4/sign.ts'
import { systemClock } from '#shared/clock.ts'
import { ENDPOINT_DEFAULT, objectOf, PageError, type PageOptions } from './management-page.ts'

const TIMEOUT_MS = 30_000

/** An operation of AWS, by its name. Throws `PageError`. */
export const callUserPools = (
  operation: string,
  input: Readonly<Record<string, unknown>>,
  options: PageOptions,
): Promise<Record<string, unknown>> =>
  post('/', input, options, ['X-Amz-Target', `AWSCognitoIdentityProviderService.${operation}`])

/** A page of ours. Throws `PageError`. */
export const post = async (
  target: string,
  input: Readonly<Record<string, unknown>>,
  options: PageOptions,
  further: readonly string[] = [],
): Promise<Record<string, unknown>> => {
  const endpoint = options.endpointUrl ?? process.env['AWS_ENDPOINT_URL'] ?? ENDPOINT_DEFAULT
  if (!URL.canParse(endpoint)) throw new PageError(`--endpoint-url takes a URL, not '${endpoint}'`)
  const url = new URL(target, endpoint)
  const { AWS_ACCESS_KEY_ID = 'test', AWS_SECRET_ACCESS_KEY = 'test' } = process.env
  const { AWS_SESSION_TOKEN } = process.env
  const body = Buffer.from(JSON.stringify(input))
  const headers = ['Host', url.host, 'Content-Type', 'application/x-amz-json-1.1', ...further]
  const signed = signRequest(
    { method: 'POST', target: url.pathname + url.search, headers, body },
    {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN !== undefined && { sessionToken: AWS_SESSION_TOKEN }),
    },
    { region: options.region ?? 'us-east-1', service: 'cognito-idp', nowMs: systemClock.nowMs() },
  )
  const pairs: [string, string][] = []
  for (let at = 0; at < signed.length; at += 2)
    if (signed[at] !== 'Host') pairs.push([signed[at] ?? '', signed[at + 1] ?? ''])
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const answer = await fetch(url, { method: 'POST', headers: pairs, body, signal }).catch(() => {
    throw new PageError(
      `no gateway answers at ${url.origin}: start one, or say where with --endpoint-url`,
    )
  })
  const page = objectOf((await answer.text()) || '{}')
  if (answer.ok) return page
  throw new PageError(String(page['message'] ?? `the gateway said ${answer.status}`))
}

/** Pools are known by their ids, and by names that only one of them has. */
export const poolIdOf = async (given: string, options: PageOptions): Promise<string> => {
  if (/^[a-z]{2}(?:-[a-z]+)+-\d+_\w+$/.test(given)) return given
  const { UserPools } = await callUserPools('ListUserPools', { MaxResults: 60 }, options)
  const pools = (Array.isArray(UserPools) ? UserPools : []) as readonly {
    Id: string
    Name: string
  }[] // AWS's shape.
  const found = pools.filter(({ Name }) => Name === given)
  const [only] = found
  if (found.length === 1 && only !== undefined) return only.Id
  const names = pools.map(({ Id, Name }) => `${Name} (${Id})`).join(', ') || 'none'
  throw new PageError(
    `${found.length === 0 ? 'no pool' : 'more than one pool'} is called ${given}; there are: ${names}`,
  )
}

/** The region of a pool is where it is called. */
export const atPool = (poolId: string, options: PageOptions): PageOptions => ({
  ...options,
  region: poolId.slice(0, poolId.indexOf('_')),
})

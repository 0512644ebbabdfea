// Who signs requests: signatures verified with the keys of the directory, and what the signers' own policies say.
// One for a process: the keys that signatures are computed with and the compiled policies are kept between requests.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
import { type CallerPolicies, createCallerPolicies } from '#languages/iam-policy/caller-policies.ts'
import { pathRulesOf, type SignableRequest } from '#languages/sigv4/message.ts'
import type { ReadSignature } from '#languages/sigv4/read-signature.ts'
import type { Refusal } from '#languages/sigv4/refusals.ts'
import { createSigningKeys } from '#languages/sigv4/signing-key.ts'
import {
  type SignatureCheckOptions,
  type Verified,
  verifySignature,
} from '#languages/sigv4/verify.ts'
import type { Signer } from '#model/caller.ts'
import type { FindEntry } from '#model/documents.ts'
import type { ResolveCredentials } from '#model/ports.ts'

export interface Signers extends CallerPolicies {
  verify(
    signature: ReadSignature,
    request: SignableRequest,
    moment: {
      readonly nowMs: number
      readonly region: string
      readonly find: FindEntry
      readonly service?: SignedService
    },
  ): { readonly kind: 'verified'; readonly signer: Signer } | Refusal
}

/** What signatures are for: the methods of APIs, or the URLs of functions. */
export type SignedService = 'execute-api' | 'lambda'

const SIGNING_KEYS_MAX = 1_000
const PATH_RULES = { 'execute-api': pathRulesOf('execute-api'), lambda: pathRulesOf('lambda') }

export const createSigners = (resolve: ResolveCredentials): Signers => {
  const keys = createSigningKeys(SIGNING_KEYS_MAX)
  return {
    ...createCallerPolicies(),
    verify: (signature, request, { nowMs, region, find, service = 'execute-api' }) => {
      const options: SignatureCheckOptions<Signer> = {
        service,
        region,
        nowMs,
        keys,
        path: PATH_RULES[service],
        findCredentials: (accessKeyId, sessionToken) => {
          const found = resolve({ accessKeyId, sessionToken }, find, nowMs)
          if (typeof found === 'string') return found
          return sessionToken === undefined ? found : { ...found, sessionToken }
        },
      }
      const outcome = verifyAnyPort(signature, request, options)
      return outcome.kind === 'refused'
        ? outcome
        : { kind: 'verified', signer: outcome.credentials }
    },
  }
}

/**
 * AWS answers on one port, so the clients that it generates (GetSdk, aws-api-gateway-client) sign the host without its
 * port; no port decides anything here.
 */
const verifyAnyPort = (
  signature: ReadSignature,
  request: SignableRequest,
  options: SignatureCheckOptions<Signer>,
): Verified<Signer> | Refusal => {
  const outcome = verifySignature(signature, request, options)
  if (outcome.kind !== 'refused' || outcome.errorType !== 'InvalidSignatureException')
    return outcome
  const at = request.headers.findIndex((text, index) => index % 2 === 0 && /^host$/i.test(text)) + 1
  const host = request.headers[at] ?? ''
  const name = host.replace(/:\d+$/, '')
  if (at === 0 || name === host) return outcome
  const portless = { ...request, headers: request.headers.with(at, name) }
  const second = verifySignature(signature, portless, options)
  return second.kind === 'verified' ? second : outcome
}

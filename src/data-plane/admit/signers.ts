// Who signs requests: signatures verified with the keys of the directory, and what the signers' own policies say.
// One for a process: the keys that signatures are computed with and the compiled policies are kept between requests.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
import { combineWithin } from '#languages/iam-policy/combine.ts'
import { type CompiledPolicy, compilePolicy } from '#languages/iam-policy/compile-policy.ts'
import { evaluatePolicies } from '#languages/iam-policy/evaluate.ts'
import {
  type AccessRequest,
  type Evaluation,
  MalformedPolicy,
} from '#languages/iam-policy/policy.ts'
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
import type { PrincipalEntry } from '#model/identity.ts'
import type { ResolveCredentials } from '#model/ports.ts'

export interface Signers {
  verify(
    signature: ReadSignature,
    request: SignableRequest,
    moment: { readonly nowMs: number; readonly region: string; readonly find: FindEntry },
  ): { readonly kind: 'verified'; readonly signer: Signer } | Refusal
  /** What the signer's own side says: policies within the boundary, within the session's policies. */
  evaluate(signer: Signer, access: AccessRequest): Evaluation
  /** The boundary and the session's policies alone: what they do not allow, a resource policy cannot give a role. */
  limits(signer: Signer, access: AccessRequest): Evaluation
}

const SIGNING_KEYS_MAX = 1_000
/** Session policies come with their tokens: the last ones that were seen are kept compiled. */
const SESSION_POLICIES_MAX = 256

export const createSigners = (resolve: ResolveCredentials): Signers => {
  const keys = createSigningKeys(SIGNING_KEYS_MAX)
  const path = pathRulesOf('execute-api')
  const principals = new WeakMap<PrincipalEntry, PrincipalPolicies>()
  const sessionPolicies = new Map<string, Policies>()

  const policiesOf = (entry: PrincipalEntry): PrincipalPolicies => {
    const known = principals.get(entry)
    if (known !== undefined) return known
    const compiled = compilePrincipal(entry)
    principals.set(entry, compiled)
    return compiled
  }
  const sessionPolicyOf = (text: string): Policies => {
    const known = sessionPolicies.get(text)
    if (known !== undefined) return known
    const compiled = compileAll([text], 'session policy')
    sessionPolicies.set(text, compiled)
    const oldest = sessionPolicies.keys().next().value
    if (sessionPolicies.size > SESSION_POLICIES_MAX && oldest !== undefined) {
      sessionPolicies.delete(oldest)
    }
    return compiled
  }
  const limitsOf = (signer: Signer, access: AccessRequest): Evaluation => {
    const { principal } = signer
    const boundary = principal === undefined ? 'none' : policiesOf(principal).boundary
    let evaluation = boundary === 'none' ? ALLOWED : evaluateAll(boundary, access)
    for (const text of signer.sessionPolicies) {
      evaluation = combineWithin(evaluation, evaluateAll(sessionPolicyOf(text), access))
    }
    return evaluation
  }
  return {
    verify: (signature, request, { nowMs, region, find }) => {
      const options: SignatureCheckOptions<Signer> = {
        service: 'execute-api',
        region,
        nowMs,
        keys,
        path,
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
    evaluate: (signer, access) => {
      const { principal } = signer
      // A principal that was deleted has no policies left: nothing allows it anything.
      if (principal === undefined) return SILENT
      return combineWithin(evaluateOwn(policiesOf(principal), access), limitsOf(signer, access))
    },
    limits: limitsOf,
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

/** Undefined where one of them cannot be read: then none counts. */
type Policies = readonly CompiledPolicy[] | undefined

interface PrincipalPolicies {
  readonly isRoot: boolean
  readonly own: Policies
  readonly boundary: Policies | 'none'
}

const SILENT: Evaluation = { decision: 'implicit-deny' }
const ALLOWED: Evaluation = { decision: 'allow' }
/** A policy that cannot be read might have denied: it denies. */
const UNREADABLE: Evaluation = {
  decision: 'deny',
  statement: { policy: 'a policy that cannot be read', index: 0, effect: 'Deny' },
}

const compilePrincipal = (entry: PrincipalEntry): PrincipalPolicies => ({
  isRoot: entry.type === 'root',
  own: compileAll(entry.policies, `identity policy of ${entry.name}`),
  boundary:
    entry.permissionsBoundary === undefined
      ? 'none'
      : compileAll([entry.permissionsBoundary], `permissions boundary of ${entry.name}`),
})

const compileAll = (texts: readonly string[], name: string): Policies => {
  try {
    return texts.map((text) => compilePolicy(text, { name }))
  } catch (error) {
    if (error instanceof MalformedPolicy) return undefined
    throw error
  }
}

const evaluateAll = (policies: Policies, access: AccessRequest): Evaluation =>
  policies === undefined ? UNREADABLE : evaluatePolicies(policies, access)

/** AWS: an account's root may do everything in it, and no policy of its own says so. */
const evaluateOwn = ({ isRoot, own }: PrincipalPolicies, access: AccessRequest): Evaluation => {
  const evaluation = evaluateAll(own, access)
  return isRoot && evaluation.decision !== 'deny' ? ALLOWED : evaluation
}

// What somebody may who has not signed: what the bucket's policy gives everybody.
import { compilePolicy, type CompiledPolicy } from '#languages/iam-policy/compile-policy.ts'
import { evaluatePolicies } from '#languages/iam-policy/evaluate.ts'
import { contextOf } from '#languages/iam-policy/policy.ts'
import { requestContext } from '#wire/request-context.ts'
import type { BucketRecord } from './buckets.ts'
import type { S3Call } from './parts.ts'
import { restrictsPublic } from './public-access-block.ts'

/** Compiled policies, by the records that hold them. */
export interface PublicAccess {
  isAllowed(
    bucket: BucketRecord,
    action: string,
    key: string | undefined,
    call: Pick<S3Call, 'request' | 'nowMs' | 'region'>,
  ): boolean
}

const POLICIES_MAX = 200

export const createPublicAccess = (): PublicAccess => {
  const compiled = new Map<string, CompiledPolicy>()
  const policyOf = (text: string): CompiledPolicy => {
    const known = compiled.get(text)
    if (known !== undefined) return known
    if (compiled.size >= POLICIES_MAX) compiled.clear()
    const policy = compilePolicy(JSON.parse(text), { kind: 'resource', name: 'bucket policy' })
    compiled.set(text, policy)
    return policy
  }
  return {
    isAllowed: (bucket, action, key, call) => {
      const { name, policy } = bucket
      if (policy === undefined || restrictsPublic(bucket)) return false
      const resource = `arn:aws:s3:::${name}${key === undefined ? '' : `/${key}`}`
      const context = contextOf(requestContext(call.request, call))
      const { decision } = evaluatePolicies([policyOf(policy)], { action, resource, context })
      return decision === 'allow'
    },
  }
}

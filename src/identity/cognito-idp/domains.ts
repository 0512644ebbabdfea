// Domains of pools: where the OAuth endpoints and the hosted pages answer.
// https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain.html
import type {
  CreateUserPoolDomainRequest,
  DeleteUserPoolDomainRequest,
  DescribeUserPoolDomainRequest,
} from '@aws-sdk/client-cognito-identity-provider'
import type { UserPool, UserPoolDomain } from '#model/user-pool.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { DOMAINS_SCOPE, poolDomains } from './collections.ts'
import { invalidParameter, resourceNotFound } from './errors.ts'
import { poolOf } from './lookups.ts'
import { domainOf } from './pools.ts'

const PREFIX = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const FULL = /^[a-z0-9](?:[a-z0-9.-]{0,253}[a-z0-9])?$/

export const createUserPoolDomain = async (
  input: Shape<CreateUserPoolDomainRequest>,
  call: WriteCall,
) => {
  const pool = await poolOf(call, input.UserPoolId)
  const Domain = input.Domain ?? ''
  const isOwn = input.CustomDomainConfig !== undefined
  // AWS: nobody's domain may look like AWS's own. [guide: cognito-user-pools-assign-domain-prefix]
  if (!(isOwn ? FULL : PREFIX).test(Domain) || (!isOwn && /aws|amazon|cognito/.test(Domain)))
    throw invalidParameter('Domain contains invalid characters or a reserved word.')
  if ((await call.view.get(poolDomains, DOMAINS_SCOPE, Domain)) !== undefined)
    throw invalidParameter('Domain already associated with another user pool.')
  if ((await domainOf(call, pool.Id)) !== undefined)
    throw invalidParameter('User pool already has a domain configured.')
  await save(call, pool, Domain, input)
  return isOwn ? { CloudFrontDomain: `${Domain}` } : {}
}

const save = (
  call: WriteCall,
  pool: UserPool,
  Domain: string,
  { CustomDomainConfig, ManagedLoginVersion }: Shape<CreateUserPoolDomainRequest>,
): Promise<void> => {
  const domain: UserPoolDomain = {
    Domain,
    UserPoolId: pool.Id,
    AWSAccountId: call.accountId,
    region: call.region,
    ...(CustomDomainConfig && {
      CustomDomainConfig: { CertificateArn: CustomDomainConfig.CertificateArn ?? '' },
    }),
    ...(ManagedLoginVersion !== undefined && { ManagedLoginVersion }),
  }
  return call.tx.put(poolDomains, DOMAINS_SCOPE, Domain, domain)
}

/** AWS answers nothing, rather than an error, for a domain that nobody has. */
export const describeUserPoolDomain = async (
  input: Shape<DescribeUserPoolDomainRequest>,
  call: ReadCall,
) => {
  const domain = await call.view.get(poolDomains, DOMAINS_SCOPE, input.Domain ?? '')
  if (domain === undefined || domain.AWSAccountId !== call.accountId)
    return { DomainDescription: {} }
  const { region: _, ...shown } = domain
  const CloudFrontDistribution = domain.CustomDomainConfig ? domain.Domain : undefined
  return { DomainDescription: { ...shown, Status: 'ACTIVE', CloudFrontDistribution } }
}

const ownDomain = async (
  call: ReadCall,
  input: { readonly Domain: string | undefined; readonly UserPoolId: string | undefined },
) => {
  const pool = await poolOf(call, input.UserPoolId)
  const domain = await call.view.get(poolDomains, DOMAINS_SCOPE, input.Domain ?? '')
  if (domain?.UserPoolId !== pool.Id)
    throw resourceNotFound('Domain does not exist in the user pool.')
  return { pool, domain }
}

export const updateUserPoolDomain = async (
  input: Shape<CreateUserPoolDomainRequest>,
  call: WriteCall,
) => {
  const { pool, domain } = await ownDomain(call, input)
  await save(call, pool, domain.Domain, input)
  return {}
}

export const deleteUserPoolDomain = async (
  input: Shape<DeleteUserPoolDomainRequest>,
  call: WriteCall,
): Promise<Record<string, never>> => {
  const { domain } = await ownDomain(call, input)
  await call.tx.delete(poolDomains, DOMAINS_SCOPE, domain.Domain)
  return {}
}

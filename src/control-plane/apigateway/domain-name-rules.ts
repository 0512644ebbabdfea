// What AWS refuses of a domain name, however it came to be so.
import { parseArn } from '#model/arn.ts'
import type { DomainName } from '#model/domain-name.ts'
import { badRequest } from '#wire/errors.ts'

type Facts = Omit<DomainName, 'domainNameArn' | 'domainNameStatus'>

const DOMAIN_NAME_LENGTH_MAX = 253
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const DOMAIN_NAME = new RegExp(String.raw`^(?:\*\.)?${LABEL}(?:\.${LABEL})+$`)

export const checkDomainName = (facts: Facts): void => {
  const { domainName, endpointConfiguration, mutualTlsAuthentication: mutualTls } = facts
  if (domainName.length > DOMAIN_NAME_LENGTH_MAX || !DOMAIN_NAME.test(domainName)) {
    throw badRequest(`Invalid domain name specified: ${domainName.slice(0, 300)}`)
  }
  const isPrivate = endpointConfiguration.types?.includes('PRIVATE') ?? false
  if (isPrivate && domainName.startsWith('*.')) {
    throw badRequest('Wildcard domain names are not supported for private domain names')
  }
  if (!isPrivate && (facts.policy !== undefined || facts.managementPolicy !== undefined)) {
    throw badRequest('Policies are only supported for private domain names')
  }
  for (const arn of [
    facts.certificateArn,
    facts.regionalCertificateArn,
    facts.ownershipVerificationCertificateArn,
  ]) {
    if (arn !== undefined && !isCertificateArn(arn)) {
      throw badRequest(`Invalid certificate ARN: ${arn}`)
    }
  }
  if (mutualTls?.truststoreUri !== undefined && !isObjectUri(mutualTls.truststoreUri)) {
    throw badRequest(`Invalid truststoreUri: ${mutualTls.truststoreUri}`)
  }
  if (mutualTls?.truststoreVersion !== undefined && mutualTls.truststoreUri === undefined) {
    throw badRequest('A truststoreVersion needs a truststoreUri')
  }
}

/** Of ACM, or of IAM as old configurations have them. */
const isCertificateArn = (text: string): boolean => {
  const arn = parseArn(text)
  return (
    (arn?.service === 'acm' && arn.resource.startsWith('certificate/')) ||
    (arn?.service === 'iam' && arn.resource.startsWith('server-certificate/'))
  )
}

const isObjectUri = (text: string): boolean => /^s3:\/\/[a-z0-9.-]{3,63}\/.{1,1024}$/.test(text)

// DomainName: a name of one's own in front of APIs. https://docs.aws.amazon.com/apigateway/latest/api/API_DomainName.html
import type {
  CreateDomainNameRequest,
  DeleteDomainNameRequest,
  GetDomainNameRequest,
  GetDomainNamesRequest,
  UpdateDomainNameRequest,
} from '@aws-sdk/client-api-gateway'
import type { DomainName } from '#model/domain-name.ts'
import { domainNames } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { constrain, eachOneOf, oneOf, required } from '../constraints.ts'
import { defined, nonEmpty } from '../defined.ts'
import {
  createDomainName as create,
  domainNameOf,
  removeDomainName,
  writeDomainName,
} from '../domain-names.ts'
import { patchDomainName } from './domain-name-patch.ts'
import { checkDomainName } from './domain-name-rules.ts'
import { ENDPOINT_TYPES, endpointConfiguration, IP_ADDRESS_TYPES } from './endpoint.ts'
import { type Page, pageOf } from './pages.ts'
import { parsePolicy } from './rest-apis.ts'
import { checkTags } from './tag-rules.ts'

export const createDomainName = async (
  input: Shape<CreateDomainNameRequest>,
  call: WriteCall,
): Promise<DomainName> => {
  const endpoint = input.endpointConfiguration
  const at = 'createDomainNameInput.endpointConfiguration'
  constrain(
    eachOneOf(endpoint?.types, `${at}.types`, ENDPOINT_TYPES),
    oneOf(endpoint?.ipAddressType, `${at}.ipAddressType`, IP_ADDRESS_TYPES),
  )
  const domainName = required(input.domainName, 'createDomainNameInput.domainName')
  if (input.certificateBody || input.certificatePrivateKey || input.certificateChain) {
    // A private key has no place in a store of settings: certificates are named by their ARNs.
    throw badRequest(
      'Certificates cannot be uploaded with certificateBody here: name one with certificateArn or regionalCertificateArn',
    )
  }
  checkTags(input.tags)
  const mutualTls = input.mutualTlsAuthentication
  const facts = defined({
    domainName,
    endpointConfiguration: endpointConfiguration(endpoint),
    certificateName: input.certificateName,
    certificateArn: input.certificateArn,
    certificateUploadDate:
      input.certificateArn !== undefined || input.certificateName !== undefined
        ? call.nowMs
        : undefined,
    regionalCertificateName: input.regionalCertificateName,
    regionalCertificateArn: input.regionalCertificateArn,
    ownershipVerificationCertificateArn: input.ownershipVerificationCertificateArn,
    // AWS: TLS_1_2 for all domain names. [dg: apigateway-security-policies]
    securityPolicy: input.securityPolicy ?? 'TLS_1_2',
    endpointAccessMode: input.endpointAccessMode,
    mutualTlsAuthentication: mutualTls === undefined ? undefined : nonEmpty(defined(mutualTls)),
    policy: parsePolicy(input.policy),
    routingMode: input.routingMode ?? ('BASE_PATH_MAPPING_ONLY' as const),
    tags: nonEmpty(input.tags),
  })
  checkDomainName(facts)
  return create(call, facts)
}

export const getDomainName = (
  input: Shape<GetDomainNameRequest>,
  call: ReadCall,
): Promise<DomainName> =>
  domainNameOf(call, required(input.domainName, 'domainName'), input.domainNameId)

export const getDomainNames = async (
  input: Shape<GetDomainNamesRequest>,
  call: ReadCall,
): Promise<Page<DomainName>> =>
  // Nothing is shared between accounts here.
  input.resourceOwner === 'OTHER_ACCOUNTS' ? { items: [] } : pageOf(call, domainNames, '', input)

export const updateDomainName = async (
  input: Shape<UpdateDomainNameRequest>,
  call: WriteCall,
): Promise<DomainName> => {
  const name = required(input.domainName, 'domainName')
  const before = await domainNameOf(call, name, input.domainNameId)
  const patched = patchDomainName(before, input.patchOperations)
  checkDomainName(patched)
  const { policy, managementPolicy, ...rest } = patched
  const isSame =
    patched.certificateArn === before.certificateArn &&
    patched.certificateName === before.certificateName
  return writeDomainName(
    call,
    defined({
      ...rest,
      certificateUploadDate: isSame ? before.certificateUploadDate : call.nowMs,
      policy: parsePolicy(policy),
      managementPolicy: parsePolicy(managementPolicy),
    }),
  )
}

export const deleteDomainName = async (
  input: Shape<DeleteDomainNameRequest>,
  call: WriteCall,
): Promise<void> => {
  const name = required(input.domainName, 'domainName')
  await removeDomainName(call, await domainNameOf(call, name, input.domainNameId))
}

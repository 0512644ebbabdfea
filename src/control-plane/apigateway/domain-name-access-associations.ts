// DomainNameAccessAssociation: which VPC endpoint may call a private domain name.
// https://docs.aws.amazon.com/apigateway/latest/api/API_DomainNameAccessAssociation.html
import type {
  CreateDomainNameAccessAssociationRequest,
  DeleteDomainNameAccessAssociationRequest,
  GetDomainNameAccessAssociationsRequest,
  RejectDomainNameAccessAssociationRequest,
} from '@aws-sdk/client-api-gateway'
import { parseArn } from '#model/arn.ts'
import type { DomainNameAccessAssociation } from '#model/domain-name.ts'
import { PARTITION } from '#model/scope.ts'
import { domainNameAccessAssociations, domainNames } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, conflict, notFound } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { constrain, oneOf, required } from '../constraints.ts'
import { defined, nonEmpty } from '../defined.ts'
import { type Page, pageOf } from './pages.ts'
import { checkTags } from './tag-rules.ts'

export const createDomainNameAccessAssociation = async (
  input: Shape<CreateDomainNameAccessAssociationRequest>,
  call: WriteCall,
): Promise<DomainNameAccessAssociation> => {
  const at = 'createDomainNameAccessAssociationInput'
  constrain(oneOf(input.accessAssociationSourceType, `${at}.accessAssociationSourceType`, ['VPCE']))
  const sourceType = required(
    input.accessAssociationSourceType,
    `${at}.accessAssociationSourceType`,
  )
  const source = required(input.accessAssociationSource, `${at}.accessAssociationSource`)
  const domainNameArn = required(input.domainNameArn, `${at}.domainNameArn`)
  if (!/^vpce-[0-9a-z]{1,32}$/.test(source)) {
    throw badRequest(`Invalid VPC endpoint specified: ${source}`)
  }
  checkTags(input.tags)
  const key = await privateDomainName(call, domainNameArn)
  const { region, accountId } = call
  const arn = `arn:${PARTITION}:apigateway:${region}:${accountId}:/domainnameaccessassociations/domainname/${key}/vpcesource/${source}`
  if ((await call.view.get(domainNameAccessAssociations, call, arn)) !== undefined) {
    throw conflict('The access association already exists for this domain name')
  }
  const association = defined({
    domainNameAccessAssociationArn: arn,
    domainNameArn,
    accessAssociationSourceType: sourceType,
    accessAssociationSource: source,
    tags: nonEmpty(input.tags),
  })
  await call.tx.put(domainNameAccessAssociations, call, arn, association)
  return association
}

export const getDomainNameAccessAssociations = async (
  input: Shape<GetDomainNameAccessAssociationsRequest>,
  call: ReadCall,
): Promise<Page<DomainNameAccessAssociation>> =>
  // Nothing is shared between accounts here.
  input.resourceOwner === 'OTHER_ACCOUNTS'
    ? { items: [] }
    : pageOf(call, domainNameAccessAssociations, '', input)

export const deleteDomainNameAccessAssociation = async (
  input: Shape<DeleteDomainNameAccessAssociationRequest>,
  call: WriteCall,
): Promise<void> => {
  const at = 'domainNameAccessAssociationArn'
  const association = await associationOf(call, required(input.domainNameAccessAssociationArn, at))
  await remove(call, association)
}

/** What the owner of the domain name does; deleting is what the owner of the VPC endpoint does. */
export const rejectDomainNameAccessAssociation = async (
  input: Shape<RejectDomainNameAccessAssociationRequest>,
  call: WriteCall,
): Promise<void> => {
  const at = 'domainNameAccessAssociationArn'
  const association = await associationOf(call, required(input.domainNameAccessAssociationArn, at))
  if (association.domainNameArn !== required(input.domainNameArn, 'domainNameArn')) {
    throw badRequest('The access association is of another domain name')
  }
  await remove(call, association)
}

const associationOf = async (call: ReadCall, arn: string): Promise<DomainNameAccessAssociation> => {
  const association = await call.view.get(domainNameAccessAssociations, call, arn)
  if (association !== undefined) return association
  throw notFound('Invalid domain name access association identifier specified')
}

const remove = async (call: WriteCall, association: DomainNameAccessAssociation): Promise<void> => {
  const { domainNameAccessAssociationArn: arn } = association
  await call.tx.delete(domainNameAccessAssociations, call, arn)
}

/** The key of the private domain name with this ARN. */
const privateDomainName = async (call: ReadCall, domainNameArn: string): Promise<string> => {
  const arn = parseArn(domainNameArn)
  const key = /^\/domainnames\/(.+)$/.exec(arn?.resource ?? '')?.[1]
  if (arn?.service !== 'apigateway' || key === undefined) {
    throw badRequest('Invalid ARN specified in the request')
  }
  const domainName = await call.view.get(domainNames, call, key)
  if (domainName?.domainNameArn !== domainNameArn) {
    throw notFound('Invalid domain name identifier specified')
  }
  if (domainName.domainNameId !== undefined) return key
  throw badRequest('Access associations are only supported for private domain names')
}

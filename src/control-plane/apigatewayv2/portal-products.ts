// PortalProduct: APIs as a portal offers them, made of pages; and its sharing policy.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/portalproducts.html
import type {
  CreatePortalProductRequest,
  DeletePortalProductRequest,
  DeletePortalProductSharingPolicyRequest,
  GetPortalProductRequest,
  GetPortalProductSharingPolicyRequest,
  ListPortalProductsRequest,
  PutPortalProductSharingPolicyRequest,
  UpdatePortalProductRequest,
} from '@aws-sdk/client-apigatewayv2'
import type { DisplayOrder, PortalProduct } from '#model/apigatewayv2/portal.ts'
import { PARTITION } from '#model/scope.ts'
import { isObject } from '#shared/json.ts'
import { portalProducts, productPages, productRestEndpointPages } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, ServiceError } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { checkTags } from '../apigateway/tag-rules.ts'
import { constrain, oneOf, required } from '../constraints.ts'
import { defined, nonEmpty } from '../defined.ts'
import { newId, notFoundOf, type Page, pageOf } from './lookups.ts'
import { merged, refuseEmpty } from './merge.ts'
import { checkDescription } from './portal-rules.ts'

const NAME_LENGTH_MAX = 255
const POLICY_LENGTH_MAX = 307_200

type ProductAnswer = Omit<PortalProduct, 'sharingPolicy'>

export const createPortalProduct = async (
  input: Uncapitalized<CreatePortalProductRequest>,
  call: WriteCall,
): Promise<ProductAnswer> => {
  checkTags(input.tags)
  const id = await newId(call, portalProducts, 10)
  const { region, accountId } = call
  const product: PortalProduct = defined({
    portalProductId: id,
    portalProductArn: `arn:${PARTITION}:apigateway:${region}:${accountId}:/portalproducts/${id}`,
    displayName: required(input.displayName, 'createPortalProductInput.displayName'),
    description: input.description,
    lastModified: call.nowMs,
    tags: nonEmpty(input.tags),
  })
  return answer(await write(call, product))
}

export const getPortalProduct = async (
  input: Uncapitalized<GetPortalProductRequest>,
  call: ReadCall,
): Promise<ProductAnswer> =>
  answer(await productOf(call, input.portalProductId, input.resourceOwnerAccountId))

export const listPortalProducts = async (
  input: Uncapitalized<ListPortalProductsRequest>,
  call: ReadCall,
): Promise<Page<ProductAnswer>> => {
  constrain(oneOf(input.resourceOwner, 'resourceOwner', ['SELF', 'OTHER_ACCOUNTS']))
  // Nothing is shared between accounts here.
  if (input.resourceOwner === 'OTHER_ACCOUNTS') return { items: [] }
  const page = await pageOf(call, portalProducts, '', input)
  return { ...page, items: page.items.map(answer) }
}

export const updatePortalProduct = async (
  input: Uncapitalized<UpdatePortalProductRequest>,
  call: WriteCall,
): Promise<ProductAnswer> => {
  const before = await productOf(call, input.portalProductId)
  refuseEmpty(input, 'displayName')
  const product = merged<PortalProduct>(before, {
    displayName: input.displayName,
    description: input.description,
    displayOrder: input.displayOrder && parseDisplayOrder(before, input.displayOrder),
    lastModified: call.nowMs,
  })
  return answer(await write(call, product))
}

export const deletePortalProduct = async (
  input: Uncapitalized<DeletePortalProductRequest>,
  call: WriteCall,
): Promise<void> => {
  const { portalProductId } = await productOf(call, input.portalProductId)
  await call.tx.deletePrefix(productPages, call, `${portalProductId}/`)
  await call.tx.deletePrefix(productRestEndpointPages, call, `${portalProductId}/`)
  await call.tx.delete(portalProducts, call, portalProductId)
}

export const putPortalProductSharingPolicy = async (
  input: Uncapitalized<PutPortalProductSharingPolicyRequest>,
  call: WriteCall,
): Promise<Record<never, never>> => {
  const product = await productOf(call, input.portalProductId)
  const at = 'putPortalProductSharingPolicyInput.policyDocument'
  const sharingPolicy = required(input.policyDocument, at)
  checkPolicy(sharingPolicy)
  await write(call, { ...product, sharingPolicy })
  return {}
}

export const getPortalProductSharingPolicy = async (
  input: Uncapitalized<GetPortalProductSharingPolicyRequest>,
  call: ReadCall,
): Promise<{ readonly policyDocument: string; readonly portalProductId: string }> => {
  const { portalProductId, sharingPolicy } = await productOf(call, input.portalProductId)
  if (sharingPolicy === undefined) throw noPolicy(portalProductId)
  return { policyDocument: sharingPolicy, portalProductId }
}

export const deletePortalProductSharingPolicy = async (
  input: Uncapitalized<DeletePortalProductSharingPolicyRequest>,
  call: WriteCall,
): Promise<void> => {
  const { sharingPolicy, ...product } = await productOf(call, input.portalProductId)
  if (sharingPolicy === undefined) throw noPolicy(product.portalProductId)
  await write(call, product)
}

/** The product; with the account that the caller believes to own it, where it is told. */
export const productOf = async (
  call: ReadCall,
  id: string | undefined,
  ownerAccountId?: string,
): Promise<PortalProduct> => {
  if (ownerAccountId !== undefined && ownerAccountId !== call.accountId) {
    const message = `Portal products are not shared between accounts here: ${ownerAccountId} is another one`
    throw new ServiceError('AccessDeniedException', 403, message)
  }
  const product = await call.view.get(portalProducts, call, `${id}`)
  if (product !== undefined) return product
  throw notFoundOf('PortalProduct', `Invalid PortalProduct identifier specified ${id}`)
}

const noPolicy = (portalProductId: string): ServiceError =>
  notFoundOf('SharingPolicy', `Portal product ${portalProductId} has no sharing policy`)

const write = async (call: WriteCall, product: PortalProduct): Promise<PortalProduct> => {
  const { displayName } = product
  if (displayName.length < 1 || displayName.length > NAME_LENGTH_MAX) {
    throw badRequest(`DisplayName must have between 1 and ${NAME_LENGTH_MAX} characters`)
  }
  checkDescription(product.description)
  await call.tx.put(portalProducts, call, product.portalProductId, product)
  return product
}

/** An order is of this product's own pages; it is replaced whole. */
const parseDisplayOrder = (
  { portalProductArn }: PortalProduct,
  input: NonNullable<Uncapitalized<UpdatePortalProductRequest>['displayOrder']>,
): DisplayOrder => {
  const { overviewPageArn, productPageArns, contents } = input
  const sections = contents?.map((section) => ({
    productRestEndpointPageArns: section.productRestEndpointPageArns ?? [],
    sectionName: required(section.sectionName, 'displayOrder.contents.sectionName'),
  }))
  const arns = [
    ...(overviewPageArn === undefined ? [] : [overviewPageArn]),
    ...(productPageArns ?? []),
    ...(sections ?? []).flatMap((section) => section.productRestEndpointPageArns),
  ]
  for (const arn of arns) {
    if (arn.startsWith(`${portalProductArn}/`)) continue
    throw badRequest(`${arn} is no page of portal product ${portalProductArn}`)
  }
  return defined({ overviewPageArn, productPageArns, contents: sections })
}

const checkPolicy = (text: string): void => {
  if (text.length > POLICY_LENGTH_MAX) throw badRequest('The policy document is too long')
  try {
    const policy: unknown = JSON.parse(text)
    if (isObject(policy) && policy['Statement'] !== undefined) return
  } catch {
    // The text is the caller's: that it is no JSON is the answer.
  }
  throw badRequest('Invalid policy document: a JSON object with a Statement is expected')
}

const answer = (product: PortalProduct): ProductAnswer => {
  const { sharingPolicy: _, ...answered } = product
  return answered
}

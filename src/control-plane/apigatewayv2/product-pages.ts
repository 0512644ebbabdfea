// ProductPage: a page of prose in a portal product.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/portalproducts-portalproductid-productpages.html
import type {
  CreateProductPageRequest,
  DeleteProductPageRequest,
  GetProductPageRequest,
  ListProductPagesRequest,
  UpdateProductPageRequest,
} from '@aws-sdk/client-apigatewayv2'
import type { PortalProduct, ProductPage } from '#model/apigatewayv2/portal.ts'
import { productPages } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { newPartId, notFoundOf, type Page, pageOf } from './lookups.ts'
import { productOf } from './portal-products.ts'

const TITLE_LENGTH_MAX = 255
const BODY_LENGTH_MAX = 32_768

interface ProductPageSummary extends Omit<ProductPage, 'displayContent'> {
  readonly pageTitle: string
}

export const createProductPage = async (
  input: Uncapitalized<CreateProductPageRequest>,
  call: WriteCall,
): Promise<ProductPage> => {
  const product = await productOf(call, input.portalProductId)
  const productPageId = await newPartId(call, productPages, product.portalProductId, 10)
  return write(call, product, {
    productPageId,
    productPageArn: `${product.portalProductArn}/productpages/${productPageId}`,
    displayContent: parseContent(
      required(input.displayContent, 'createProductPageInput.displayContent'),
    ),
    lastModified: call.nowMs,
  })
}

export const getProductPage = async (
  input: Uncapitalized<GetProductPageRequest>,
  call: ReadCall,
): Promise<ProductPage> => {
  const product = await productOf(call, input.portalProductId, input.resourceOwnerAccountId)
  return pageOfProduct(call, product, input.productPageId)
}

export const listProductPages = async (
  input: Uncapitalized<ListProductPagesRequest>,
  call: ReadCall,
): Promise<Page<ProductPageSummary>> => {
  const product = await productOf(call, input.portalProductId, input.resourceOwnerAccountId)
  const page = await pageOf(call, productPages, `${product.portalProductId}/`, input)
  return { ...page, items: page.items.map(summary) }
}

export const updateProductPage = async (
  input: Uncapitalized<UpdateProductPageRequest>,
  call: WriteCall,
): Promise<ProductPage> => {
  const product = await productOf(call, input.portalProductId)
  const before = await pageOfProduct(call, product, input.productPageId)
  const { displayContent } = input
  return write(call, product, {
    ...before,
    displayContent:
      displayContent === undefined ? before.displayContent : parseContent(displayContent),
    lastModified: call.nowMs,
  })
}

export const deleteProductPage = async (
  input: Uncapitalized<DeleteProductPageRequest>,
  call: WriteCall,
): Promise<void> => {
  const product = await productOf(call, input.portalProductId)
  const { productPageId } = await pageOfProduct(call, product, input.productPageId)
  await call.tx.delete(productPages, call, `${product.portalProductId}/${productPageId}`)
}

const pageOfProduct = async (
  call: ReadCall,
  { portalProductId }: PortalProduct,
  id: string | undefined,
): Promise<ProductPage> => {
  const page = await call.view.get(productPages, call, `${portalProductId}/${id}`)
  if (page !== undefined) return page
  throw notFoundOf('ProductPage', `Invalid ProductPage identifier specified ${id}`)
}

const write = async (
  call: WriteCall,
  { portalProductId }: PortalProduct,
  page: ProductPage,
): Promise<ProductPage> => {
  await call.tx.put(productPages, call, `${portalProductId}/${page.productPageId}`, page)
  return page
}

const parseContent = (
  input: NonNullable<Uncapitalized<CreateProductPageRequest>['displayContent']>,
): ProductPage['displayContent'] => {
  const body = required(input.body, 'displayContent.body')
  const title = required(input.title, 'displayContent.title')
  if (title.length < 1 || title.length > TITLE_LENGTH_MAX) {
    throw badRequest(`Title must have between 1 and ${TITLE_LENGTH_MAX} characters`)
  }
  if (body.length < 1 || body.length > BODY_LENGTH_MAX) {
    throw badRequest(`Body must have between 1 and ${BODY_LENGTH_MAX} characters`)
  }
  return { body, title }
}

const summary = ({ displayContent, ...page }: ProductPage): ProductPageSummary => ({
  ...page,
  pageTitle: displayContent.title,
})

// ProductRestEndpointPage: the page of one method of a REST API's stage in a portal product.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/portalproducts-portalproductid-productrestendpointpages.html
import type {
  CreateProductRestEndpointPageRequest,
  DeleteProductRestEndpointPageRequest,
  EndpointDisplayContent,
  GetProductRestEndpointPageRequest,
  ListProductRestEndpointPagesRequest,
  UpdateProductRestEndpointPageRequest,
} from '@aws-sdk/client-apigatewayv2'
import type { PortalProduct, ProductRestEndpointPage } from '#model/apigatewayv2/portal.ts'
import { URL_SUFFIX } from '#model/scope.ts'
import { productRestEndpointPages, restApis, stages } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { constrain, oneOf, required } from '../constraints.ts'
import { defined, nonEmpty } from '../defined.ts'
import { newPartId, notFoundOf, type Page, pageOf } from './lookups.ts'
import { productOf } from './portal-products.ts'

type Identifier = ProductRestEndpointPage['restEndpointIdentifier']
type Overrides = ProductRestEndpointPage['overrides']

interface PageAnswer extends Omit<ProductRestEndpointPage, 'overrides'> {
  readonly displayContent: {
    readonly body?: string
    readonly endpoint: string
    readonly operationName?: string
  }
  readonly rawDisplayContent?: string
}

interface PageSummary extends Omit<ProductRestEndpointPage, 'overrides'> {
  readonly endpoint: string
  readonly operationName?: string
}

const TRY_IT_STATES = ['DISABLED', 'ENABLED']

export const createProductRestEndpointPage = async (
  input: Uncapitalized<CreateProductRestEndpointPageRequest>,
  call: WriteCall,
): Promise<PageAnswer> => {
  const at = 'createProductRestEndpointPageInput'
  constrain(oneOf(input.tryItState, `${at}.tryItState`, TRY_IT_STATES))
  const product = await productOf(call, input.portalProductId)
  const id = await newPartId(call, productRestEndpointPages, product.portalProductId, 10)
  const page: ProductRestEndpointPage = defined({
    productRestEndpointPageId: id,
    productRestEndpointPageArn: `${product.portalProductArn}/productrestendpointpages/${id}`,
    restEndpointIdentifier: await parseIdentifier(
      call,
      required(input.restEndpointIdentifier, `${at}.restEndpointIdentifier`),
    ),
    overrides: input.displayContent && parseOverrides(input.displayContent),
    lastModified: call.nowMs,
    status: 'AVAILABLE' as const,
    tryItState: input.tryItState ?? ('DISABLED' as const),
  })
  return write(call, product, page)
}

export const getProductRestEndpointPage = async (
  input: Uncapitalized<GetProductRestEndpointPageRequest>,
  call: ReadCall,
): Promise<PageAnswer> => {
  const product = await productOf(call, input.portalProductId, input.resourceOwnerAccountId)
  const page = await pageOfProduct(call, product, input.productRestEndpointPageId)
  if (input.includeRawDisplayContent !== 'true') return answer(call, page)
  const raw = page.overrides === undefined ? { none: {} } : { overrides: page.overrides }
  return { ...answer(call, page), rawDisplayContent: JSON.stringify(raw) }
}

export const listProductRestEndpointPages = async (
  input: Uncapitalized<ListProductRestEndpointPagesRequest>,
  call: ReadCall,
): Promise<Page<PageSummary>> => {
  const product = await productOf(call, input.portalProductId, input.resourceOwnerAccountId)
  const prefix = `${product.portalProductId}/`
  const found = await pageOf(call, productRestEndpointPages, prefix, input)
  const summary = ({ overrides, ...page }: ProductRestEndpointPage): PageSummary => ({
    ...page,
    endpoint: endpointOf(call, page, overrides),
    ...defined({ operationName: overrides?.operationName }),
  })
  return { ...found, items: found.items.map(summary) }
}

export const updateProductRestEndpointPage = async (
  input: Uncapitalized<UpdateProductRestEndpointPageRequest>,
  call: WriteCall,
): Promise<PageAnswer> => {
  constrain(oneOf(input.tryItState, 'updateProductRestEndpointPageInput.tryItState', TRY_IT_STATES))
  const product = await productOf(call, input.portalProductId)
  const before = await pageOfProduct(call, product, input.productRestEndpointPageId)
  const { overrides, ...rest } = before
  const { displayContent, tryItState = before.tryItState } = input
  const page: ProductRestEndpointPage = {
    ...rest,
    tryItState,
    lastModified: call.nowMs,
    ...defined({
      overrides: displayContent === undefined ? overrides : parseOverrides(displayContent),
    }),
  }
  return write(call, product, page)
}

export const deleteProductRestEndpointPage = async (
  input: Uncapitalized<DeleteProductRestEndpointPageRequest>,
  call: WriteCall,
): Promise<void> => {
  const product = await productOf(call, input.portalProductId)
  const page = await pageOfProduct(call, product, input.productRestEndpointPageId)
  const key = `${product.portalProductId}/${page.productRestEndpointPageId}`
  await call.tx.delete(productRestEndpointPages, call, key)
}

const pageOfProduct = async (
  call: ReadCall,
  { portalProductId }: PortalProduct,
  id: string | undefined,
): Promise<ProductRestEndpointPage> => {
  const page = await call.view.get(productRestEndpointPages, call, `${portalProductId}/${id}`)
  if (page !== undefined) return page
  throw notFoundOf(
    'ProductRestEndpointPage',
    `Invalid ProductRestEndpointPage identifier specified ${id}`,
  )
}

const write = async (
  call: WriteCall,
  { portalProductId }: PortalProduct,
  page: ProductRestEndpointPage,
): Promise<PageAnswer> => {
  const key = `${portalProductId}/${page.productRestEndpointPageId}`
  await call.tx.put(productRestEndpointPages, call, key, page)
  return answer(call, page)
}

const parseIdentifier = async (
  call: ReadCall,
  input: NonNullable<Uncapitalized<CreateProductRestEndpointPageRequest>['restEndpointIdentifier']>,
): Promise<Identifier> => {
  const at = 'restEndpointIdentifier.identifierParts'
  const parts = required(input.identifierParts, at)
  const identifierParts = {
    method: required(parts.method, `${at}.method`),
    path: required(parts.path, `${at}.path`),
    restApiId: required(parts.restApiId, `${at}.restApiId`),
    stage: required(parts.stage, `${at}.stage`),
  }
  const { restApiId, stage, path } = identifierParts
  if (!path.startsWith('/')) throw badRequest(`Invalid path ${path}: a path begins with /`)
  if ((await call.view.get(restApis, call, restApiId)) === undefined) {
    throw badRequest(`Invalid REST API identifier specified ${restApiId}`)
  }
  if ((await call.view.get(stages, call, `${restApiId}/${stage}`)) === undefined) {
    throw badRequest('Invalid stage identifier specified')
  }
  return { identifierParts }
}

const parseOverrides = ({ overrides, none }: Uncapitalized<EndpointDisplayContent>): Overrides => {
  if (overrides !== undefined && none !== undefined) {
    throw badRequest('DisplayContent must have either Overrides or None')
  }
  return overrides && nonEmpty(defined(overrides))
}

const answer = (call: ReadCall, { overrides, ...page }: ProductRestEndpointPage): PageAnswer => ({
  ...page,
  displayContent: {
    ...defined({ body: overrides?.body, operationName: overrides?.operationName }),
    endpoint: endpointOf(call, page, overrides),
  },
})

/** AWS: the API's own endpoint, unless the page names another. [api-reference: DisplayContentOverrides] */
const endpointOf = (
  { region }: ReadCall,
  { restEndpointIdentifier }: Pick<ProductRestEndpointPage, 'restEndpointIdentifier'>,
  overrides: Overrides,
): string => {
  const { restApiId, stage } = restEndpointIdentifier.identifierParts
  const own = `https://${restApiId}.execute-api.${region}.${URL_SUFFIX}/${stage}`
  return overrides?.endpoint ?? own
}

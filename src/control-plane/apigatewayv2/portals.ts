// Portal: a site that shows products of APIs to those who call them. Portals are kept and read back here; their pages
// are not served, and what is answered of a published portal says so.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/portals.html
import type {
  CreatePortalRequest,
  DeletePortalRequest,
  DisablePortalRequest,
  GetPortalRequest,
  ListPortalsRequest,
  PreviewPortalRequest,
  PublishPortalRequest,
  UpdatePortalRequest,
} from '@aws-sdk/client-apigatewayv2'
import type { Portal, StatusException } from '#model/apigatewayv2/portal.ts'
import { PARTITION } from '#model/scope.ts'
import { portals } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, conflict } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { checkTags } from '../apigateway/tag-rules.ts'
import { required } from '../constraints.ts'
import { defined, nonEmpty } from '../defined.ts'
import { newId, notFoundOf, type Page, pageOf } from './lookups.ts'
import { checkProducts, parseAuthorization, parseContent, parseEndpoint } from './portal-rules.ts'

const LAST_DESCRIPTION_LENGTH_MAX = 1024

const NOT_SERVED: StatusException = {
  exception: 'NotServed',
  message: 'Portals are stored here and read back; their pages are not served.',
}

export const createPortal = async (
  input: Uncapitalized<CreatePortalRequest>,
  call: WriteCall,
): Promise<Portal> => {
  const portalId = await newId(call, portals, 10)
  const includedPortalProductArns = input.includedPortalProductArns ?? []
  await checkProducts(call, includedPortalProductArns)
  checkTags(input.tags)
  const portal: Portal = defined({
    portalId,
    portalArn: `arn:${PARTITION}:apigateway:${call.region}:${call.accountId}:/portals/${portalId}`,
    authorization: parseAuthorization(
      required(input.authorization, 'createPortalInput.authorization'),
    ),
    endpointConfiguration: parseEndpoint(
      call,
      portalId,
      required(input.endpointConfiguration, 'createPortalInput.endpointConfiguration'),
    ),
    includedPortalProductArns,
    lastModified: call.nowMs,
    logoUri: input.logoUri,
    portalContent: parseContent(
      required(input.portalContent, 'createPortalInput.portalContent'),
      logoTime(call, input.logoUri),
    ),
    // AWS: a new portal is disabled until it is published. [guide: apigateway-portals-create-portal]
    publishStatus: 'DISABLED' as const,
    rumAppMonitorName: input.rumAppMonitorName,
    tags: nonEmpty(input.tags),
  })
  return write(call, portal)
}

export const getPortal = (
  input: Uncapitalized<GetPortalRequest>,
  call: ReadCall,
): Promise<Portal> => portalOf(call, input.portalId)

export const listPortals = (
  input: Uncapitalized<ListPortalsRequest>,
  call: ReadCall,
): Promise<Page<Portal>> => pageOf(call, portals, '', input)

export const updatePortal = async (
  input: Uncapitalized<UpdatePortalRequest>,
  call: WriteCall,
): Promise<Portal> => {
  const { rumAppMonitorName, logoUri, ...before } = await portalOf(call, input.portalId)
  const { authorization, endpointConfiguration, includedPortalProductArns } = input
  if (includedPortalProductArns !== undefined) await checkProducts(call, includedPortalProductArns)
  const uploaded = logoTime(call, input.logoUri) ?? before.portalContent.theme.logoLastUploaded
  return write(call, {
    ...before,
    authorization:
      authorization === undefined ? before.authorization : parseAuthorization(authorization),
    endpointConfiguration:
      endpointConfiguration === undefined
        ? before.endpointConfiguration
        : parseEndpoint(call, before.portalId, endpointConfiguration),
    includedPortalProductArns: includedPortalProductArns ?? before.includedPortalProductArns,
    lastModified: call.nowMs,
    portalContent: parseContent(input.portalContent ?? before.portalContent, uploaded),
    // The empty text takes a text away, as everywhere in v2.
    ...defined({
      logoUri: (input.logoUri ?? logoUri) || undefined,
      rumAppMonitorName: (input.rumAppMonitorName ?? rumAppMonitorName) || undefined,
    }),
  })
}

export const deletePortal = async (
  input: Uncapitalized<DeletePortalRequest>,
  call: WriteCall,
): Promise<void> => {
  const { portalId, publishStatus } = await portalOf(call, input.portalId)
  // AWS: a portal is disabled before it is deleted. [guide: apigateway-portals-delete-portal]
  if (publishStatus === 'PUBLISHED') {
    throw conflict(`Portal ${portalId} is published: disable it before you delete it`)
  }
  await call.tx.delete(portals, call, portalId)
}

export const publishPortal = async (
  input: Uncapitalized<PublishPortalRequest>,
  call: WriteCall,
): Promise<Record<never, never>> => {
  const { lastPublishedDescription: _, ...portal } = await portalOf(call, input.portalId)
  if ((input.description?.length ?? 0) > LAST_DESCRIPTION_LENGTH_MAX) {
    throw badRequest(`Description must have at most ${LAST_DESCRIPTION_LENGTH_MAX} characters`)
  }
  await write(call, {
    ...portal,
    publishStatus: 'PUBLISHED',
    statusException: NOT_SERVED,
    lastPublished: call.nowMs,
    ...defined({ lastPublishedDescription: input.description }),
  })
  return {}
}

export const previewPortal = async (
  input: Uncapitalized<PreviewPortalRequest>,
  call: WriteCall,
): Promise<Record<never, never>> => {
  const portal = await portalOf(call, input.portalId)
  // There is no preview to open: a URL that leads nowhere would say that there is.
  const preview = { previewStatus: 'PREVIEW_FAILED', statusException: NOT_SERVED } as const
  await write(call, { ...portal, preview })
  return {}
}

export const disablePortal = async (
  input: Uncapitalized<DisablePortalRequest>,
  call: WriteCall,
): Promise<void> => {
  const { statusException: _, ...portal } = await portalOf(call, input.portalId)
  await write(call, { ...portal, publishStatus: 'DISABLED' })
}

const portalOf = async (call: ReadCall, id: string | undefined): Promise<Portal> => {
  const portal = await call.view.get(portals, call, `${id}`)
  if (portal !== undefined) return portal
  throw notFoundOf('Portal', `Invalid Portal identifier specified ${id}`)
}

const write = async (call: WriteCall, portal: Portal): Promise<Portal> => {
  await call.tx.put(portals, call, portal.portalId, portal)
  return portal
}

/** A logo is uploaded when its address is given. */
const logoTime = (call: WriteCall, logoUri: string | undefined): number | undefined =>
  logoUri ? call.nowMs : undefined

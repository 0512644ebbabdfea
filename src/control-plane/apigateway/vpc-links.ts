// VpcLink: a way of REST APIs to a network load balancer. https://docs.aws.amazon.com/apigateway/latest/api/API_VpcLink.html
import type {
  CreateVpcLinkRequest,
  DeleteVpcLinkRequest,
  GetVpcLinkRequest,
  GetVpcLinksRequest,
  UpdateVpcLinkRequest,
} from '@aws-sdk/client-api-gateway'
import type { VpcLink } from '#model/apigateway/vpc-link.ts'
import { parseArn } from '#model/arn.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { publishVpcLink, unpublishVpcLink } from '#snapshot/publish-vpc-link.ts'
import { deployments, documents, stages, vpcLinks } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, notFound } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined, nonEmpty } from '../defined.ts'
import { applyPatch, type PatchTable } from '../patch-operations.ts'
import { text } from '../patch-rules.ts'
import { newId } from './lookups.ts'
import { type Page, pageOf } from './pages.ts'
import { checkTags } from './tag-rules.ts'

export const createVpcLink = async (
  input: Shape<CreateVpcLinkRequest>,
  call: WriteCall,
): Promise<VpcLink> => {
  const name = required(input.name, 'createVpcLinkInput.name')
  const targetArns = required(input.targetArns, 'createVpcLinkInput.targetArns')
  checkName(name)
  if (targetArns.length === 0) throw badRequest('Target ARNs cannot be empty')
  for (const arn of targetArns) {
    if (parseArn(arn) === undefined) {
      throw badRequest(`Invalid ARN. ARN is not well formed ${arn}`) // [F074]
    }
  }
  checkTags(input.tags)
  const link: VpcLink = defined({
    id: await newId(call, vpcLinks),
    name,
    description: input.description,
    targetArns,
    // What a link leads to is reached from here at once: it is ready by the time anybody asks.
    status: 'AVAILABLE' as const,
    statusMessage: 'Your vpc link is ready for use',
    tags: nonEmpty(input.tags),
  })
  await write(call, link)
  // AWS: the answer is of a link still in the making, and clients ask until it is AVAILABLE. [terraform.md, 7]
  const { statusMessage: _, ...made } = link
  return { ...made, status: 'PENDING' }
}

export const getVpcLink = (input: Shape<GetVpcLinkRequest>, call: ReadCall): Promise<VpcLink> =>
  vpcLinkOf(call, required(input.vpcLinkId, 'vpcLinkId'))

export const getVpcLinks = (
  input: Shape<GetVpcLinksRequest>,
  call: ReadCall,
): Promise<Page<VpcLink>> => pageOf(call, vpcLinks, '', input)

export const updateVpcLink = async (
  input: Shape<UpdateVpcLinkRequest>,
  call: WriteCall,
): Promise<VpcLink> => {
  const before = await vpcLinkOf(call, required(input.vpcLinkId, 'vpcLinkId'))
  const link = applyPatch(VPC_LINK_PATCH, before, input.patchOperations)
  await write(call, link)
  return link
}

/** A link is gone at once: who polls while AWS says DELETING polls for NotFoundException. */
export const deleteVpcLink = async (
  input: Shape<DeleteVpcLinkRequest>,
  call: WriteCall,
): Promise<void> => {
  const { id } = await vpcLinkOf(call, required(input.vpcLinkId, 'vpcLinkId'))
  const users = await usersOf(call, id)
  if (users.length > 0) {
    throw badRequest(
      `Cannot delete vpc link. Vpc link '${id}', is referenced in [${users.join(', ')}] in format of [Method:Resource:Stage].`,
    )
  }
  await call.tx.delete(vpcLinks, call, id)
  await unpublishVpcLink(call.tx, call, id)
}

const write = async (call: WriteCall, link: VpcLink): Promise<void> => {
  await call.tx.put(vpcLinks, call, link.id, link)
  await publishVpcLink(call.tx, call, link.id, [link.name, ...link.targetArns])
}

const VPC_LINK_PATCH: PatchTable = {
  input: 'updateVpcLinkInput',
  refusal: 'listed',
  rules: [
    {
      ...text('name'),
      apply: (members, { value = '' }) => {
        checkName(value)
        return { ...members, name: value }
      },
    },
    text('description'),
  ],
}

const checkName = (name: string): void => {
  if (name.trim() === '') throw badRequest('Name cannot be empty') // [F074]
}

const vpcLinkOf = async (call: ReadCall, id: string): Promise<VpcLink> => {
  const link = await call.view.get(vpcLinks, call, id)
  if (link === undefined) throw notFound('Invalid Vpc Link identifier specified')
  return link
}

/** Methods to name in a refusal. */
const USERS_MAX = 10

/** `{METHOD}:{resourceId}:{stage}` of what stages serve through the link. */
const usersOf = async (call: ReadCall, linkId: string): Promise<readonly string[]> => {
  const users: string[] = []
  for (const { key, value: stage } of await call.view.list(stages, call)) {
    const [apiId = ''] = key.split('/')
    const deployment = await call.view.get(deployments, call, `${apiId}/${stage.deploymentId}`)
    const hash = deployment?.documentHash ?? ''
    const document = await call.view.get(documents, GLOBAL_SCOPE, hash)
    if (document?.protocol !== 'REST') continue
    for (const resource of document.resources) {
      for (const method of Object.values(resource.resourceMethods ?? {})) {
        if (method.methodIntegration?.connectionId !== linkId) continue
        users.push(`${method.httpMethod}:${resource.id}:${stage.stageName}`)
        if (users.length === USERS_MAX) return users
      }
    }
  }
  return users
}

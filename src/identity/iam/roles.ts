// Roles: who may take one (its trust policy), and what it may do then.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html
import type {
  CreateRoleRequest,
  DeleteRoleRequest,
  GetRoleRequest,
  ListRolesRequest,
  Role as RoleShape,
  UpdateAssumeRolePolicyRequest,
  UpdateRoleDescriptionRequest,
  UpdateRoleRequest,
} from '@aws-sdk/client-iam'
import type { Role } from '#model/iam.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { iamScope, roles } from './collections.ts'
import { checkDocument, documentSize, encodeDocument } from './documents.ts'
import { alreadyExists, deleteConflict, quotaExceeded } from './errors.ts'
import { removeHolder, roleOf, saveHolder } from './holders.ts'
import {
  checkLength,
  checkName,
  checkPath,
  checkRange,
  taggedBy,
  uniqueId,
  withTags,
} from './names.ts'
import { foldedKey, pageOf } from './pages.ts'
import { boundaryShape, checkBoundary } from './permissions-boundaries.ts'

const NAME_LENGTH_MAX = 64
const DESCRIPTION_LENGTH_MAX = 1_000
const ROLES_MAX = 1_000
const TRUST_SIZE_MAX = 2_048
const SESSION_SECONDS = { min: 3_600, max: 43_200, default: 3_600 }

export const createRole = async (input: Shape<CreateRoleRequest>, call: WriteCall) => {
  const name = checkName(input.RoleName, 'roleName', NAME_LENGTH_MAX)
  const path = checkPath(input.Path)
  if ((await call.view.get(roles, iamScope(call), name.toLowerCase())) !== undefined)
    throw alreadyExists(`Role with name ${name} already exists.`)
  if ((await call.view.list(roles, iamScope(call))).length >= ROLES_MAX)
    throw quotaExceeded('RolesPerAccount', ROLES_MAX)
  const boundary = await checkBoundary(call, input.PermissionsBoundary)
  const description = checkLength(input.Description, 'description', DESCRIPTION_LENGTH_MAX)
  const role: Role = {
    kind: 'role',
    RoleName: name,
    RoleId: uniqueId('AROA', call.ids),
    Path: path,
    Arn: `arn:aws:iam::${call.accountId}:role${path}${name}`,
    CreateDate: call.nowMs,
    AssumeRolePolicyDocument: checkTrust(input.AssumeRolePolicyDocument),
    MaxSessionDuration: checkDuration(input.MaxSessionDuration ?? SESSION_SECONDS.default),
    Tags: withTags({}, input.Tags),
    inlinePolicies: {},
    attachedPolicies: [],
    ...(description !== undefined && { Description: description }),
    ...(boundary !== undefined && { PermissionsBoundary: boundary }),
  }
  await saveHolder(call, role)
  return { Role: roleShape(role) }
}

export const getRole = async (input: Shape<GetRoleRequest>, call: ReadCall) => ({
  Role: roleShape(await roleOf(call, input.RoleName)),
})

export const listRoles = async (input: Shape<ListRolesRequest>, call: ReadCall) => {
  const prefix = input.PathPrefix ?? '/'
  const held = (await call.view.list(roles, iamScope(call))).map(({ value }) => value)
  const { items, page } = pageOf(
    held.filter(({ Path }) => Path.startsWith(prefix)),
    ({ RoleName }) => foldedKey(RoleName),
    input,
  )
  return { Roles: items.map(listedRole), ...page }
}

export const updateRole = async (input: Shape<UpdateRoleRequest>, call: WriteCall) => {
  const role = await roleOf(call, input.RoleName)
  const description = checkLength(input.Description, 'description', DESCRIPTION_LENGTH_MAX)
  await saveHolder(call, {
    ...role,
    ...(description !== undefined && { Description: description }),
    ...(input.MaxSessionDuration !== undefined && {
      MaxSessionDuration: checkDuration(input.MaxSessionDuration),
    }),
  })
  return {}
}

export const updateRoleDescription = async (
  input: Shape<UpdateRoleDescriptionRequest>,
  call: WriteCall,
) => {
  const role = await roleOf(call, input.RoleName)
  const description = checkLength(input.Description, 'description', DESCRIPTION_LENGTH_MAX) ?? ''
  const changed = { ...role, Description: description }
  await saveHolder(call, changed)
  return { Role: roleShape(changed) }
}

export const updateAssumeRolePolicy = async (
  input: Shape<UpdateAssumeRolePolicyRequest>,
  call: WriteCall,
): Promise<void> => {
  const role = await roleOf(call, input.RoleName)
  const document = checkTrust(input.PolicyDocument)
  await saveHolder(call, { ...role, AssumeRolePolicyDocument: document })
}

export const deleteRole = async (
  input: Shape<DeleteRoleRequest>,
  call: WriteCall,
): Promise<void> => {
  const role = await roleOf(call, input.RoleName)
  if (role.attachedPolicies.length > 0)
    throw deleteConflict('Cannot delete entity, must detach all policies first.')
  if (Object.keys(role.inlinePolicies).length > 0)
    throw deleteConflict('Cannot delete entity, must delete policies first.')
  await removeHolder(call, role)
}

const roleShape = (role: Role) => ({
  ...listedRole(role),
  ...boundaryShape(role.PermissionsBoundary),
  ...taggedBy(role.Tags),
})

/** AWS: lists leave tags and boundaries out. [API_ListRoles] */
const listedRole = (role: Role): Shape<RoleShape> => ({
  Path: role.Path,
  RoleName: role.RoleName,
  RoleId: role.RoleId,
  Arn: role.Arn,
  CreateDate: role.CreateDate,
  AssumeRolePolicyDocument: encodeDocument(role.AssumeRolePolicyDocument),
  ...(role.Description !== undefined && { Description: role.Description }),
  MaxSessionDuration: role.MaxSessionDuration,
})

const checkTrust = (document: string | undefined): string => {
  const checked = checkDocument(document, 'trust')
  if (documentSize(checked) > TRUST_SIZE_MAX) throw quotaExceeded('ACLSizePerRole', TRUST_SIZE_MAX)
  return checked
}

const checkDuration = (seconds: number): number =>
  checkRange(seconds, 'maxSessionDuration', SESSION_SECONDS.min, SESSION_SECONDS.max)

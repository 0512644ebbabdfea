// Permissions boundaries: the managed policy that says how far a user or role may go at most.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
import type {
  DeleteRolePermissionsBoundaryRequest,
  DeleteUserPermissionsBoundaryRequest,
  PutRolePermissionsBoundaryRequest,
  PutUserPermissionsBoundaryRequest,
} from '@aws-sdk/client-iam'
import type { Role, User } from '#model/iam.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { noSuchEntity } from './errors.ts'
import { roleOf, saveHolder, userOf } from './holders.ts'
import { documentOf } from './publish.ts'

/** The ARN, if there is such a policy. */
export const checkBoundary = async (
  call: ReadCall,
  policyArn: string | undefined,
): Promise<string | undefined> => {
  if (policyArn === undefined || (await documentOf(call.view, call, policyArn)) !== undefined)
    return policyArn
  throw noSuchEntity(`Scope ARN: ${policyArn} does not exist or is not attachable.`)
}

export const boundaryShape = (policyArn: string | undefined) =>
  policyArn === undefined
    ? {}
    : {
        PermissionsBoundary: {
          // AWS: `Policy`, whatever the enumeration of the SDK says. [API_AttachedPermissionsBoundary]
          PermissionsBoundaryType: 'Policy' as const,
          PermissionsBoundaryArn: policyArn,
        },
      }

export const putUserPermissionsBoundary = async (
  input: Shape<PutUserPermissionsBoundaryRequest>,
  call: WriteCall,
): Promise<void> => bound(call, await userOf(call, input.UserName), input.PermissionsBoundary)

export const putRolePermissionsBoundary = async (
  input: Shape<PutRolePermissionsBoundaryRequest>,
  call: WriteCall,
): Promise<void> => bound(call, await roleOf(call, input.RoleName), input.PermissionsBoundary)

export const deleteUserPermissionsBoundary = async (
  input: Shape<DeleteUserPermissionsBoundaryRequest>,
  call: WriteCall,
): Promise<void> => unbound(call, await userOf(call, input.UserName))

export const deleteRolePermissionsBoundary = async (
  input: Shape<DeleteRolePermissionsBoundaryRequest>,
  call: WriteCall,
): Promise<void> => unbound(call, await roleOf(call, input.RoleName))

const bound = async (
  call: WriteCall,
  holder: User | Role,
  policyArn: string | undefined,
): Promise<void> => {
  const boundary = await checkBoundary(call, policyArn)
  if (boundary !== undefined) await saveHolder(call, { ...holder, PermissionsBoundary: boundary })
}

const unbound = (call: WriteCall, bound: User | Role) => {
  const { PermissionsBoundary: _, ...holder } = bound
  return saveHolder(call, holder)
}

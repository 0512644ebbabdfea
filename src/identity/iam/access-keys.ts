// Access keys: a secret is shown once, when its key is made, and kept sealed.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html
import type {
  CreateAccessKeyRequest,
  DeleteAccessKeyRequest,
  GetAccessKeyLastUsedRequest,
  ListAccessKeysRequest,
  UpdateAccessKeyRequest,
} from '@aws-sdk/client-iam'
import type { AccessKey } from '#model/iam.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { newAccessKeyId, newSecretAccessKey } from '../access-key.ts'
import type { CredentialMint } from '../temporary-credentials.ts'
import { accessKeys, iamScope } from './collections.ts'
import { invalid, noSuchEntity, quotaExceeded } from './errors.ts'
import { userOf } from './holders.ts'
import { missing } from './names.ts'
import { pageOf } from './pages.ts'
import { publishAccessKey, unpublishAccessKey } from './publish.ts'
import { callersName } from './users.ts'

const KEYS_PER_USER_MAX = 2

export const createAccessKey =
  ({ sealing, random }: CredentialMint) =>
  async (input: Shape<CreateAccessKeyRequest>, call: WriteCall) => {
    const user = await ownerOf(call, input.UserName)
    if ((await keysOf(call, user.name)).length >= KEYS_PER_USER_MAX)
      throw quotaExceeded('AccessKeysPerUser', KEYS_PER_USER_MAX)
    const id = newAccessKeyId('AKIA', random)
    const secret = newSecretAccessKey(random)
    const key: AccessKey = {
      AccessKeyId: id,
      ...(user.name !== undefined && { UserName: user.name }),
      Status: 'Active',
      CreateDate: call.nowMs,
      sealedSecret: sealing.seal('access-key', Buffer.from(secret), id),
    }
    await save(call, key, user.arn)
    return { AccessKey: { ...keyShape(key), SecretAccessKey: secret } }
  }

export const listAccessKeys = async (input: Shape<ListAccessKeysRequest>, call: ReadCall) => {
  const user = await ownerOf(call, input.UserName)
  const { items, page } = pageOf(
    await keysOf(call, user.name),
    ({ AccessKeyId }) => AccessKeyId,
    input,
  )
  return { AccessKeyMetadata: items.map(keyShape), ...page }
}

export const updateAccessKey = async (
  input: Shape<UpdateAccessKeyRequest>,
  call: WriteCall,
): Promise<void> => {
  const user = await ownerOf(call, input.UserName)
  const key = await keyOf(call, user.name, input.AccessKeyId)
  const { Status: status } = input
  if (status !== 'Active' && status !== 'Inactive')
    throw invalid(`The status of an access key is Active or Inactive, not ${status}.`)
  await save(call, { ...key, Status: status }, user.arn)
}

export const deleteAccessKey = async (
  input: Shape<DeleteAccessKeyRequest>,
  call: WriteCall,
): Promise<void> => {
  const user = await ownerOf(call, input.UserName)
  const key = await keyOf(call, user.name, input.AccessKeyId)
  await call.tx.delete(accessKeys, iamScope(call), key.AccessKeyId)
  await unpublishAccessKey(call.tx, key.AccessKeyId)
}

/** Use is not counted here: a key reads as one that was never used. AWS says `N/A` of that. */
export const getAccessKeyLastUsed = async (
  input: Shape<GetAccessKeyLastUsedRequest>,
  call: ReadCall,
) => {
  const id = input.AccessKeyId ?? ''
  const key = await call.view.get(accessKeys, iamScope(call), id)
  if (key === undefined) throw noSuchKey(id)
  return {
    ...(key.UserName !== undefined && { UserName: key.UserName }),
    AccessKeyLastUsed: { Region: 'N/A', ServiceName: 'N/A' },
  }
}

/** The user that is named, else the one who calls; without a name: the account's root. */
const ownerOf = async (
  call: ReadCall,
  given: string | undefined,
): Promise<{ readonly name?: string; readonly arn?: string }> => {
  const name = given ?? callersName(call)
  if (name !== undefined) {
    const user = await userOf(call, name)
    return { name: user.UserName, arn: user.Arn }
  }
  if (call.caller === undefined || call.caller.principal?.type === 'root') return {}
  // AWS: who calls as a role has no user to mean.
  throw invalid('Must specify userName when calling with non-User credentials')
}

const keysOf = async (
  call: ReadCall,
  userName: string | undefined,
): Promise<readonly AccessKey[]> =>
  (await call.view.list(accessKeys, iamScope(call)))
    .map(({ value }) => value)
    .filter((key) => key.UserName === userName)

const keyOf = async (
  call: ReadCall,
  userName: string | undefined,
  id: string | undefined,
): Promise<AccessKey> => {
  if (id === undefined) throw missing('accessKeyId')
  const key = await call.view.get(accessKeys, iamScope(call), id)
  if (key === undefined || key.UserName !== userName) throw noSuchKey(id)
  return key
}

const save = async (
  call: WriteCall,
  key: AccessKey,
  principalArn: string | undefined,
): Promise<void> => {
  await call.tx.put(accessKeys, iamScope(call), key.AccessKeyId, key)
  await publishAccessKey(call.tx, call, key, principalArn)
}

const noSuchKey = (id: string) =>
  noSuchEntity(`The Access Key with id ${id.slice(0, 128)} cannot be found.`)

const keyShape = ({ AccessKeyId, UserName, Status, CreateDate }: AccessKey) => ({
  UserName: UserName ?? 'root',
  AccessKeyId,
  Status,
  CreateDate,
})

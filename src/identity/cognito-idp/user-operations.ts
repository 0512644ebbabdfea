// What is done to users alike by an operator, who names them, and by themselves, with an access token: an operation is
// how the user is found and what becomes of them.
import type { PoolUser, UserPool } from '#model/user-pool.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { removeUser, saveUser } from './users.ts'

interface Found {
  readonly pool: UserPool
  readonly user: PoolUser
}

type FindUser<Input, Who extends Found = Found> = (call: ReadCall, input: Input) => Promise<Who>

export const changesUser =
  <Input, Who extends Found = Found>(find: FindUser<Input, Who>) =>
  (change: (found: Who, call: WriteCall, input: Input) => PoolUser) =>
  async (input: Input, call: WriteCall): Promise<Record<string, never>> => {
    const found = await find(call, input)
    await saveUser(call, found.pool, found.user, change(found, call, input))
    return {}
  }

export const removesUser =
  <Input>(find: FindUser<Input>) =>
  async (input: Input, call: WriteCall): Promise<void> => {
    const { pool, user } = await find(call, input)
    await removeUser(call, pool, user)
  }

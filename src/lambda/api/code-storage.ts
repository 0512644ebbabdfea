// How much code an account keeps in a region, and that it keeps no more than AWS lets it.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
import type { ReadCall } from '#store/transactional.ts'
import { codeStorageExceeded } from './errors.ts'
import { functions, layers, versions } from './records.ts'

/** AWS: 75 GB. [guide: gettingstarted-limits] */
export const CODE_BYTES_IN_ALL_MAX = 75 * 1024 ** 3

/** Of all functions, their versions and all layers: a version counts beside the function it was made from. */
export const storedCodeBytes = async (call: ReadCall): Promise<number> => {
  const stored = [
    ...(await call.view.list(functions, call)),
    ...(await call.view.list(versions, call)),
    ...(await call.view.list(layers, call)),
  ]
  return stored.reduce((sum, { value }) => sum + value.codeSize, 0)
}

/** Called where code was added, in its transaction: what is too much is not there after all. */
export const checkCodeStorage = async (
  call: ReadCall,
  bytesMax = CODE_BYTES_IN_ALL_MAX,
): Promise<void> => {
  if ((await storedCodeBytes(call)) > bytesMax) throw codeStorageExceeded()
}

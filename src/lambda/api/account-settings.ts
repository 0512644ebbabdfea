// The limits of an account and how much of them is used.
// https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html
import type { ReadCall } from '#store/transactional.ts'
import { UNPACKED_BYTES_MAX } from '../zip.ts'
import { ARCHIVE_BYTES_MAX } from './code.ts'
import { ACCOUNT_CONCURRENCY, reservedInAll } from './concurrency.ts'
import { functions, layers, versions } from './records.ts'

/** AWS: 75 GB. [guide: gettingstarted-limits] */
const CODE_BYTES_IN_ALL_MAX = 75 * 1024 ** 3

export const getAccountSettings = async (_input: unknown, call: ReadCall) => {
  const current = await call.view.list(functions, call)
  const stored = [
    ...current,
    ...(await call.view.list(versions, call)),
    ...(await call.view.list(layers, call)),
  ]
  return {
    AccountLimit: {
      TotalCodeSize: CODE_BYTES_IN_ALL_MAX,
      CodeSizeUnzipped: UNPACKED_BYTES_MAX,
      CodeSizeZipped: ARCHIVE_BYTES_MAX,
      ConcurrentExecutions: ACCOUNT_CONCURRENCY,
      UnreservedConcurrentExecutions: ACCOUNT_CONCURRENCY - (await reservedInAll(call)),
    },
    AccountUsage: {
      TotalCodeSize: stored.reduce((sum, { value }) => sum + value.codeSize, 0),
      FunctionCount: current.length,
    },
  }
}

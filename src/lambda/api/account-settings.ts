// The limits of an account and how much of them is used.
// https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html
import type { ReadCall } from '#store/transactional.ts'
import { UNPACKED_BYTES_MAX } from '../zip.ts'
import { ARCHIVE_BYTES_MAX } from './code.ts'
import { CODE_BYTES_IN_ALL_MAX, storedCodeBytes } from './code-storage.ts'
import { ACCOUNT_CONCURRENCY, reservedInAll } from './concurrency.ts'
import { functions } from './records.ts'

export const getAccountSettings = async (_input: unknown, call: ReadCall) => {
  const current = await call.view.list(functions, call)
  return {
    AccountLimit: {
      TotalCodeSize: CODE_BYTES_IN_ALL_MAX,
      CodeSizeUnzipped: UNPACKED_BYTES_MAX,
      CodeSizeZipped: ARCHIVE_BYTES_MAX,
      ConcurrentExecutions: ACCOUNT_CONCURRENCY,
      UnreservedConcurrentExecutions: ACCOUNT_CONCURRENCY - (await reservedInAll(call)),
    },
    AccountUsage: {
      TotalCodeSize: await storedCodeBytes(call),
      FunctionCount: current.length,
    },
  }
}

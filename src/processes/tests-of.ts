// Requests to drafts that reach a data plane which is not there yet.
import type { DraftTests } from '#model/draft-tests.ts'

export const testsOf = (find: () => DraftTests | Promise<DraftTests>): DraftTests => ({
  method: async (test) => (await find()).method(test),
  authorizer: async (test) => (await find()).authorizer(test),
})

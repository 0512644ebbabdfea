// Writing a definition goes on after an error: all that is wrong with it is told at once.
import { ServiceError } from '#wire/errors.ts'

/** Runs a part of the work; what the service refuses is noted, a bug is thrown. */
export type Attempt = (what: string, work: () => Promise<void>) => Promise<void>

export const startAttempts = (): { readonly errors: string[]; readonly attempt: Attempt } => {
  const errors: string[] = []
  return {
    errors,
    attempt: async (what, work) => {
      try {
        await work()
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error
        errors.push(`${what}: ${error.message}`)
      }
    },
  }
}

// What the resource types of user pools share.
import { ServiceError } from '#wire/errors.ts'

export { byName } from './iam-names.ts'

/** Runs a removal of what may be gone with its pool. */
export const ifThere = async (removal: Promise<unknown>): Promise<void> => {
  try {
    await removal
  } catch (error) {
    const isGone =
      error instanceof ServiceError &&
      ['ResourceNotFoundException', 'UserNotFoundException'].includes(error.code)
    if (!isGone) throw error
  }
}

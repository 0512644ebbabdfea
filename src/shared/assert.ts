// A broken assumption is a bug of ours: it becomes a 500 with the stack in the log, never an answer with details.

export class Bug extends Error {
  override readonly name = 'Bug'
}

/** Throws a `Bug` unless `condition` holds. */
export const assert: (condition: unknown, message: string) => asserts condition = (
  condition,
  message,
) => {
  if (!condition) throw new Bug(message)
}

/** The value, or a `Bug` where it is absent. */
export const present = <T>(value: T | undefined | null, message: string): T => {
  if (value === undefined || value === null) throw new Bug(message)
  return value
}

/** What to print of something thrown. */
export const errorMessage = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)

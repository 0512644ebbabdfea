// What can go wrong with a template. Nothing else leaves this folder, except bugs.

/** Where in the template, both from 1, as Velocity counts. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Any of the three below. The message ends with the position where it is known. */
export class VtlError extends Error {
  override readonly name: string = 'VtlError'
  readonly position: Position | undefined

  constructor(problem: string, position?: Position, cause?: unknown) {
    const place =
      position === undefined ? '' : ` at [line ${position.line}, column ${position.column}]`
    super(problem + place, cause === undefined ? undefined : { cause })
    this.position = position
  }
}

/** The text is no template. */
export class VtlSyntaxError extends VtlError {
  override readonly name = 'VtlSyntaxError'
}

/** A method threw where Velocity lets the whole rendering fail, such as substring out of range. */
export class VtlRuntimeError extends VtlError {
  override readonly name = 'VtlRuntimeError'
}

/** The template wants more steps, output or depth than anybody gets. */
export class VtlBudgetError extends VtlError {
  override readonly name = 'VtlBudgetError'
}

/** The same failure, with the place where it happened if it has none yet. */
export const locate = (error: unknown, position: Position): unknown => {
  if (!(error instanceof VtlError) || error.position !== undefined) return error
  if (error instanceof VtlBudgetError) return new VtlBudgetError(error.message, position)
  return new VtlRuntimeError(error.message, position, error.cause)
}

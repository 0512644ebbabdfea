// A filter pattern that is none.

export class FilterPatternError extends Error {
  override readonly name = 'FilterPatternError'
}

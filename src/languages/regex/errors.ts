// What can go wrong with a regular expression, and nothing else can: a bad pattern, a bad replacement, a spent budget.

export class RegexSyntaxError extends Error {
  override readonly name = 'RegexSyntaxError'
  /** Where in the pattern, in UTF-16 units. */
  readonly index: number

  constructor(description: string, index: number) {
    super(`${description} near index ${index}`)
    this.index = index
  }
}

/** The match would take more steps, or make more text, than it may. */
export class RegexBudgetError extends Error {
  override readonly name = 'RegexBudgetError'

  constructor(what = 'steps') {
    super(`the regular expression ran out of its budget of ${what}`)
  }
}

export class RegexReplacementError extends Error {
  override readonly name = 'RegexReplacementError'
}

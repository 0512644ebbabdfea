// What can go wrong with a JSON path: a bad path, or a spent budget. A path that leads nowhere is no error.

export class JsonPathSyntaxError extends Error {
  override readonly name = 'JsonPathSyntaxError'
  /** Where in the path, in UTF-16 units. */
  readonly index: number

  constructor(description: string, index: number) {
    super(`${description} at position ${index}`)
    this.index = index
  }
}

export class JsonPathBudgetError extends Error {
  override readonly name = 'JsonPathBudgetError'

  constructor() {
    super('the JSON path ran out of its budget of steps')
  }
}

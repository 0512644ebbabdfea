// What can go wrong with a model: a schema that is none, or a body that costs too much to check.

export class ModelSchemaError extends Error {
  override readonly name = 'ModelSchemaError'
  /** Where in the schema, as a JSON pointer; after the model's name where it is another model's. */
  readonly pointer: string

  constructor(description: string, pointer: string) {
    super(`${description} at ${pointer === '' ? 'the root' : pointer}`)
    this.pointer = pointer
  }
}

export class ModelBudgetError extends Error {
  override readonly name = 'ModelBudgetError'

  constructor() {
    super('the validation ran out of its budget of steps')
  }
}

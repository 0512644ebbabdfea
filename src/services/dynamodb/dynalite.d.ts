// The parts of dynalite that are used here: it has no types of its own. Its version is pinned, and the tests of this
// folder hold these.
declare module 'dynalite/actions/*.js' {
  type Callback = (error: unknown, output?: unknown) => void
  const action: (store: object, data: object, callback: Callback) => void
  export default action
}

declare module 'dynalite/validations/index.js' {
  const validations: {
    checkTypes(data: object, types: object): Record<string, unknown>
    checkValidations(data: object, types: object, custom: unknown, store: object): void
    /** What is wrong, or nothing. Numbers are normalised in place. */
    validateAttributeValue(value: object): string | undefined
  }
  export default validations
}

declare module 'dynalite/validations/*.js' {
  const validation: { readonly types: object; readonly custom?: unknown }
  export default validation
}

declare module 'dynalite/db/conditionParser.js' {
  const parser: { parse(text: string, options: { readonly context: object }): unknown }
  export default parser
}

declare module 'dynalite/db/index.js' {
  type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>
  interface Table {
    readonly TableName: string
    readonly KeySchema: readonly { readonly AttributeName: string }[]
    readonly [member: string]: unknown
  }
  const db: {
    checkConditional: unknown
    queryTable: unknown
    createKey(item: Item, table: Table): string
    validateKey(key: object, table: Table): unknown
    matchesFilter(item: Item, filter: object, operator: unknown): boolean
    mapPaths(paths: readonly unknown[], item: Item): Item
    getIndexActions(
      indexes: readonly object[],
      existing: Item | undefined,
      item: Item | null,
      table: Table,
    ): { readonly puts: readonly { readonly key: string; readonly item: Item }[] }
    validationError(message: string): Error
  }
  export default db
}

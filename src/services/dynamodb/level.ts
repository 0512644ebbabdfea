// The LevelDB that an engine keeps its rows in. The package is the engine's own dependency, and the same files were
// once written through the engine alone: names of rows are its.
import { createRequire } from 'node:module'

export type RowChange =
  | { readonly type: 'put'; readonly key: string; readonly value: unknown }
  | { readonly type: 'del'; readonly key: string }

export interface Range {
  readonly gt?: string
  readonly gte?: string
  readonly lt?: string
  readonly lte?: string
  readonly reverse?: boolean
  readonly limit?: number
}

export interface Level {
  open(): Promise<void>
  /** Undefined where there is no such row. Values are JSON, and each time a copy. */
  get(key: string): Promise<unknown>
  /** All or nothing, whatever becomes of the process. */
  batch(changes: RowChange[]): Promise<void>
  iterator(range: Range): AsyncIterable<readonly [string, unknown]>
  clear(range: Range): Promise<void>
  close(): Promise<void>
}

export const levelAt = (folder: string): Level => {
  // The very package that the engine knows.
  const ofEngine = createRequire(createRequire(import.meta.url).resolve('dynalite'))
  // What a package without types gives.
  const { Level: Opened } = ofEngine('level') as {
    Level: new (folder: string, options: { valueEncoding: 'json' }) => Level
  }
  return new Opened(folder, { valueEncoding: 'json' })
}

/** The rows whose keys begin so. */
export const rangeOf = (prefix: string): Range => ({ gte: prefix, lt: `${prefix}\uffff` })

// A directory with nothing in it, for requests that are made by hand.
import type { Directory } from '#data-plane/plan.ts'
import type { DirectoryEntry, EntryKind, FindEntry } from '#model/documents.ts'

export const EMPTY_DIRECTORY: Directory = {
  revision: 0,
  findApi: () => undefined,
  find: () => undefined,
}

/** Finds these, by the names that they are kept under. */
export const finds =
  (entries: Readonly<Record<string, DirectoryEntry>>): FindEntry =>
  (kind, name) => {
    const entry = entries[`${kind}/${name}`]
    return isOfKind(entry, kind) ? entry : undefined
  }

const isOfKind = <Kind extends EntryKind>(
  entry: DirectoryEntry | undefined,
  kind: Kind,
): entry is Extract<DirectoryEntry, { readonly kind: Kind }> => entry?.kind === kind

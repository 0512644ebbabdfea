// A node's last good documents on disk: what its workers boot from when the host, the database or the network is
// gone. Written by the host after each commit, read by a worker that cannot reach it.
// Documents are named by their hash and never change. The directory is a whole one, replaced by rename, and a journal
// of the deltas since then: with ten thousand keys, a change of one of them costs that one.
import { appendFile, mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type DeploymentDocument, type DirectoryDelta, documentHashesOf } from '#model/documents.ts'
import { systemRandom } from '#shared/random.ts'
import type { DirectorySource } from './distribute.ts'

const DIRECTORY_FILE = 'directory.json'
/** A journal larger than this, and than the whole directory, is folded into it. */
const JOURNAL_BYTES_MIN = 1024 * 1024
/** How often a reader begins again, where the directory was replaced while it was being read. */
const READS_MAX = 5

export interface LastGood {
  /** Keeps what changed, with all documents that it names; what no stage names any more is removed. */
  keep(source: DirectorySource): Promise<void>
  /** The directory and documents as last kept; undefined where nothing was. */
  read(): Promise<(DirectorySource & { readonly delta: DirectoryDelta }) | undefined>
}

/** The whole directory as of a revision; the journal of its name goes on from there. */
interface WholeDirectory extends DirectoryDelta {
  /** Absent in what a former version wrote. */
  readonly journal?: string
}

/** A line of a journal: it counts only where it goes on from what is before it. */
interface JournalLine extends DirectoryDelta {
  readonly since: number
}

/** What the disk has, as the process that writes it knows. */
interface Kept {
  readonly journal: string
  readonly wholeBytes: number
  readonly journalBytes: number
  readonly revision: number
  /** By stage, the documents that it names. */
  readonly hashes: ReadonlyMap<string, readonly string[]>
}

export const openLastGood = (folder: string): LastGood => {
  let kept: Kept | undefined
  return {
    keep: async (source) => {
      const before = kept
      // A failure in between leaves what is on the disk unknown: the next one writes all of it.
      kept = undefined
      kept =
        (before && (await keepChanges(folder, source, before))) ?? (await keepAll(folder, source))
    },
    read: async () => {
      const delta = await readDirectory(folder)
      if (delta === undefined) return undefined // Nothing was kept yet: the host will tell.
      return {
        delta,
        changes: async () => delta,
        document: async (hash) =>
          JSON.parse(await readFile(documentPath(folder, hash), 'utf8')) as DeploymentDocument,
      }
    },
  }
}

const documentPath = (folder: string, hash: string): string => join(folder, `document-${hash}.json`)

/** Undefined where the whole directory is to be written anew. */
const keepChanges = async (
  folder: string,
  source: DirectorySource,
  kept: Kept,
): Promise<Kept | undefined> => {
  const delta = await source.changes(kept.revision)
  // A source that is behind is another one: a restored backup.
  if (delta.revision < kept.revision) return undefined
  // Most commits change drafts, and no entry: nothing of it is served.
  if (delta.changes.length === 0) return kept
  const line: JournalLine = { since: kept.revision, ...delta }
  const text = `${JSON.stringify(line)}\n`
  const journalBytes = kept.journalBytes + Buffer.byteLength(text)
  if (journalBytes > Math.max(JOURNAL_BYTES_MIN, kept.wholeBytes)) return undefined
  const hashes = hashesAfter(kept.hashes, delta)
  if (hashes !== kept.hashes) await keepDocuments(folder, source, hashes)
  await appendFile(join(folder, kept.journal), text, { flush: true })
  if (hashes !== kept.hashes) await removeUnnamed(folder, kept.journal, hashes)
  return { ...kept, journalBytes, revision: delta.revision, hashes }
}

const keepAll = async (folder: string, source: DirectorySource): Promise<Kept> => {
  await mkdir(folder, { recursive: true })
  const delta = await source.changes(0)
  const hashes = hashesAfter(new Map(), delta)
  await keepDocuments(folder, source, hashes)
  // A journal of its own: whatever the former one has does not belong to this directory.
  const journal = `changes-${systemRandom.uuid()}.log`
  const whole: WholeDirectory = { ...delta, journal }
  const text = JSON.stringify(whole)
  await writeWhole(join(folder, DIRECTORY_FILE), text)
  await removeUnnamed(folder, journal, hashes)
  const wholeBytes = Buffer.byteLength(text)
  return { journal, wholeBytes, journalBytes: 0, revision: delta.revision, hashes }
}

/** The same map where no stage changed. */
const hashesAfter = (before: Kept['hashes'], { changes }: DirectoryDelta): Kept['hashes'] => {
  const ofStages = changes.filter(({ key }) => key.startsWith('stage/'))
  if (ofStages.length === 0) return before
  const after = new Map(before)
  for (const { key, entry } of ofStages) {
    if (entry?.kind === 'stage') after.set(key, documentHashesOf(entry))
    else after.delete(key)
  }
  return after
}

const keepDocuments = async (
  folder: string,
  source: DirectorySource,
  hashes: Kept['hashes'],
): Promise<void> => {
  const held = new Set(await readdir(folder))
  for (const hash of new Set([...hashes.values()].flat())) {
    if (held.has(`document-${hash}.json`)) continue
    await writeWhole(documentPath(folder, hash), JSON.stringify(await source.document(hash)))
  }
}

const removeUnnamed = async (
  folder: string,
  journal: string,
  hashes: Kept['hashes'],
): Promise<void> => {
  const named = new Set([DIRECTORY_FILE, journal])
  for (const hash of [...hashes.values()].flat()) named.add(`document-${hash}.json`)
  for (const file of await readdir(folder)) {
    if (!named.has(file)) await rm(join(folder, file), { force: true })
  }
}

/** The whole directory with its journal applied. */
const readDirectory = async (folder: string): Promise<DirectoryDelta | undefined> => {
  for (let attempt = 1; ; attempt++) {
    const text = await readIfThere(join(folder, DIRECTORY_FILE))
    if (text === undefined) return undefined
    const whole = JSON.parse(text) as WholeDirectory // Written whole by `keepAll`.
    const journal = whole.journal && (await readIfThere(join(folder, whole.journal)))
    if (journal) return withJournal(whole, journal)
    // No journal: nothing changed since, or the directory that it belonged to was replaced just now.
    const isSame = text === (await readIfThere(join(folder, DIRECTORY_FILE)))
    if (isSame || attempt === READS_MAX) return { revision: whole.revision, changes: whole.changes }
  }
}

const withJournal = (whole: WholeDirectory, journal: string): DirectoryDelta => {
  const changes = new Map(whole.changes.map((change) => [change.key, change]))
  let { revision } = whole
  for (const text of journal.split('\n')) {
    const line = lineOf(text)
    // A node that died while it wrote leaves half a line, and nothing after it.
    if (line === undefined || line.since !== revision) break
    for (const change of line.changes) changes.set(change.key, change)
    revision = line.revision
  }
  return { revision, changes: [...changes.values()] }
}

const lineOf = (text: string): JournalLine | undefined => {
  try {
    return JSON.parse(text) as JournalLine // Written by `keepChanges`.
  } catch {
    return undefined
  }
}

const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** A reader sees the old file or the new one, whatever happens in between. */
const writeWhole = async (path: string, text: string): Promise<void> => {
  const temporary = `${path}.${process.pid}.tmp`
  const file = await open(temporary, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}

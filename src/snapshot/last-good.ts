// A node's last good documents on disk: what its workers boot from when the host, the database or the network is
// gone. Written by the host after each commit, read by a worker that cannot reach it.
// Documents are named by their hash and never change; the directory is replaced whole, by rename.
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type DeploymentDocument, type DirectoryDelta, documentHashesOf } from '#model/documents.ts'
import type { DirectorySource } from './distribute.ts'

const DIRECTORY_FILE = 'directory.json'

export interface LastGood {
  /** Keeps the whole directory with all documents that it names; what no stage names any more is removed. */
  keep(source: DirectorySource): Promise<void>
  /** The directory and documents as last kept; undefined where nothing was. */
  read(): Promise<(DirectorySource & { readonly delta: DirectoryDelta }) | undefined>
}

export const openLastGood = (folder: string): LastGood => {
  const documentPath = (hash: string) => join(folder, `document-${hash}.json`)
  let kept: number | undefined
  return {
    keep: async (source) => {
      // Most commits change drafts, and no entry: nothing of it is served.
      if (kept !== undefined && (await source.changes(kept)).changes.length === 0) return
      await mkdir(folder, { recursive: true })
      const delta = await source.changes(0)
      const held = new Set(await readdir(folder))
      const named = new Set([DIRECTORY_FILE])
      for (const hash of documentHashes(delta)) {
        const path = documentPath(hash)
        named.add(`document-${hash}.json`)
        if (!held.has(`document-${hash}.json`)) {
          await writeWhole(path, JSON.stringify(await source.document(hash)))
        }
      }
      await writeWhole(join(folder, DIRECTORY_FILE), JSON.stringify(delta))
      for (const file of held) if (!named.has(file)) await rm(join(folder, file), { force: true })
      kept = delta.revision
    },
    read: async () => {
      let text: string
      try {
        text = await readFile(join(folder, DIRECTORY_FILE), 'utf8')
      } catch {
        return undefined // Nothing was kept yet: the host will tell.
      }
      const delta = JSON.parse(text) as DirectoryDelta // Written whole by `keep`.
      return {
        delta,
        changes: async () => delta,
        document: async (hash) =>
          JSON.parse(await readFile(documentPath(hash), 'utf8')) as DeploymentDocument,
      }
    },
  }
}

const documentHashes = (delta: DirectoryDelta): ReadonlySet<string> => {
  const hashes = new Set<string>()
  for (const { entry } of delta.changes) {
    if (entry?.kind !== 'stage') continue
    for (const hash of documentHashesOf(entry)) hashes.add(hash)
  }
  return hashes
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

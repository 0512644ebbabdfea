// `mkdir -p` that ends. Node's own asks without end where a folder lets nothing be made in it and says ENOENT, as /proc
// does: it takes that for a missing parent. [node: src/node_file.cc, MKDirpSync and MKDirpAsync]
import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Makes the folder and those above it that are missing. Throws what the file system says. */
export const makeFolders = (path: string): void => {
  const above: string[] = []
  for (let at = dirname(path); isMissing(at); at = dirname(at)) above.push(at)
  for (const folder of above.reverse()) makeFolder(folder)
  makeFolder(path)
}

/** The root is never missing, so that there is an end above. */
const isMissing = (path: string): boolean =>
  path !== dirname(path) && statSync(path, { throwIfNoEntry: false }) === undefined

const makeFolder = (path: string): void => {
  try {
    mkdirSync(path)
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error
  }
}

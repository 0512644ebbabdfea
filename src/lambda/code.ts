// Where a function's code lies ready to run: a folder as it is, inline text as a file, an archive unpacked.
import { createHash, hash, randomUUID } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { FunctionCode, FunctionDocument } from '#model/function.ts'
import { cfnResponseFiles } from './cfn-response.ts'
import type { CodeFolders } from './environment.ts'
import { LaunchError } from './launch-error.ts'
import { unzip, ZipError } from './zip.ts'

/** AWS: 50 MB zipped by upload, 250 MB with layers from S3. */
const ARCHIVE_BYTES_MAX = 250 * 1024 * 1024

/** Throws `LaunchError` with a message for the developer. */
export const codeFolders = async (
  document: FunctionDocument,
  dataDir: string,
): Promise<CodeFolders> => {
  const root = await folderOf(document.code, document, dataDir)
  const layers: string[] = []
  for (const layer of document.layers) layers.push(await folderOf(layer, document, dataDir))
  return { root, layers }
}

const folderOf = async (
  code: FunctionCode,
  document: FunctionDocument,
  dataDir: string,
): Promise<string> => {
  switch (code.kind) {
    case 'directory':
      if (isFolder(code.path)) return code.path
      throw new LaunchError(
        'Runtime.InvalidCode',
        `the code of ${nameOf(document)} should be in the folder ${code.path}, and there is no such folder`,
      )
    case 'inline':
      return inlineFolder(code.text, document, dataDir)
    case 'zip':
      return unpackedFolder(code.path, undefined, document, dataDir)
    case 'archive':
      return unpackedFolder(archivePath(dataDir, code.sha256), code.sha256, document, dataDir)
  }
}

/** For messages: the function, and where it is written. */
export const nameOf = (document: FunctionDocument): string =>
  document.origin === undefined
    ? document.FunctionName
    : `${document.FunctionName} (${document.origin})`

/** The name of inline code's one file. // AWS: `index` with the runtime's ending. [guide: AWS::Lambda::Function Code ZipFile] */
export const inlineFileName = (document: FunctionDocument): string => {
  if (document.Runtime.startsWith('python')) return 'index.py'
  if (document.Runtime.startsWith('nodejs')) return 'index.js'
  throw new LaunchError(
    'Runtime.InvalidCode',
    `${nameOf(document)} has inline code, which ${document.Runtime} does not take`,
  )
}

/** Where an uploaded archive is kept. */
export const archivePath = (dataDir: string, sha256: string): string =>
  join(dataDir, 'functions', 'archives', `${sha256}.zip`)

/** Where an archive lies unpacked. */
export const unpackedPath = (dataDir: string, sha256: string): string =>
  join(dataDir, 'functions', 'unpacked', sha256.slice(0, 24))

const inlineFolder = async (
  text: string,
  document: FunctionDocument,
  dataDir: string,
): Promise<string> => {
  const name = inlineFileName(document)
  const beside = cfnResponseFiles(text, name)
  const folder = join(
    dataDir,
    'functions',
    'inline',
    hash('sha256', `${[name, ...Object.values(beside)].join('\n')}\n${text}`).slice(0, 24),
  )
  if (existsSync(join(folder, name))) return folder
  await inPlace(folder, async (unfinished) => {
    // Without a package.json of its own the file would be what the next one above it says.
    if (name === 'index.js') await writeFile(join(unfinished, 'package.json'), '{}\n')
    for (const [path, content] of Object.entries(beside)) {
      await mkdir(join(unfinished, dirname(path)), { recursive: true })
      await writeFile(join(unfinished, path), content)
    }
    await writeFile(join(unfinished, name), text)
  })
  return folder
}

const unpackedFolder = async (
  path: string,
  known: string | undefined,
  document: FunctionDocument,
  dataDir: string,
): Promise<string> => {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size
  if (bytes === undefined) {
    throw new LaunchError(
      'Runtime.InvalidCode',
      `the code of ${nameOf(document)} should be ${path}, and there is no such file`,
    )
  }
  if (bytes > ARCHIVE_BYTES_MAX) {
    throw new LaunchError(
      'Runtime.InvalidCode',
      `${path} is larger than ${ARCHIVE_BYTES_MAX} bytes`,
    )
  }
  const sha256 = known ?? (await digestOf(path))
  const folder = unpackedPath(dataDir, sha256)
  if (isFolder(folder)) return folder
  try {
    await unpack(await readFile(path), folder)
  } catch (error) {
    if (!(error instanceof ZipError)) throw error
    throw new LaunchError('Runtime.InvalidCode', `${path}: ${error.message}`)
  }
  return folder
}

const digestOf = async (path: string): Promise<string> => {
  const digest = createHash('sha256')
  await pipeline(createReadStream(path), digest)
  return digest.digest('hex')
}

/** Unpacks an archive into a new folder, whole or not at all; says how many files it held. Throws `ZipError`. */
export const unpack = async (archive: Buffer, folder: string): Promise<number> => {
  let files = 0
  await inPlace(folder, async (unfinished) => {
    files = (await unzip(archive, unfinished)).files
  })
  return files
}

/** Fills a new folder aside and gives it its name when it is whole, so that a crash leaves nothing half-made. */
const inPlace = async (
  folder: string,
  fill: (unfinished: string) => Promise<void>,
): Promise<void> => {
  const unfinished = `${folder}.${process.pid}.${randomUUID().slice(0, 8)}`
  await mkdir(unfinished, { recursive: true })
  try {
    await fill(unfinished)
    if (!isFolder(folder)) await rename(unfinished, folder)
  } catch (error) {
    // Somebody else was first, with the same content.
    if (!isFolder(folder) || error instanceof ZipError) throw error
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

// Unpacks a zip archive into a folder: bounded, never outside of that folder, and in slices, so that a large archive
// holds nobody up. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
import { createWriteStream } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib'

/** An archive that is broken, too large, or up to something. */
export class ZipError extends Error {
  override readonly name = 'ZipError'
  /** It is whole, and unpacks to more than may be. */
  readonly tooLarge: boolean

  constructor(message: string, options: { cause?: unknown; tooLarge?: boolean } = {}) {
    super(message, { cause: options.cause })
    this.tooLarge = options.tooLarge ?? false
  }
}

/** AWS: 250 MB unpacked, layers included. [guide: gettingstarted-limits] */
export const UNPACKED_BYTES_MAX = 250 * 1024 * 1024
const ENTRIES_MAX = 65_535
/** Smaller entries are unpacked in one go; larger ones flow. */
const SMALL_BYTES_MAX = 64 * 1024
const SLICE_BYTES = 256 * 1024

const END_OF_DIRECTORY = 0x06054b50
const DIRECTORY_ENTRY = 0x02014b50
const LOCAL_ENTRY = 0x04034b50
const SYMLINK = 0o120000
const FILE_TYPE = 0o170000

interface ZipEntry {
  readonly name: string
  readonly method: number
  readonly flags: number
  readonly checksum: number
  readonly packedBytes: number
  readonly bytes: number
  readonly mode: number
  readonly offset: number
}

/** Throws `ZipError`; what was written by then stays, so unpack into a folder that is renamed when done. */
export const unzip = async (
  archive: Buffer,
  folder: string,
): Promise<{ readonly files: number }> => {
  const entries = admitEntries(archive)
  let files = 0
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.name.endsWith('/')) {
      await mkdir(path, { recursive: true })
      continue
    }
    files += 1
    await mkdir(dirname(path), { recursive: true })
    await writeEntry(archive, entry, path)
    if ((entry.mode & 0o111) !== 0) await chmod(path, 0o755)
  }
  return { files }
}

/** All of them, or a `ZipError`: names and sizes are looked at before anything is written. */
const admitEntries = (archive: Buffer): readonly ZipEntry[] => {
  const entries = entriesOf(archive)
  let left = UNPACKED_BYTES_MAX
  for (const entry of entries) {
    admitName(entry)
    left -= entry.bytes
    if (left < 0) {
      const message = `the archive unpacks to more than ${UNPACKED_BYTES_MAX} bytes`
      throw new ZipError(message, { tooLarge: true })
    }
  }
  return entries
}

const entriesOf = (archive: Buffer): readonly ZipEntry[] => {
  const end = findEnd(archive)
  const count = archive.readUInt16LE(end + 10)
  // The number of a zip64 archive, which 250 MB of function code never are.
  if (count >= ENTRIES_MAX) throw new ZipError('the archive has too many entries')
  const entries: ZipEntry[] = []
  let at = archive.readUInt32LE(end + 16)
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > archive.length || archive.readUInt32LE(at) !== DIRECTORY_ENTRY) {
      throw new ZipError('the archive is broken: its directory is not where it says')
    }
    const nameBytes = archive.readUInt16LE(at + 28)
    entries.push({
      name: archive.toString('utf8', at + 46, at + 46 + nameBytes),
      flags: archive.readUInt16LE(at + 8),
      method: archive.readUInt16LE(at + 10),
      checksum: archive.readUInt32LE(at + 16),
      packedBytes: archive.readUInt32LE(at + 20),
      bytes: archive.readUInt32LE(at + 24),
      mode: archive.readUInt32LE(at + 38) >>> 16,
      offset: archive.readUInt32LE(at + 42),
    })
    at += 46 + nameBytes + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
  }
  return entries
}

/** The end record is last, but for a comment of at most 65535 bytes. */
const findEnd = (archive: Buffer): number => {
  const first = Math.max(0, archive.length - 22 - 65_535)
  for (let at = archive.length - 22; at >= first; at -= 1) {
    if (archive.readUInt32LE(at) === END_OF_DIRECTORY) return at
  }
  throw new ZipError('this is not a zip archive')
}

const admitName = (entry: ZipEntry): void => {
  const { name } = entry
  const parts = name.split(/[/\\]/)
  if (
    name === '' ||
    name.includes('\0') ||
    /^([/\\]|[A-Za-z]:)/.test(name) ||
    parts.includes('..')
  ) {
    throw new ZipError(`the archive wants to write outside of its folder: ${JSON.stringify(name)}`)
  }
  if ((entry.mode & FILE_TYPE) === SYMLINK) {
    throw new ZipError(`the archive contains a symbolic link, which is refused: ${name}`)
  }
  if ((entry.flags & 1) !== 0) throw new ZipError(`the archive is encrypted: ${name}`)
  if (entry.method !== 0 && entry.method !== 8) {
    throw new ZipError(`the archive packs ${name} in a way (${entry.method}) that is unknown`)
  }
}

const writeEntry = async (archive: Buffer, entry: ZipEntry, path: string): Promise<void> => {
  const packed = packedOf(archive, entry)
  try {
    if (entry.bytes <= SMALL_BYTES_MAX) await writeFile(path, smallContent(packed, entry))
    else await writeFlowing(packed, entry, path)
  } catch (error) {
    if (error instanceof ZipError) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (PLACE_ERRORS.has(code)) throw error // The disk's, not the archive's.
    throw new ZipError(`the archive is broken at ${entry.name}`, { cause: error })
  }
}

const PLACE_ERRORS: ReadonlySet<string> = new Set(['ENOSPC', 'EACCES', 'EROFS', 'EMFILE', 'EIO'])

const packedOf = (archive: Buffer, { offset, name, packedBytes }: ZipEntry): Buffer => {
  if (offset + 30 > archive.length || archive.readUInt32LE(offset) !== LOCAL_ENTRY) {
    throw new ZipError(`the archive is broken at ${name}`)
  }
  const start = offset + 30 + archive.readUInt16LE(offset + 26) + archive.readUInt16LE(offset + 28)
  return archive.subarray(start, start + packedBytes)
}

const smallContent = (packed: Buffer, entry: ZipEntry): Buffer => {
  const content =
    entry.method === 0 || entry.bytes === 0
      ? packed.subarray(0, entry.method === 0 ? undefined : 0)
      : inflateRawSync(packed, { maxOutputLength: entry.bytes })
  if (content.length !== entry.bytes || crc32(content) !== entry.checksum) throw wrongSum(entry)
  return content
}

/** The entry says how large it is, and not a byte more is written. */
const writeFlowing = async (packed: Buffer, entry: ZipEntry, path: string): Promise<void> => {
  let bytes = 0
  let sum = 0
  const check = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length
      sum = crc32(chunk, sum)
      if (bytes > entry.bytes) done(wrongSum(entry))
      else done(null, chunk)
    },
  })
  const source = Readable.from(slicesOf(packed))
  const target = createWriteStream(path)
  if (entry.method === 0) await pipeline(source, check, target)
  else await pipeline(source, createInflateRaw({ chunkSize: SMALL_BYTES_MAX }), check, target)
  if (bytes !== entry.bytes || sum !== entry.checksum) throw wrongSum(entry)
}

const slicesOf = function* (bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) yield bytes.subarray(at, at + SLICE_BYTES)
}

const wrongSum = ({ name }: ZipEntry): ZipError =>
  new ZipError(`the archive is broken: the checksum of ${name} is wrong`)

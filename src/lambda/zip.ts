// Unpacks a zip archive into a folder: bounded, and never outside of that folder.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { crc32, inflateRawSync } from 'node:zlib'

/** An archive that is broken, too large, or up to something. */
export class ZipError extends Error {
  override readonly name = 'ZipError'
}

/** AWS: 250 MB unpacked, layers included. */
const UNPACKED_BYTES_MAX = 250 * 1024 * 1024
const ENTRIES_MAX = 65_535

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
export const unzip = (archive: Buffer, folder: string): void => {
  let left = UNPACKED_BYTES_MAX
  for (const entry of entriesOf(archive)) {
    const name = safeName(entry)
    if (name.endsWith('/')) {
      mkdirSync(join(folder, name), { recursive: true })
      continue
    }
    left -= entry.bytes
    if (left < 0) throw new ZipError(`the archive unpacks to more than ${UNPACKED_BYTES_MAX} bytes`)
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, contentOf(archive, entry))
    if ((entry.mode & 0o111) !== 0) chmodSync(path, 0o755)
  }
}

const entriesOf = (archive: Buffer): readonly ZipEntry[] => {
  const end = findEnd(archive)
  const count = archive.readUInt16LE(end + 10)
  if (count > ENTRIES_MAX) throw new ZipError('the archive has too many entries')
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

const safeName = (entry: ZipEntry): string => {
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
  return name
}

const contentOf = (archive: Buffer, entry: ZipEntry): Buffer => {
  const { offset, name } = entry
  if (offset + 30 > archive.length || archive.readUInt32LE(offset) !== LOCAL_ENTRY) {
    throw new ZipError(`the archive is broken at ${name}`)
  }
  const start = offset + 30 + archive.readUInt16LE(offset + 26) + archive.readUInt16LE(offset + 28)
  const packed = archive.subarray(start, start + entry.packedBytes)
  const content = inflate(packed, entry)
  if (content.length !== entry.bytes || crc32(content) !== entry.checksum) {
    throw new ZipError(`the archive is broken: the checksum of ${name} is wrong`)
  }
  return content
}

const inflate = (packed: Buffer, entry: ZipEntry): Buffer => {
  if (entry.method === 0) return packed
  if (entry.method !== 8) {
    throw new ZipError(`the archive packs ${entry.name} in a way (${entry.method}) that is unknown`)
  }
  if (entry.bytes === 0) return Buffer.alloc(0)
  try {
    return inflateRawSync(packed, { maxOutputLength: entry.bytes })
  } catch (error) {
    throw new ZipError(`the archive is broken at ${entry.name}`, { cause: error })
  }
}

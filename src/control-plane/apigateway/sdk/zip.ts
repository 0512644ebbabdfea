// A zip file of a few small texts, as PKWARE's APPNOTE 6.3 has it: deflated entries, then the directory of them.
import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipEntry {
  readonly path: string
  readonly text: string
}

export const zipOf = (entries: readonly ZipEntry[]): Uint8Array => {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const path = Buffer.from(entry.path, 'utf8')
    const content = Buffer.from(entry.text, 'utf8')
    const packed = deflateRawSync(content)
    const facts = factsOf(content, packed, path)
    const local = Buffer.concat([words(LOCAL_SIGNATURE, 4), words(VERSION, 2), facts, path, packed])
    const place = Buffer.concat([words(0, 2), words(0, 2), words(0, 2), words(0, 4)])
    const head = Buffer.concat([
      words(DIRECTORY_SIGNATURE, 4),
      words(VERSION, 2),
      words(VERSION, 2),
      facts,
    ])
    directory.push(Buffer.concat([head, place, words(offset, 4), path]))
    files.push(local)
    offset += local.length
  }
  const table = Buffer.concat(directory)
  const end = Buffer.concat([
    words(END_SIGNATURE, 4),
    words(0, 4),
    words(entries.length, 2),
    words(entries.length, 2),
    words(table.length, 4),
    words(offset, 4),
    words(0, 2),
  ])
  return Buffer.concat([...files, table, end])
}

const LOCAL_SIGNATURE = 0x04034b50
const DIRECTORY_SIGNATURE = 0x02014b50
const END_SIGNATURE = 0x06054b50
const VERSION = 20
const UTF8_NAMES = 0x0800
const DEFLATED = 8
/** 1 January 1980: the same content is the same file. */
const EARLIEST_DATE = 0x21

/** What both the file and the directory say of an entry. */
const factsOf = (content: Buffer, packed: Buffer, path: Buffer): Buffer =>
  Buffer.concat([
    words(UTF8_NAMES, 2),
    words(DEFLATED, 2),
    words(0, 2),
    words(EARLIEST_DATE, 2),
    words(crc32(content), 4),
    words(packed.length, 4),
    words(content.length, 4),
    words(path.length, 2),
    words(0, 2),
  ])

const words = (value: number, bytes: 2 | 4): Buffer => {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntLE(value, 0, bytes)
  return buffer
}

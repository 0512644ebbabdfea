// multipart/form-data as it comes: the fields before the file, and the file's bytes one piece after the other.
// https://datatracker.ietf.org/doc/html/rfc7578
import { incompleteBody } from './errors.ts'
import { ServiceError } from '#wire/errors.ts'

export interface Form {
  /** By their names in lower case. The first of a name counts. */
  readonly fields: ReadonlyMap<string, string>
  readonly fileName: string
  readonly file: AsyncIterable<Uint8Array>
}

/** AWS: all that is before the file. */
const FIELDS_BYTES_MAX = 20 * 1024
const FIELDS_MAX = 200

export const boundaryOf = (contentType: string): string | undefined => {
  const [, quoted, plain] =
    /;\s*boundary=(?:"([^"]{1,70})"|([^\s;,"]{1,70}))/i.exec(contentType) ?? []
  return /^multipart\/form-data\b/i.test(contentType) ? (quoted ?? plain) : undefined
}

export const readForm = async (
  source: AsyncIterable<Uint8Array>,
  boundary: string,
): Promise<Form> => {
  const reader = readerOf(source)
  const fields = new Map<string, string>()
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  let bytesLeft = FIELDS_BYTES_MAX
  const take = async (end: Uint8Array): Promise<Buffer> => {
    const piece = await reader.until(end, bytesLeft)
    bytesLeft -= piece.length
    return piece
  }
  // The first boundary has no line before it.
  reader.unread(Buffer.from('\r\n'))
  if ((await take(delimiter)).length > 0) throw malformed()
  for (let count = 0; count < FIELDS_MAX; count++) {
    if ((await take(LINE_END)).toString() === '--') throw noFile()
    const head = (await take(HEAD_END)).toString('utf8')
    const name = parameterOf(head, 'name')
    if (name === undefined) throw malformed()
    if (name.toLowerCase() === 'file') {
      const file = restOf(reader, delimiter)
      return { fields, fileName: parameterOf(head, 'filename') ?? '', file }
    }
    const value = (await take(delimiter)).toString('utf8')
    if (!fields.has(name.toLowerCase())) fields.set(name.toLowerCase(), value)
  }
  throw tooLong()
}

const LINE_END = Buffer.from('\r\n')
const HEAD_END = Buffer.from('\r\n\r\n')

const parameterOf = (head: string, name: string): string | undefined => {
  const disposition = /^content-disposition:\s*form-data(.*)$/im.exec(head)?.[1] ?? ''
  const found = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]+))`, 'i').exec(
    disposition,
  )
  // Browsers write a quote as %22, others with a backslash.
  return (found?.[1] ?? found?.[2])?.replaceAll('\\"', '"').replaceAll('%22', '"')
}

interface Reader {
  /** What comes before `end`, which is passed over. */
  until(end: Uint8Array, bytesMax: number): Promise<Buffer>
  /** What there is at the moment; undefined at the end. */
  next(): Promise<Buffer | undefined>
  unread(data: Buffer): void
}

const readerOf = (source: AsyncIterable<Uint8Array>): Reader => {
  const pieces = source[Symbol.asyncIterator]()
  let held = Buffer.alloc(0)
  const more = async (): Promise<boolean> => {
    const { done, value } = await pieces.next()
    if (done === true) return false
    held = Buffer.concat([held, value])
    return true
  }
  return {
    until: async (end, bytesMax) => {
      for (;;) {
        const at = held.indexOf(end)
        if (at > bytesMax || (at === -1 && held.length > bytesMax + end.length)) throw tooLong()
        if (at !== -1) {
          const found = held.subarray(0, at)
          held = held.subarray(at + end.length)
          return found
        }
        if (!(await more())) throw incompleteBody()
      }
    },
    next: async () => {
      if (held.length === 0 && !(await more())) return undefined
      const found = held
      held = Buffer.alloc(0)
      return found
    },
    unread: (data) => {
      held = Buffer.concat([data, held])
    },
  }
}

/** The file's bytes. What follows it is not looked at: AWS ignores fields after the file. */
async function* restOf(reader: Reader, delimiter: Buffer): AsyncGenerator<Uint8Array> {
  for (;;) {
    const piece = await reader.next()
    if (piece === undefined) throw incompleteBody()
    const at = piece.indexOf(delimiter)
    if (at !== -1) {
      if (at > 0) yield piece.subarray(0, at)
      break
    }
    // A part of the delimiter may be at the end.
    const safe = piece.length - delimiter.length
    if (safe <= 0) {
      const rest = await reader.next()
      if (rest === undefined) throw incompleteBody()
      reader.unread(Buffer.concat([piece, rest]))
      continue
    }
    yield piece.subarray(0, safe)
    const rest = await reader.next()
    if (rest === undefined) throw incompleteBody()
    reader.unread(Buffer.concat([piece.subarray(safe), rest]))
  }
  while ((await reader.next()) !== undefined) continue
}

const malformed = (): ServiceError =>
  new ServiceError(
    'MalformedPOSTRequest',
    400,
    'The body of your POST request is not well-formed multipart/form-data.',
  )

const noFile = (): ServiceError =>
  new ServiceError('InvalidArgument', 400, 'POST requires exactly one file upload per request.', {
    ArgumentName: 'file',
    ArgumentValue: '0',
  })

const tooLong = (): ServiceError =>
  new ServiceError(
    'MaxPostPreDataLengthExceededError',
    400,
    'Your POST request fields preceding the upload file were too large.',
    { MaxPostPreDataLengthBytes: FIELDS_BYTES_MAX },
  )

// A page of the uploads of a bucket: those after a marker, with what has a delimiter after the prefix rolled up.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
import type { UploadRecord } from './object-index.ts'
import { type Input, textOf } from './parts.ts'

/** Uploads that are under way at once: more is a mistake, and those after are listed when some are over. */
export const UPLOADS_READ_MAX = 10_000

interface Place {
  readonly key: string
  readonly uploadId: string
}

export const markersOf = (input: Input): { readonly after?: Place } => {
  const key = textOf(input, 'KeyMarker')
  // AWS: an upload's id alone says nothing.
  return key === undefined
    ? {}
    : { after: { key, uploadId: textOf(input, 'UploadIdMarker') ?? '' } }
}

/** `all` in the order of their keys, and of their ids where those are the same. */
export const pageOfUploads = (
  all: readonly UploadRecord[],
  asked: {
    readonly prefix: string
    readonly delimiter: string
    readonly limit: number
    readonly after?: Place
  },
) => {
  const { prefix, delimiter, limit, after } = asked
  const uploads: UploadRecord[] = []
  const prefixes: string[] = []
  let last: Place | undefined
  for (const upload of all) {
    if (after !== undefined && !isAfter(upload, after)) continue
    const end = delimiter === '' ? -1 : upload.key.indexOf(delimiter, prefix.length)
    const rolled = end === -1 ? undefined : upload.key.slice(0, end + delimiter.length)
    if (
      rolled !== undefined &&
      (prefixes.includes(rolled) || after?.key.startsWith(rolled) === true)
    )
      continue
    if (uploads.length + prefixes.length >= limit) return { uploads, prefixes, next: last }
    if (rolled === undefined) uploads.push(upload)
    else prefixes.push(rolled)
    last = { key: rolled ?? upload.key, uploadId: upload.uploadId }
  }
  return { uploads, prefixes }
}

const isAfter = (upload: Place, after: Place): boolean => {
  const order = Buffer.compare(Buffer.from(upload.key), Buffer.from(after.key))
  return order > 0 || (order === 0 && after.uploadId !== '' && upload.uploadId > after.uploadId)
}

// If-Match and its like, and Range. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
import { ServiceError } from '#wire/errors.ts'
import { preconditionFailed } from './errors.ts'
import type { ObjectRecord } from './object-index.ts'
import type { Input } from './parts.ts'

/** Throws 412; `not-modified` where the caller has it already. */
export const checkRead = (
  input: Input,
  { etag, modifiedMs }: ObjectRecord,
  prefix = '',
): 'proceed' | 'not-modified' => {
  const [ifMatch, ifNoneMatch] = [input[`${prefix}IfMatch`], input[`${prefix}IfNoneMatch`]]
  const since = input[`${prefix}IfModifiedSince`]
  const until = input[`${prefix}IfUnmodifiedSince`]
  const seconds = Math.floor(modifiedMs / 1_000) * 1_000
  if (typeof ifMatch === 'string') {
    if (!matches(ifMatch, etag)) throw preconditionFailed('If-Match')
  } else if (typeof until === 'number' && seconds > until) {
    throw preconditionFailed('If-Unmodified-Since')
  }
  const isKnown =
    typeof ifNoneMatch === 'string'
      ? matches(ifNoneMatch, etag)
      : typeof since === 'number' && seconds <= since
  if (!isKnown) return 'proceed'
  // AWS: a copy has nobody to tell that it is known.
  if (prefix !== '') throw preconditionFailed('x-amz-copy-source-If-None-Match')
  return 'not-modified'
}

/** Whether what is there may be replaced. */
export const checkWrite =
  (input: Input) =>
  (before: ObjectRecord | undefined): void => {
    const [ifMatch, ifNoneMatch] = [input['IfMatch'], input['IfNoneMatch']]
    // AWS: a write knows no other value. [API reference: PutObject]
    if (typeof ifNoneMatch === 'string' && ifNoneMatch.trim() !== '*')
      throw new ServiceError(
        'NotImplemented',
        501,
        'A header you provided implies functionality that is not implemented',
        { Header: 'If-None-Match' },
      )
    if (ifNoneMatch !== undefined && before !== undefined) throw preconditionFailed('If-None-Match')
    if (typeof ifMatch !== 'string') return
    if (before === undefined)
      throw new ServiceError('NoSuchKey', 404, 'The specified key does not exist.')
    if (!matches(ifMatch, before.etag)) throw preconditionFailed('If-Match')
  }

const matches = (list: string, etag: string): boolean =>
  list.split(',').some((one) => {
    const given = one
      .trim()
      .replace(/^W\//, '')
      .replace(/^"(.*)"$/, '$1')
    return given === '*' || given === etag
  })

export interface ByteRange {
  readonly start: number
  readonly length: number
}

/** Undefined: the whole. AWS: several ranges, or what is no range, get the whole. Throws 416. */
export const readRange = (text: unknown, size: number): ByteRange | undefined => {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(String(text ?? '').trim()) ?? []
  if (first === '' && last === '') return undefined
  if (first === '') {
    const length = Math.min(Number(last), size)
    if (length === 0) throw invalidRange(size)
    return { start: size - length, length }
  }
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && Number(last) < start) return undefined
  if (start >= size) throw invalidRange(size)
  return { start, length: end - start + 1 }
}

const invalidRange = (ActualObjectSize: number): ServiceError =>
  new ServiceError('InvalidRange', 416, 'The requested range is not satisfiable', {
    ActualObjectSize,
  })

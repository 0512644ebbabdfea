// What a disk says when it cannot.
import { isDiskFull } from '#shared/disk-full.ts'
import { ServiceError } from '#wire/errors.ts'

export const isErrno = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code))

/** A full disk is no bug of ours: whoever puts an object is told. */
export const fullDisk = (error: unknown): ServiceError | undefined =>
  isDiskFull(error)
    ? new ServiceError('InternalError', 500, 'There is no space left for the object on the disk.')
    : undefined

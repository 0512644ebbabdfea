// What a full disk says through each of those that write to it: the system, SQLite and LevelDB.

const SYSTEM_CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
const SQLITE_FULL = 13
/** SQLITE_IOERR_SHMSIZE: there was no room for the index of a write-ahead log. */
const SQLITE_NO_ROOM_FOR_INDEX = 4_874
const CAUSES_MAX = 5

/** Nothing can be written: no bug, and over when there is room again. */
export const isDiskFull = (error: unknown): boolean => {
  let one = error
  for (let depth = 0; depth < CAUSES_MAX && one instanceof Error; depth++) {
    if ('code' in one && SYSTEM_CODES.has(one.code)) return true
    if (
      'errcode' in one &&
      (one.errcode === SQLITE_FULL || one.errcode === SQLITE_NO_ROOM_FOR_INDEX)
    )
      return true
    // LevelDB has one code for all that a disk can say.
    if ('code' in one && one.code === 'LEVEL_IO_ERROR' && NO_ROOM.test(one.message)) return true
    one = one.cause
  }
  return false
}

const NO_ROOM = /No space left on device|Disk quota exceeded|File too large/

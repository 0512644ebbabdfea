// How a command ends that cannot go on: one message a person can act on; the stack only where it is our fault.
import { errorMessage } from '#shared/assert.ts'
import { isDiskFull } from '#shared/disk-full.ts'
import { ListenError } from '#transport/listen-address.ts'

/** Errors whose message says all there is to say: wrong input, not wrong code. */
const CLEAR = new Set([
  'DataDirectoryError',
  'DeployError',
  'KeyFileError',
  'ListenError',
  'PageError',
  'ServiceError',
  'StartFailure',
  'SettingsError',
  'TemplateError',
  'TransformError',
  'WsError',
])

/** What to do about errors that know nothing of flags. */
const mendOf = (error: Error): string => {
  if (!(error instanceof ListenError)) return ''
  return error.code === 'ENOTFOUND' || error.code === 'EADDRNOTAVAIL'
    ? '. Correct --host (of the APIs, with serve: --data-host)'
    : '. Choose another port with --port (of the APIs, with serve: --data-port)'
}

export const isClear = (error: unknown): error is Error =>
  error instanceof Error && CLEAR.has(error.name)

/** What to print of a failure: the message, or for a bug of ours the stack as well. */
export const describeFailure = (error: unknown): string => {
  if (isDiskFull(error)) return `there is no space left on the disk: ${errorMessage(error)}`
  if (isClear(error)) return `${error.message}${mendOf(error)}`
  if (error instanceof Error && error.stack !== undefined) {
    return `this is a fault of daemun, not of your input:\n${error.stack}`
  }
  return errorMessage(error)
}

/** Prints why and ends the process with status 1. */
export const exitWith = (error: unknown): never => {
  process.stderr.write(`daemun: ${describeFailure(error)}\n`)
  process.exit(1)
}

// What the engine refuses, and what goes wrong in it.
import { isObject } from '#shared/json.ts'

/** A refusal of the engine: AWS's code and words. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: string
  /** Beside the code and the message, in the answer. */
  readonly details: Readonly<Record<string, unknown>>
  constructor(code: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.code = code
    this.details = details
  }
}

export const validationError = (message: string): EngineError =>
  new EngineError('ValidationException', message)

/** Some of them say the whole value that is wrong. */
const MESSAGE_LENGTH_MAX = 4_096

/** The engine's refusals carry the body of an answer. Anything else is a bug, and stays what it is. */
export const asRefusal = (error: unknown): unknown => {
  if (!isObject(error) || !isObject(error['body'])) {
    // Values nested too deep for the stack are the caller's.
    return error instanceof RangeError
      ? validationError('Nesting Levels have exceeded supported limits')
      : error
  }
  const { __type: type, message, Message } = error['body']
  const code = String(type).split('#').at(-1) ?? ''
  return new EngineError(code, String(message ?? Message ?? '').slice(0, MESSAGE_LENGTH_MAX))
}

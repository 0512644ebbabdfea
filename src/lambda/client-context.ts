// The client context of an invocation: base64 JSON in the Invoke API, plain JSON in the Runtime API.
import { isObject } from '#shared/json.ts'

/** The JSON, in ASCII because it becomes a header; undefined where it is no JSON object. */
export const clientContextOf = (encoded: string): string | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, 'base64').toString())
    return isObject(value) ? asciiJson(value) : undefined
  } catch {
    return undefined
  }
}

const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

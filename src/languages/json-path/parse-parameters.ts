// The parameters of a function in a path: `$.sum($.a[0], 2)`. Each is a path or JSON.
import { parseLiteral } from './parse-literal.ts'
import { fail, type ParsePath, type PathReader } from './path-reader.ts'
import type { FunctionParameter } from './syntax.ts'

/** Beyond this nobody has a use for them. */
const PARAMETERS_MAX = 64

export const readParameters = (
  text: string,
  reader: PathReader,
  parsePath: ParsePath,
): readonly FunctionParameter[] => {
  const parameters: FunctionParameter[] = []
  for (const part of partsOf(text)) {
    if (part === '') continue
    if (parameters.length === PARAMETERS_MAX) fail(reader, 'Too many parameters')
    parameters.push(
      /^[$@]/.test(part)
        ? { kind: 'path', path: parsePath(part, reader.version, reader.depth + 1) }
        : { kind: 'json', value: parseLiteral(part) },
    )
  }
  return parameters
}

/** Split at the commas that stand in no bracket and no string. */
const partsOf = (text: string): readonly string[] => {
  const parts: string[] = []
  let depth = 0
  let quote = ''
  let start = 0
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index)
    if (quote !== '') {
      if (char === '\\') index += 1
      else if (char === quote) quote = ''
    } else if (char === '"' || char === "'") {
      quote = char
    } else if (/[([{]/.test(char)) {
      depth += 1
    } else if (/[)\]}]/.test(char)) {
      depth -= 1
    } else if (char === ',' && depth === 0) {
      parts.push(text.slice(start, index).trim())
      start = index + 1
    }
  }
  parts.push(text.slice(start).trim())
  return parts
}

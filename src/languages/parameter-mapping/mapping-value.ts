// The right side of an HTTP API parameter mapping: a reference, text with `${…}` in it, or plain text.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
//
// Every text in here is a byte string: one character a byte, as headers are on the wire. So values from headers,
// the query string and the template can be put together before anyone knows where they go.

import { JsonPathSyntaxError } from '../json-path/errors.ts'
import { compileJsonPath, type JsonPath } from '../json-path/json-path.ts'

/** Something a value refers to. `header` is the request's or the response's, after the side that is mapped. */
export type Reference =
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'querystring'; readonly name: string }
  | { readonly kind: 'path' }
  /** Without a path: the whole body. */
  | { readonly kind: 'body'; readonly path: JsonPath | undefined }
  | { readonly kind: 'pathParameter'; readonly name: string }
  | { readonly kind: 'context'; readonly name: string }
  | { readonly kind: 'stageVariable'; readonly name: string }

export type MappingSide = 'request' | 'response'
type MappingTarget = 'header' | 'querystring' | 'path' | 'statuscode'

/** What a reference stands for, as a byte string; for a path, still percent-encoded. */
export type LookUp = (reference: Reference, target: MappingTarget) => string | undefined

/** Undefined where the whole value is one reference that stands for nothing. */
export type MappingValue = (lookUp: LookUp, target: MappingTarget) => string | undefined

/** A value as a function, or in words what this version does not do. */
export const compileMappingValue = (
  text: string,
  side: MappingSide,
): { readonly value: MappingValue } | { readonly problem: string } => {
  if (text.startsWith('$') && !text.startsWith('${')) return compileReference(text, side)
  const pieces: MappingValue[] = []
  let end = 0
  for (const match of text.matchAll(/\$\{([^{}]{0,512})\}/g)) {
    pieces.push(fixed(text.slice(end, match.index)))
    const compiled = compileReference(`$${match[1] ?? ''}`, side)
    if ('problem' in compiled) return compiled
    pieces.push(compiled.value)
    end = match.index + match[0].length
  }
  if (end === 0) return { value: fixed(text) }
  pieces.push(fixed(text.slice(end)))
  return {
    value: (lookUp, target) => pieces.map((piece) => piece(lookUp, target) ?? '').join(''),
  }
}

/** Text as the bytes of its UTF-8 form, one character each. */
export const toByteString = (text: string): string =>
  // Most text is ASCII, which is its own byte string.
  /^[\0-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1')

const fixed = (text: string): MappingValue => {
  const bytes = toByteString(text)
  return () => bytes
}

const compileReference = (
  text: string,
  side: MappingSide,
): { readonly value: MappingValue } | { readonly problem: string } => {
  const reference = parseReference(text, side)
  if (typeof reference === 'object') {
    return { value: (lookUp, target) => lookUp(reference, target) }
  }
  if (reference === 'text') return { value: fixed(text) }
  return { problem: `the value ${text} of a parameter mapping` }
}

/** `text`: no reference at all, such as `$5`. */
const parseReference = (text: string, side: MappingSide): Reference | 'text' | 'unsupported' => {
  const parts = /^\$(request|response|context|stageVariables)\.(.+)$/.exec(text)
  if (parts?.[1] === undefined || parts[2] === undefined) return 'text'
  const [, root, rest] = parts
  if (root === 'context') return { kind: 'context', name: rest }
  if (root === 'stageVariables') return { kind: 'stageVariable', name: rest }
  if (root !== side) return 'unsupported'
  const dot = rest.indexOf('.')
  const place = dot === -1 ? rest : rest.slice(0, dot)
  const name = dot === -1 ? '' : rest.slice(dot + 1)
  if (place === 'header' && name !== '') return { kind: 'header', name: name.toLowerCase() }
  if (side === 'response') return 'unsupported'
  if (place === 'querystring' && name !== '') return { kind: 'querystring', name }
  if (place === 'body') return bodyReference(dot === -1 ? undefined : name)
  // `$request.body[0]`
  if (place.startsWith('body[')) return bodyReference(rest.slice('body'.length))
  if (place !== 'path') return 'unsupported'
  return dot === -1 ? { kind: 'path' } : { kind: 'pathParameter', name }
}

/** AWS: JSON paths, but neither `..` nor filters. [guide: http-api-parameter-mapping] */
const bodyReference = (path: string | undefined): Reference | 'unsupported' => {
  if (path === undefined) return { kind: 'body', path: undefined }
  const text = path.startsWith('[') ? `$${path}` : `$.${path}`
  if (text.includes('..') || text.includes('?')) return 'unsupported'
  try {
    return { kind: 'body', path: compileJsonPath(text) }
  } catch (error) {
    if (error instanceof JsonPathSyntaxError) return 'unsupported'
    throw error
  }
}

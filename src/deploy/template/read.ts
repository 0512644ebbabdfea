// Reads a template's text, YAML or JSON, into plain JSON values the way CloudFormation reads it: YAML 1.2
// booleans, dates as text, `0755` as octal, the short forms of the intrinsic functions written out.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  type ParsedNode,
  parseDocument,
  type Scalar,
} from 'yaml'
import { assert, errorMessage } from '#shared/assert.ts'
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { parseIndented } from './flow-indent.ts'
import type { Path } from './path.ts'
import type { TemplateSource } from './source.ts'
import { objectOf } from './source.ts'
import { intrinsicOfTag, scalarOfTag } from './tags.ts'
import { TemplateError } from './template-error.ts'

/** Five times what CloudFormation takes from S3. */
export const TEMPLATE_BYTES_MAX = 5 * 1024 * 1024
const DEPTH_MAX = 200
/** Nodes after aliases are written out: what stops an alias bomb. */
const NODES_MAX = 1_000_000

export const readTemplate = (text: string, file: string): TemplateSource => {
  if (Buffer.byteLength(text) > TEMPLATE_BYTES_MAX) {
    throw new TemplateError({
      file,
      problem: `the template is larger than ${TEMPLATE_BYTES_MAX} bytes`,
      mend: 'Split it into several stacks',
    })
  }
  try {
    return readJson(text, file) ?? readYaml(text, file)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new TemplateError(
      { file, problem: 'the template is nested too deeply', mend: 'Flatten it' },
      error,
    )
  }
}

/** Undefined where the text is not JSON: the YAML reader then says what is wrong with it, with a line. */
const readJson = (text: string, file: string): TemplateSource | undefined => {
  if (!/^\uFEFF?\s*\{/.test(text)) return undefined
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
  if (!isObject(value)) return undefined
  checkDepth(value, file)
  let lines: ((path: Path) => number | undefined) | undefined
  return {
    file,
    value: value as JsonObject, // JSON.parse made it.
    duplicateKeys: [],
    lineOf: (path) => {
      lines ??= linesOf(parse(text, file))
      return lines(path)
    },
  }
}

const checkDepth = (value: unknown, file: string): void => {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEPTH_MAX) throw tooDeep(file)
    const next: unknown[] = []
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue
      for (const member of Object.values(item)) next.push(member)
    }
    level = next
  }
}

const tooDeep = (file: string, line?: number) =>
  new TemplateError({
    file,
    line,
    problem: `the template is nested more than ${DEPTH_MAX} levels deep`,
    mend: 'Flatten it',
  })

interface Parsed {
  readonly document: Document.Parsed
  readonly lineAt: (offset: number) => number
}

const parse = (text: string, file: string): Parsed => {
  const { document, counter } = parseIndented(
    text,
    parseOnce,
    ({ document: { errors } }) => errors[0],
  )
  const [error] = document.errors
  if (error !== undefined) {
    if (error.message.includes('call stack')) throw tooDeep(file)
    const at = counter.linePos(error.pos[0])
    throw new TemplateError({
      file,
      line: at.line,
      column: at.col,
      problem: `this is not valid YAML: ${error.message.split('\n')[0]?.replace(/[:.]$/, '')}`,
      mend: 'Mend the line; indentation must be spaces, and text with ": " or a leading special character needs quotes',
    })
  }
  return { document, lineAt: (offset) => counter.linePos(offset).line }
}

const parseOnce = (text: string) => {
  const counter = new LineCounter()
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    lineCounter: counter,
    logLevel: 'silent',
    prettyErrors: false,
    stringKeys: false,
    uniqueKeys: false,
    merge: true,
  })
  return { document, counter }
}

const readYaml = (text: string, file: string): TemplateSource => {
  const parsed = parse(text, file)
  const reader = createReader(parsed, file)
  const value = objectOf(reader.read(parsed.document.contents, 0))
  if (value === undefined) {
    throw new TemplateError({
      file,
      line: 1,
      problem: 'a template must be a map at its top level',
      mend: 'Begin it with `Resources:` or, for an API definition, `openapi:`',
    })
  }
  return { file, value, duplicateKeys: reader.duplicateKeys, lineOf: linesOf(parsed) }
}

const createReader = ({ document, lineAt }: Parsed, file: string) => {
  let nodes = 0
  const duplicateKeys: { key: string; line: number }[] = []

  const read = (node: unknown, depth: number): JsonValue => {
    if (++nodes > NODES_MAX) {
      throw new TemplateError({
        file,
        problem: `the template has more than ${NODES_MAX} values once its aliases are written out`,
        mend: 'Use fewer aliases',
      })
    }
    if (node === null || node === undefined) return null
    if (depth > DEPTH_MAX) throw tooDeep(file, lineOfNode(node))
    if (isAlias(node)) return read(node.resolve(document), depth + 1)
    const plain = untagged(node, depth)
    return tagOf(node) === undefined ? plain : tagged(node, plain)
  }

  const untagged = (node: unknown, depth: number): JsonValue => {
    if (isScalar(node)) return scalarValue(node)
    if (isSeq(node)) return node.items.map((item) => read(item, depth + 1))
    assert(isMap(node), 'a YAML node of an unknown kind')
    return readMap(node.items, depth)
  }

  const readMap = (pairs: readonly Pair[], depth: number): JsonObject => {
    const entries = new Map<string, JsonValue>()
    const merged = new Map<string, JsonValue>()
    for (const pair of pairs) {
      const key = keyOf(pair.key)
      const value = read(pair.value, depth + 1)
      if (key === '<<' && isScalar(pair.key) && pair.key.type === 'PLAIN') {
        for (const from of Array.isArray(value) ? value : [value]) {
          for (const [name, member] of Object.entries(objectOf(from) ?? {})) {
            if (!merged.has(name)) merged.set(name, member)
          }
        }
        continue
      }
      if (entries.has(key)) duplicateKeys.push({ key, line: lineOfNode(pair.key) ?? 0 })
      entries.set(key, value)
    }
    for (const [name, member] of merged) if (!entries.has(name)) entries.set(name, member)
    return Object.fromEntries(entries)
  }

  const tagged = (node: unknown, plain: JsonValue): JsonValue => {
    const tag = tagOf(node) ?? ''
    const standard = scalarOfTag(tag, plain, isScalar(node) ? (node.source ?? '') : '')
    if (standard !== undefined) return standard
    const intrinsic = intrinsicOfTag(tag, plain)
    if (intrinsic !== undefined) return intrinsic
    throw new TemplateError({
      file,
      line: lineOfNode(node),
      problem: `\`${tag}\` is not an intrinsic function`,
      mend: 'Use one of those of the CloudFormation reference, for instance !Ref, !Sub or !GetAtt',
    })
  }

  const lineOfNode = (node: unknown): number | undefined => {
    const range = (node as ParsedNode | null)?.range // Every node that the parser made has one.
    return range ? lineAt(range[0]) : undefined
  }

  return { read, duplicateKeys }
}

const tagOf = (node: unknown): string | undefined =>
  isScalar(node) || isMap(node) || isSeq(node) ? node.tag : undefined

/** A key is its text: `200:` is "200", and `N:` and `yes:` stay what they are. */
const keyOf = (node: unknown): string => {
  if (!isScalar(node)) return String(node)
  if (node.type === 'PLAIN' && node.source !== undefined) return node.source
  return String(node.value)
}

const scalarValue = (node: Scalar): JsonValue => {
  const { value, source = '' } = node
  if (typeof value === 'number') return numberValue(value, source)
  if (typeof value === 'string' || typeof value === 'boolean') return value
  return null
}

/**
 * A number, where it is written as JavaScript would write it. Everything else keeps its text, because in a template
 * most values end up as text: `Version: 1.0` must not become "1", nor an account id lose its zeros.
 */
const numberValue = (value: number, source: string): JsonValue => {
  if (/^[-+]?0[0-7]+$/.test(source)) return Number.parseInt(source, 8)
  if (/^0x[\da-f]+$/i.test(source)) return value
  return String(value) === source ? value : source
}

/** From a path to a line: walks the syntax tree as far as it can. */
const linesOf =
  ({ document, lineAt }: Parsed) =>
  (path: Path): number | undefined => {
    let node: unknown = document.contents
    let line: number | undefined
    for (const part of path) {
      if (isAlias(node)) node = node.resolve(document)
      // A short form has no key of its own: `!GetAtt` stands where the path says `Fn::GetAtt`.
      if (typeof part === 'string' && tagOf(node)?.startsWith('!') && isIntrinsicKey(part)) continue
      const child = childOf(node, part)
      if (child === undefined) break
      const range = (child.at as ParsedNode | null)?.range // Every node that the parser made has one.
      if (range) line = lineAt(range[0])
      node = child.node
    }
    return line
  }

const isIntrinsicKey = (key: string) =>
  key === 'Ref' || key === 'Condition' || key.startsWith('Fn::')

const childOf = (node: unknown, part: string | number) => {
  if (isSeq(node) && typeof part === 'number') {
    const item = node.items[part]
    return item === undefined ? undefined : { at: item, node: item }
  }
  if (!isMap(node)) return undefined
  const pair = node.items.findLast(({ key }) => keyOf(key) === String(part))
  return pair === undefined ? undefined : { at: pair.key, node: pair.value }
}

export const unreadable = (file: string, error: unknown): TemplateError =>
  new TemplateError(
    {
      file,
      problem: `the file cannot be read: ${errorMessage(error)}`,
      mend: 'Check the path and its permissions',
    },
    error,
  )

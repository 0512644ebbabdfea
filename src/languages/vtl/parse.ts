// Template text to AST, in the grammar of Velocity 1.7: what is a directive or a reference, and
// what is only text
// that looks like one. Gobbling of blanks and newlines happens here; rendering knows nothing of it.
// https://velocity.apache.org/engine/1.7/vtl-reference.html
import type { Block, Expression, Macro, Node } from './ast.ts'
import { Cursor } from './cursor.ts'
import type { Position } from './errors.ts'
import { DIRECTIVES, parseCall, parseSet } from './parse-directive.ts'
import { parseArgument } from './parse-expression.ts'
import { parseNameBehind, parseReference } from './parse-reference.ts'

/** What the parts of the parser ask of this one, which knows all of them. */
export interface TemplateParser {
  /** The macros defined so far. Those know no blocks: a definition inside `#if` counts too. */
  readonly macros: Map<string, Macro>
  /**
   * Up to `#end`, `#else` or `#elseif`, which is left to the caller; or up to the end of the text.
   */
  parseBlock(cursor: Cursor): Block
  parseString(text: string, position: Position, depth: number): Block
  /** `words`: whether a bare name is an argument. */
  parseArgument(cursor: Cursor, words: boolean): Expression
}

export interface ParsedTemplate {
  readonly body: Block
  readonly macros: ReadonlyMap<string, Macro>
}

/** `inherited`: macros that a text inside a template may use. */
export const parseVtl = (text: string, inherited?: ReadonlyMap<string, Macro>): ParsedTemplate => {
  const parser: TemplateParser = {
    macros: new Map(inherited),
    parseBlock: (cursor) => cursor.nested(() => parseNodes(cursor, parser)),
    parseString: (inner, position, depth) =>
      parseAll(new Cursor(inner, { position, depth }), parser),
    parseArgument: (cursor, words) => parseArgument(cursor, parser, words),
  }
  return { body: parseAll(new Cursor(text), parser), macros: parser.macros }
}

const parseAll = (cursor: Cursor, parser: TemplateParser): Block => {
  const body = parser.parseBlock(cursor)
  return cursor.atEnd ? body : cursor.fail()
}

const parseNodes = (cursor: Cursor, parser: TemplateParser): Block => {
  const out = new TextAndNodes()
  for (;;) {
    const start = cursor.at
    const special = nextSpecial(cursor)
    const text = cursor.text.slice(start, special)
    cursor.at = special
    // AWS: blanks before #set are eaten, unless they belong to a run of other text. [vtl_truth: ws-
    // set-same-line]
    const set = BLANKS_ONLY.test(text) && cursor.match(SET) !== undefined
    if (!set) out.text(text)
    if (set || cursor.match(SET)) out.node(parseSet(cursor, parser))
    else if (cursor.atEnd) return out.nodes()
    else if (cursor.peek() === '$') parseDollar(cursor, parser, out, 0)
    else if (cursor.peek() === '\\') parseBackslashes(cursor, parser, out)
    else if (!parseHash(cursor, parser, out)) return out.nodes()
  }
}

const SPECIAL = /[$#\\]/g
const BLANKS_ONLY = /^[ \t]+$/
const SET = /#(?:set|\{set\})[ \t]*\(/y

const nextSpecial = (cursor: Cursor): number => {
  SPECIAL.lastIndex = cursor.at
  return SPECIAL.exec(cursor.text)?.index ?? cursor.text.length
}

/** Nodes in order, with runs of text as one node. */
class TextAndNodes {
  readonly #nodes: Node[] = []
  #text = ''
  /** Up to where dollars are known to stay. */
  #kept = 0

  text(text: string): void {
    this.#text += text
  }

  node(node: Node): void {
    this.#flush()
    this.#nodes.push(node)
  }

  /** Consumes a run of dollars that is lost. */
  losesDollars(cursor: Cursor): boolean {
    const start = cursor.at
    if (start < this.#kept) return false
    cursor.match(DOLLARS)
    const end = cursor.at
    const lost = cursor.match(LOSING_DIRECTIVE) !== undefined
    cursor.at = lost ? end : start
    this.#kept = end
    return lost
  }

  nodes(): Block {
    this.#flush()
    return this.#nodes
  }

  #flush(): void {
    if (this.#text !== '') this.#nodes.push({ kind: 'text', text: this.#text })
    this.#text = ''
  }
}

/**
 * A reference behind `backslashes` of them: an odd number escapes it, and half of them are printed.
 */
const parseDollar = (
  cursor: Cursor,
  parser: TemplateParser,
  out: TextAndNodes,
  backslashes: number,
): void => {
  const bang = cursor.match(ESCAPED_BANG)
  const reference = bang ? undefined : parseReference(cursor, parser)
  const odd = backslashes % 2 === 1
  if (reference !== undefined) {
    out.text('\\'.repeat(backslashes >> 1))
    if (odd) out.text(reference.source)
    else out.node({ kind: 'reference', reference })
    out.text(parseNameBehind(cursor, parser, reference))
    // AWS: right behind a property two hashes are text. [Velocity 1.7]
    if (ENDS_IN_PROPERTY.test(reference.source) && cursor.take('##')) out.text('##')
    return
  }
  // AWS: `$\!x` is an invalid reference and so prints nothing. [Velocity 1.7 with the rule for
  // invalid references]
  if (bang) return out.text('\\'.repeat(backslashes))
  if (out.losesDollars(cursor)) return
  // AWS: an odd backslash takes dollars with it, up to the reference that it escapes. [Velocity
  // 1.7]
  if (odd && cursor.match(DOLLARS_BEFORE_REFERENCE)) {
    return parseDollar(cursor, parser, out, backslashes)
  }
  out.text('\\'.repeat(backslashes))
  parseLoneDollar(cursor, out)
}

const ENDS_IN_PROPERTY = /\.[\w-]+$/
const DOLLARS_BEFORE_REFERENCE = /\$+(?=\$!?\{?[A-Za-z_])/y
// AWS: dollars right before one of these directives are lost, before #set even with blanks between.
// [Velocity 1.7]
const DOLLARS = /(?:\\*\$!?)+/y
const LOSING_DIRECTIVE =
  /#(?:if|elseif|else|end)(?!\w)|#\{(?:if|elseif|else|end)\}|[ \t]*#(?:set|\{set\})[ \t]*\(/y
const LOST_HASH = /#(?=[ \t]+#(?:set|\{set\})[ \t]*\()/y
// AWS: any other directive is none behind a dollar. [Velocity 1.7]
const WORD_BEHIND_DOLLAR = /#(?:\{[A-Za-z_@]\w*\}|[A-Za-z_@]\w*)/y
const BRACE_OR_DOLLAR = /[{}$#]/

const parseLoneDollar = (cursor: Cursor, out: TextAndNodes): void => {
  cursor.expect('$')
  const bang = cursor.take('!')
  if (cursor.atEnd && !cursor.isString) cursor.failAtEnd()
  // AWS: of a `$!` without a name only the dollar is printed, before most other characters.
  // [Velocity 1.7]
  out.text(bang && BRACE_OR_DOLLAR.test(cursor.peek()) ? '$!' : '$')
  out.text(cursor.match(WORD_BEHIND_DOLLAR)?.[0] ?? '')
}

const ESCAPED_BANG = /\$\\+!\{?[A-Za-z_][\w-]*\}?/y
const WORD = /#(?:\{([A-Za-z_@]\w*)\}|([A-Za-z_@]\w*))/y

/**
 * Backslashes before a reference or a known directive escape it; before anything else they are
 * text.
 */
const parseBackslashes = (cursor: Cursor, parser: TemplateParser, out: TextAndNodes): void => {
  const backslashes = cursor.match(BACKSLASHES)?.[0] ?? ''
  const count = backslashes.length
  if (cursor.peek() === '$') return parseDollar(cursor, parser, out, count)
  const start = cursor.at
  const word = cursor.match(WORD)
  if (word === undefined) return out.text(backslashes)
  const name = word[1] ?? word[2] ?? ''
  const known = name === 'set' || DIRECTIVES.has(name) || parser.macros.has(name)
  if (count % 2 === 1) {
    out.text((known ? backslashes.slice(0, count >> 1) : backslashes) + word[0])
    return
  }
  cursor.at = start
  // AWS: #set is no directive to the rule that halves backslashes. [Velocity 1.7]
  out.text(known && name !== 'set' ? backslashes.slice(0, count >> 1) : backslashes)
}

const BACKSLASHES = /\\+/y

/** False at `#end`, `#else` and `#elseif`, with nothing consumed. */
const parseHash = (cursor: Cursor, parser: TemplateParser, out: TextAndNodes): boolean => {
  if (cursor.take('##')) {
    cursor.match(REST_OF_LINE)
    return true
  }
  if (cursor.take('#[[')) {
    const start = cursor.at
    if (!cursor.skipPast(']]#')) cursor.failAtEnd()
    out.text(cursor.text.slice(start, cursor.at - 3))
    return true
  }
  if (cursor.take('#*')) {
    cursor.skipPast('*#')
    return true
  }
  const start = cursor.at
  const word = cursor.match(WORD)
  const name = word?.[1] ?? word?.[2] ?? ''
  if (name === 'end' || name === 'else' || name === 'elseif') {
    cursor.at = start
    return false
  }
  const parse = DIRECTIVES.get(name)
  const node = parse ? parse(cursor, parser, start) : word && parseCall(cursor, parser, name, start)
  if (node) out.node(node)
  else if (word) out.text(word[0])
  else if (!cursor.match(LOST_HASH)) parseLoneHash(cursor, out)
  return true
}

const parseLoneHash = (cursor: Cursor, out: TextAndNodes): void => {
  cursor.expect('#')
  if (cursor.atEnd && !cursor.isString) cursor.failAtEnd()
  // The next character belongs to the hash, so that blanks behind it may be those before a #set.
  out.text(`#${cursor.match(NO_SPECIAL)?.[0] ?? ''}`)
}

const NO_SPECIAL = /[^$#\\]/y

const REST_OF_LINE = /[^\r\n]*(?:\r\n|\r|\n)?/y

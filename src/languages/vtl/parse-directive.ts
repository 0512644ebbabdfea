// The directives, each from behind its name to behind its end, with the newline that goes with it.
import type { Block, Expression, Node, Reference } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { VtlSyntaxError } from './errors.ts'
import { parseArgument, parseExpression } from './parse-expression.ts'
import { parseReference } from './parse-reference.ts'
import type { TemplateParser } from './parse.ts'

/** `start` is where the directive's `#` stands. */
type ParseDirective = (cursor: Cursor, parser: TemplateParser, start: number) => Node

const NEWLINE = /[ \t]*(?:\r\n|\r|\n)/y
const END = /#(?:end(?!\w)|\{end\})/y
const ELSE = /#(?:else(?!\w)|\{else\})/y
const ELSEIF = /#(?:elseif(?!\w)|\{elseif\})/y
const BLANKS_AND_PAREN = /[ \t\r\n]*\(/y
const WORD = /[A-Za-z_@]\w*/y

/** Behind `#set(`. */
export const parseSet = (cursor: Cursor, parser: TemplateParser): Node => {
  cursor.skipBlanks()
  const target = expectReference(cursor, parser)
  cursor.skipBlanks()
  cursor.expect('=')
  const value = parseExpression(cursor, parser)
  close(cursor)
  return { kind: 'set', target, value }
}

const parseIf: ParseDirective = (cursor, parser) => {
  const branches = [{ condition: parseCondition(cursor, parser), body: parser.parseBlock(cursor) }]
  while (cursor.match(ELSEIF)) {
    branches.push({ condition: parseCondition(cursor, parser), body: parser.parseBlock(cursor) })
  }
  let otherwise: Block = []
  if (cursor.match(ELSE)) {
    cursor.match(NEWLINE)
    otherwise = parser.parseBlock(cursor)
  }
  parseEnd(cursor)
  return { kind: 'if', branches, otherwise }
}

const parseCondition = (cursor: Cursor, parser: TemplateParser): Expression => {
  open(cursor)
  const condition = parseExpression(cursor, parser)
  close(cursor)
  return condition
}

const parseForeach: ParseDirective = (cursor, parser, start) => {
  open(cursor)
  const variable = expectReference(cursor, parser).root
  cursor.skipBlanks()
  // AWS: any word will do for `in`. [Velocity 1.7]
  if (!cursor.match(WORD)) cursor.fail()
  const list = parseArgument(cursor, parser)
  close(cursor)
  const body = parseBody(cursor, parser)
  return { kind: 'foreach', variable, list, body, position: cursor.position(start) }
}

const parseMacro: ParseDirective = (cursor, parser) => {
  open(cursor)
  const name = cursor.match(WORD)?.[0] ?? cursor.fail()
  const parameters: string[] = []
  for (const argument of parseArguments(cursor, parser)) {
    if (argument.kind === 'reference') parameters.push(argument.root)
    else throw new VtlSyntaxError(`Invalid argument of #macro(${name})`, cursor.position())
  }
  cursor.match(NEWLINE)
  const body = parseBody(cursor, parser)
  // AWS: the first definition stands; a template cannot redefine a macro. [Velocity 1.7]
  const macro = parser.macros.get(name) ?? { parameters, body }
  parser.macros.set(name, macro)
  return { kind: 'macro', name, macro }
}

const parseDefine: ParseDirective = (cursor, parser) => {
  open(cursor)
  const variable = expectReference(cursor, parser).root
  close(cursor)
  return { kind: 'define', variable, body: parseBody(cursor, parser) }
}

const parseEvaluate =
  (kind: 'evaluate' | 'include'): ParseDirective =>
  (cursor, parser, start) => {
    open(cursor)
    const at = cursor.position()
    const argument = parseArgument(cursor, parser)
    const takesText = argument.kind === 'reference' || argument.kind === 'template'
    if (!takesText && !(argument.kind === 'literal' && typeof argument.value === 'string')) {
      throw new VtlSyntaxError(`#${kind} takes a string literal or a reference`, at)
    }
    close(cursor)
    return { kind, argument, position: cursor.position(start) }
  }

/** AWS: #literal prints what stands inside as it is. [Velocity 1.7] */
const parseLiteral: ParseDirective = (cursor, parser) => {
  open(cursor)
  close(cursor)
  const start = cursor.at
  parser.parseBlock(cursor)
  const text = cursor.text.slice(start, cursor.at)
  parseEnd(cursor)
  return { kind: 'text', text }
}

/** Of `#break($foreach)`; mostly there is none. */
const parseScope = (cursor: Cursor, parser: TemplateParser): Expression | undefined =>
  cursor.take('(') ? parseArguments(cursor, parser)[0] : undefined

export const DIRECTIVES: ReadonlyMap<string, ParseDirective> = new Map<string, ParseDirective>([
  ['if', parseIf],
  ['foreach', parseForeach],
  ['macro', parseMacro],
  ['define', parseDefine],
  ['evaluate', parseEvaluate('evaluate')],
  ['include', parseEvaluate('include')],
  ['parse', parseEvaluate('include')],
  ['literal', parseLiteral],
  ['break', (cursor, parser) => ({ kind: 'break', scope: parseScope(cursor, parser) })],
  ['stop', (cursor, parser) => ({ kind: 'stop', scope: parseScope(cursor, parser) })],
  // Listed so that backslashes escape them; blocks end at them before anybody asks.
  ['else', (cursor) => cursor.fail()],
  ['elseif', (cursor) => cursor.fail()],
  ['end', (cursor) => cursor.fail()],
])

/** `#name(…)` or `#@name(…) … #end`; undefined where the name is only text. */
export const parseCall = (
  cursor: Cursor,
  parser: TemplateParser,
  name: string,
  start: number,
): Node | undefined => {
  const block = name.startsWith('@')
  const macroName = block ? name.slice(1) : name
  const args: Expression[] = []
  if (cursor.match(BLANKS_AND_PAREN)) args.push(...parseArguments(cursor, parser))
  else if (!parser.macros.has(macroName)) return undefined
  const closed = cursor.at
  if (closed > start && cursor.text.charAt(closed - 1) === ')') cursor.match(NEWLINE)
  const body = block ? parseBody(cursor, parser) : undefined
  const source = cursor.text.slice(start, cursor.at)
  return { kind: 'call', name: macroName, args, body, source, position: cursor.position(start) }
}

/** Up to and with the closing parenthesis; separated by blanks, commas or both. */
const parseArguments = (cursor: Cursor, parser: TemplateParser): readonly Expression[] => {
  const args: Expression[] = []
  for (;;) {
    cursor.skipBlanks()
    if (cursor.take(')')) return args
    if (args.length > 0 && cursor.take(',')) cursor.skipBlanks()
    args.push(parseArgument(cursor, parser, true))
  }
}

const expectReference = (cursor: Cursor, parser: TemplateParser): Reference => {
  cursor.skipBlanks()
  return (cursor.peek() === '$' ? parseReference(cursor, parser) : undefined) ?? cursor.fail()
}

const open = (cursor: Cursor): void => {
  cursor.skipBlanks()
  cursor.expect('(')
  cursor.skipBlanks()
}

/** The parenthesis and, AWS: blanks and one newline behind it. [vtl_truth: ws-*] */
const close = (cursor: Cursor): void => {
  cursor.skipBlanks()
  cursor.expect(')')
  cursor.match(NEWLINE)
}

const parseBody = (cursor: Cursor, parser: TemplateParser): Block => {
  const body = parser.parseBlock(cursor)
  parseEnd(cursor)
  return body
}

const parseEnd = (cursor: Cursor): void => {
  if (!cursor.match(END)) cursor.fail()
  cursor.match(NEWLINE)
}

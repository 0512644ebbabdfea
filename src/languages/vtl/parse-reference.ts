// References: $x, $!x, ${x}, $x.y, $x.y(…), $x[…].
import type { Expression, Reference, Step } from './ast.ts'
import type { Cursor } from './cursor.ts'
import type { TemplateParser } from './parse.ts'

// AWS: hyphens belong to names, so that $n-1 is one reference. [vtl_truth: macro-basic]
const NAME = /[A-Za-z_][\w-]*/y
const PROPERTY = /[A-Za-z][\w-]*/y

/** Undefined, with nothing consumed, where the `$` here begins no reference. */
export const parseReference = (cursor: Cursor, parser: TemplateParser): Reference | undefined => {
  const start = cursor.at
  cursor.expect('$')
  const quiet = cursor.take('!')
  const formal = cursor.take('{')
  const root = cursor.match(NAME)?.[0]
  if (root === undefined) {
    cursor.at = start
    return undefined
  }
  const steps: Step[] = []
  for (let step = parseStep(cursor, parser); step; step = parseStep(cursor, parser))
    steps.push(step)
  if (formal) cursor.expect('}')
  const source = cursor.text.slice(start, cursor.at)
  return { kind: 'reference', root, steps, plain: !quiet && !formal, formal, source }
}

/**
 * The text that stands right behind a method or an index.
 * AWS: a name there prints, but what looks like a step of it is lost:
 * `$input.params('host')api.example.com` prints
 * the parameter and `api`. [Velocity 1.7]
 */
export const parseNameBehind = (
  cursor: Cursor,
  parser: TemplateParser,
  reference: Reference,
): string => {
  const last = reference.steps.at(-1)
  if (last === undefined || last.kind === 'property' || reference.formal) return ''
  const name = cursor.match(NAME)?.[0]
  if (name === undefined) return ''
  while (parseStep(cursor, parser) !== undefined);
  return name
}

const parseStep = (cursor: Cursor, parser: TemplateParser): Step | undefined => {
  const start = cursor.at
  if (cursor.peek() === '[') {
    const position = cursor.position()
    cursor.at += 1
    const argument = cursor.nested(() => parser.parseArgument(cursor, false))
    cursor.skipBlanks()
    cursor.expect(']')
    return { kind: 'index', argument, position }
  }
  if (!cursor.take('.')) return undefined
  const position = cursor.position()
  const name = cursor.match(PROPERTY)?.[0]
  if (name === undefined) {
    cursor.at = start
    return undefined
  }
  // AWS: a parenthesis that the text ends with is text. [Velocity 1.7]
  if (cursor.peek() !== '(' || cursor.at + 1 === cursor.text.length) {
    return { kind: 'property', name, position }
  }
  cursor.at += 1
  const args = cursor.nested(() => parseMethodArguments(cursor, parser))
  return { kind: 'method', name, args, position }
}

const parseMethodArguments = (cursor: Cursor, parser: TemplateParser): readonly Expression[] => {
  const args: Expression[] = []
  cursor.skipBlanks()
  if (cursor.take(')')) return args
  for (;;) {
    args.push(parser.parseArgument(cursor, true))
    cursor.skipBlanks()
    if (cursor.take(')')) return args
    cursor.expect(',')
  }
}

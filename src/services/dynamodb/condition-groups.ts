// Conditions with parentheses, read in time that grows with their length. The engine's parser tries every pair of
// parentheses in several ways, and each level within it several times that: a filter that boto3 builds of twenty
// conditions would take minutes. So it is given one group at a time, with a name where a group was.
import { isObject } from '#shared/json.ts'

/** What the engine makes of a condition. */
export interface ReadCondition {
  readonly expression: Node
  readonly nestedPaths: Readonly<Record<string, true>>
  readonly pathHeads: Readonly<Record<string, true>>
}

export interface Node {
  readonly type: string
  readonly name?: string
  readonly args: readonly (
    | Node
    | readonly (string | number)[]
    | Readonly<Record<string, unknown>>
  )[]
}

/** Answers a text where the expression is wrong, and throws where its syntax is. */
export type ParseCondition = (text: string, options: { readonly context: object }) => unknown

/** AWS: 300 operators and functions; a group holds one at least. */
const GROUPS_MAX = 300

interface Open {
  /** Of a function or of IN: what is within belongs to what is before it. */
  readonly isCall: boolean
  text: string
}

interface Groups {
  readonly found: Map<string, Node>
  readonly nestedPaths: Record<string, true>
  readonly pathHeads: Record<string, true>
}

export const inGroups =
  (parse: ParseCondition): ParseCondition =>
  (text, options) => {
    // Ours alone: nobody has defined it.
    if (text.includes(GROUP)) return `${UNDEFINED_NAME}${GROUP}`
    const groups: Groups = { found: new Map(), nestedPaths: empty(), pathHeads: empty() }
    const parseOne = (piece: string): unknown => parseGroup(parse, piece, options.context, groups)
    const open: Open[] = [{ isCall: false, text: '' }]
    for (const [token] of text.matchAll(TOKENS)) {
      const inner = open.at(-1)
      if (inner === undefined) break
      if (token === '(') {
        open.push({ isCall: CALL.test(inner.text) && !OPERATOR.test(inner.text), text: '' })
        if (open.length > GROUPS_MAX) throw syntaxError('(')
      } else if (token === ')') {
        open.pop()
        const outer = open.at(-1)
        if (outer === undefined) throw syntaxError(')')
        if (inner.isCall || OPERAND.test(inner.text)) outer.text += `(${inner.text})`
        else {
          if (REDUNDANT.test(inner.text)) return 'The expression has redundant parentheses;'
          const read = parseOne(inner.text)
          if (typeof read === 'string') return read
          outer.text += nameOfGroup(groups.found.size - 1)
        }
      } else inner.text += token
    }
    if (open.length !== 1) throw syntaxError('end of input')
    return parseOne(open[0]?.text ?? '')
  }

const TOKENS = /[()]|[^()]+/g
/** A word before a parenthesis is a function's name, or IN. */
const CALL = /[\w]\s*$/
const OPERATOR = /(?:^|[\s)])(?:and|or|not|between)\s*$/i
/** AWS allows parentheses around an operand. */
const OPERAND = /^\s*[#:]?[\w.[\]#]+\s*$/
const GROUP = '#daemun_group_'
const UNDEFINED_NAME =
  'An expression attribute name used in the document path is not defined; attribute name: '
const REDUNDANT = /^\s*(?:attribute_exists\(#daemun_group_\d+\)|\([^()]*\))\s*$/

const nameOfGroup = (index: number): string => ` attribute_exists(${GROUP}${index}) `

const empty = (): Record<string, true> => Object.create(null) as Record<string, true> // No member.

const parseGroup = (
  parse: ParseCondition,
  text: string,
  context: object,
  groups: Groups,
): unknown => {
  const { found } = groups
  const given = 'attrNames' in context && isObject(context.attrNames) ? context.attrNames : {}
  const attrNames = { ...given, ...Object.fromEntries([...found.keys()].map((key) => [key, key])) }
  const read = parse(text, { context: { ...context, attrNames } })
  if (!isCondition(read)) return read
  const expression = withGroups(read.expression, found)
  for (const [all, these] of [
    [groups.nestedPaths, read.nestedPaths],
    [groups.pathHeads, read.pathHeads],
  ] as const)
    for (const name of Object.keys(these)) if (!name.startsWith(GROUP)) all[name] = true
  const { nestedPaths, pathHeads } = groups
  found.set(`${GROUP}${found.size}`, expression)
  return { expression, nestedPaths, pathHeads } satisfies ReadCondition
}

const isCondition = (read: unknown): read is ReadCondition =>
  isObject(read) && isObject(read['expression'])

const isNode = (arg: unknown): arg is Node => isObject(arg) && Array.isArray(arg['args'])

const withGroups = (node: Node, found: ReadonlyMap<string, Node>): Node => {
  const [first] = node.args
  const group =
    node.name === 'attribute_exists' && Array.isArray(first)
      ? found.get(String(first[0]))
      : undefined
  if (group !== undefined) return group
  return { ...node, args: node.args.map((arg) => (isNode(arg) ? withGroups(arg, found) : arg)) }
}

const syntaxError = (near: string): Error =>
  Object.assign(new Error(`token: "${near}", near: "${near}"`), { name: 'SyntaxError' })

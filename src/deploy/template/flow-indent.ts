// Brackets that close left of where they were opened: YAML 1.2 forbids it, and the readers of AWS and of its tools let
// it pass, so published templates have it. Such lines are moved to the right; every line keeps its number.

/** As many places of a document are mended; a document with more is refused. */
const MENDS_MAX = 50

const INDENT = ' '.repeat(80)

/** The errors of the `yaml` package that are meant. */
export interface YamlProblem {
  readonly code: string
  readonly message: string
  readonly pos: readonly [number, number]
}

/** Parses, and where a flow collection is indented too little, indents it and parses again. */
export const parseIndented = <T>(
  text: string,
  parse: (text: string) => T,
  problemOf: (parsed: T) => YamlProblem | undefined,
): T => {
  const written = parse(text)
  let source = text
  let parsed = written
  for (let mends = 0; mends < MENDS_MAX; mends++) {
    const problem = problemOf(parsed)
    if (problem === undefined) return parsed
    if (problem.code !== 'BAD_INDENT' || !problem.message.startsWith('Flow ')) break
    source = indentAt(source, problem.pos[0])
    parsed = parse(source)
  }
  // What is wrong is said of the text as it was written.
  return written
}

/** Indents the lines from this place to the one in which the collection around it ends. */
const indentAt = (text: string, offset: number): string => {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const end = endOfFlow(text, offset)
  return `${text.slice(0, start)}${INDENT}${text.slice(start, end).replaceAll('\n', `\n${INDENT}`)}${text.slice(end)}`
}

/** Where the bracket that is open at this place is closed; quoted text and comments do not count. */
const endOfFlow = (text: string, offset: number): number => {
  const token = /"(?:\\.|[^"\\])*"|'(?:''|[^'])*'|(?:^|\s)#[^\n]*|[[\]{}]/gs
  token.lastIndex = offset
  let depth = 1
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    if (found[0] === '[' || found[0] === '{') depth++
    if ((found[0] === ']' || found[0] === '}') && --depth === 0) return token.lastIndex
  }
  return text.length
}

// samconfig.toml: the stack name, region and parameters that `sam deploy` would take. Reads the part of TOML that these
// files are written in: tables, and keys with strings, numbers, booleans and lists of them.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-config.html
import type { GivenParameters } from './cloudformation/parameters.ts'
import { TemplateError } from './template/template-error.ts'

export interface SamConfig {
  readonly stackName?: string
  readonly region?: string
  readonly template?: string
  readonly parameters: GivenParameters
}

const BYTES_MAX = 256 * 1024

type TomlValue = string | readonly string[]

/**
 * The values of one environment: those of `deploy` win over those of all commands. Throws `TemplateError` for what
 * cannot be read: a parameter that is left out without a word is worse than none.
 */
export const readSamConfig = (
  text: string,
  file = 'samconfig.toml',
  environment = 'default',
): SamConfig => {
  if (text.length > BYTES_MAX) throw unreadable(file, 1, `more than ${BYTES_MAX} bytes`)
  const tables = readToml(text, file)
  const values = new Map([
    ...(tables.get(`${environment}.global.parameters`) ?? []),
    ...(tables.get(`${environment}.deploy.parameters`) ?? []),
  ])
  const word = (key: string) => {
    const value = values.get(key)
    return typeof value === 'string' ? value : undefined
  }
  const [stackName, region] = [word('stack_name'), word('region')]
  const template = word('template_file') ?? word('template')
  return {
    ...(stackName === undefined ? {} : { stackName }),
    ...(region === undefined ? {} : { region }),
    ...(template === undefined ? {} : { template }),
    parameters: readOverrides(values.get('parameter_overrides')),
  }
}

/** `Key=Value "Key=Value with spaces" ParameterKey=K,ParameterValue=V`, as one string or a list. */
const readOverrides = (value: TomlValue | undefined): GivenParameters => {
  if (value === undefined) return {}
  const words = typeof value === 'string' ? splitWords(value) : value
  const pairs = words.flatMap((word): [string, string][] => {
    const long = /^ParameterKey=([^,]+),ParameterValue=(.*)$/s.exec(word)
    const short = /^([^=]+)=(.*)$/s.exec(word)
    const [, key, given] = long ?? short ?? []
    return key === undefined || given === undefined ? [] : [[key, unquoted(given)]]
  })
  return Object.fromEntries(pairs)
}

const splitWords = (text: string): readonly string[] =>
  [...text.matchAll(/(?:[^\s"']|"(?:[^"\\]|\\.)*"|'[^']*')+/g)].map(([word]) => unquoted(word))

const unquoted = (text: string): string => {
  const match = /^(["'])([\s\S]*)\1$/.exec(text)
  return (match?.[2] ?? text).replaceAll('\\"', '"')
}

const unreadable = (file: string, line: number, problem: string): TemplateError =>
  new TemplateError({
    file,
    line,
    problem: `this is no samconfig.toml: ${problem}`,
    mend: 'Write `[table]` or `key = value`, or take the file away',
  })

const readToml = (
  text: string,
  file: string,
): ReadonlyMap<string, ReadonlyMap<string, TomlValue>> => {
  const tables = new Map<string, Map<string, TomlValue>>()
  let table = new Map<string, TomlValue>()
  const lines = text.split(/\r?\n/)
  for (let index = 0; index < lines.length; index++) {
    let line = lines[index] ?? ''
    const header = /^\s*\[([^[\]]+)\]\s*(#.*)?$/.exec(line)?.[1]
    if (header !== undefined) {
      table = new Map()
      tables.set(header.split('.').map(bareKey).join('.'), table)
      continue
    }
    // A list may go on over several lines.
    while (/=\s*\[/.test(line) && !isClosed(line) && index + 1 < lines.length) {
      line += ` ${lines[++index] ?? ''}`
    }
    const pair = /^\s*([\w."'-]+)\s*=\s*(.*)$/.exec(line)
    if (pair !== null) table.set(bareKey(pair[1] ?? ''), readValue(pair[2] ?? ''))
    else if (!/^\s*(?:#.*)?$/.test(line)) {
      throw unreadable(file, index + 1, `\`${line.trim().slice(0, 60)}\``)
    }
  }
  return tables
}

const bareKey = (key: string) => unquoted(key.trim())

const STRING = /"(?:[^"\\]|\\.)*"|'[^']*'/g

const isClosed = (line: string) => line.replaceAll(STRING, '').includes(']')

const readValue = (text: string): TomlValue => {
  const strings = [...text.matchAll(STRING)].map(([quoted]) => stringValue(quoted))
  if (text.startsWith('[')) return strings
  if (/^["']/.test(text)) return strings[0] ?? ''
  return text.replace(/\s*#.*$/, '').trim()
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

const stringValue = (quoted: string): string =>
  quoted.startsWith("'")
    ? quoted.slice(1, -1)
    : quoted
        .slice(1, -1)
        .replaceAll(/\\(.)/g, (_, character: string) => ESCAPES[character] ?? character)

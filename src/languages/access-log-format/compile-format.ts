// A stage's access log format, compiled: the text between its variables as it stands, each variable as a function of
// the request's record, each value escaped for the format around it, so that no caller can forge a line or a field.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
import type { RequestRecord } from '#model/request-record.ts'
import { type Escape, escapeJson, escapeOf, escapeQuoted } from './escape.ts'
import { compileVariable } from './variables.ts'

export interface AccessLogFormat {
  /** One line, without its end. */
  readonly render: (record: RequestRecord) => string
  /** Names that no API knows: they print `-`, as on AWS. */
  readonly unknown: readonly string[]
}

/** AWS: what has no value. [behaviour.md 12.1] */
const NOTHING = '-'
/** AWS: a log event has at most 1 MB; ours is shorter, so that a few hostile headers do not fill a disk. */
const LINE_CHARACTERS_MAX = 64 * 1024
/** Of one value: longer than any header that AWS takes. */
const VALUE_CHARACTERS_MAX = 20_480

export const compileAccessLogFormat = (format: string): AccessLogFormat => {
  const escape = escapeOf(format)
  const unknown: string[] = []
  const parts: ((record: RequestRecord) => string)[] = []
  const texts: string[] = []
  let end = 0
  for (const match of format.matchAll(VARIABLE)) {
    const name = match[1] ?? match[2] ?? ''
    const value = compileVariable(name)
    if (value === undefined) unknown.push(name)
    texts.push(oneLine(format.slice(end, match.index)))
    // AWS: it comes in quotes of its own, and is JSON wherever it stands.
    const escapeIt = name === 'error.messageString' && escape === escapeJson ? escapeQuoted : escape
    parts.push(value === undefined ? () => NOTHING : (record) => written(value(record), escapeIt))
    end = match.index + match[0].length
  }
  const last = oneLine(format.slice(end))
  return {
    unknown,
    render: (record) => {
      let line = ''
      for (let at = 0; at < parts.length; at++) {
        line += texts[at]
        line += parts[at]?.(record)
      }
      line += last
      return line.length > LINE_CHARACTERS_MAX ? line.slice(0, LINE_CHARACTERS_MAX) : line
    },
  }
}

/** `$context.identity.sourceIp`; a period that ends a sentence is none of a name's. */
const VARIABLE = /\$context\.([A-Za-z][\w-]*(?:\.[A-Za-z_][\w:-]*)*)|\$\{context\.([\w.:-]+)\}/g

/** AWS: a format is a single line; the line breaks of one that is not are blanks. */
const oneLine = (text: string): string => text.replaceAll(/[\r\n]+/g, ' ')

const written = (value: string | number | undefined, escape: Escape): string => {
  if (typeof value === 'number') return String(value)
  if (value === undefined || value === '') return NOTHING
  return escape(value.length > VALUE_CHARACTERS_MAX ? value.slice(0, VALUE_CHARACTERS_MAX) : value)
}

// Fn::Transform with AWS::Include: the contents of another file, put in place before anything else happens.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import type { Path } from './path.ts'
import { readTemplate, TEMPLATE_BYTES_MAX, unreadable } from './read.ts'
import { failAt, memberOf, objectOf, type TemplateSource } from './source.ts'

const INCLUDES_MAX = 100

/** The template with its includes written out. Locations are relative to `folder`. */
export const includeFiles = (
  source: TemplateSource,
  folder: string,
  uses: (file: string) => void,
): TemplateSource => {
  let count = 0
  const visit = (value: JsonValue, at: Path): JsonValue => {
    if (Array.isArray(value)) return value.map((item: JsonValue, i) => visit(item, [...at, i]))
    const object = objectOf(value)
    if (object === undefined) return value
    const entries: [string, JsonValue][] = []
    for (const [key, member] of Object.entries(object)) {
      if (key === 'Fn::Transform' && isInclude(member)) {
        if (++count > INCLUDES_MAX) {
          failAt(source, [...at, key], `more than ${INCLUDES_MAX} includes`, 'Use fewer')
        }
        entries.push(...Object.entries(included(member, [...at, key])))
      } else entries.push([key, visit(member, [...at, key])])
    }
    return Object.fromEntries(entries)
  }

  const included = (call: JsonValue, at: Path): JsonObject => {
    const location = memberOf(memberOf(call, 'Parameters'), 'Location')
    if (typeof location !== 'string' || location.includes('://')) {
      return failAt(
        source,
        at,
        'AWS::Include names no file on this machine',
        'Give `Location` as a path relative to the template',
      )
    }
    const file = path.resolve(folder, location)
    uses(file)
    return readIncluded(file)
  }

  return { ...source, value: objectOf(visit(source.value, [])) ?? {} }
}

export const readTemplateFile = (file: string, shownAs: string): TemplateSource => {
  let text: string
  try {
    if (statSync(file).size > TEMPLATE_BYTES_MAX) throw new Error('the file is too large')
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw unreadable(shownAs, error)
  }
  return readTemplate(text, shownAs)
}

const readIncluded = (file: string): JsonObject => readTemplateFile(file, file).value

const isInclude = (value: JsonValue) => isObject(value) && value['Name'] === 'AWS::Include'

/** The text of a definition that a template names. Throws what the system says. */
export const readDefinitionFile = (file: string): string => {
  if (statSync(file).size > TEMPLATE_BYTES_MAX) throw new Error('the file is too large')
  return readFileSync(file, 'utf8')
}

// An API's OpenAPI definition: `Body`, or `BodyS3Location` as a path on this machine, which is what
// `aws cloudformation package` takes there. A file is handed on as it is: its intrinsic functions are nobody's.
import { createHash } from 'node:crypto'
import path from 'node:path'
import { errorMessage } from '#shared/assert.ts'
import { canonicalJson, isObject, type JsonValue } from '#shared/json.ts'
import { memberOf } from '../../template/source.ts'
import { readDefinitionFile } from '../../template/include.ts'
import type { Input } from '../properties.ts'
import type { Made, ResourceContext } from '../resource-type.ts'

/** The definition's text, or undefined where the API has none. */
export const definitionOf = (context: ResourceContext): string | undefined => {
  const body = memberOf(context.properties, 'Body')
  if (body !== undefined) return JSON.stringify(titled(body, context))
  const location = memberOf(context.properties, 'BodyS3Location')
  if (location === undefined) return undefined
  const at = [...context.path, 'BodyS3Location']
  if (typeof location !== 'string' || /^(s3|https?):\/\//.test(location)) {
    const key = isObject(location) ? String(location['Key']) : String(location)
    return context.fail(
      at,
      `the API's definition \`${key}\` lies in S3`,
      'Give the path of a file on this machine',
    )
  }
  const file = path.resolve(context.folder, location)
  context.uses(file)
  try {
    return readDefinitionFile(file)
  } catch (error) {
    return context.fail(
      at,
      `the API's definition \`${location}\` cannot be read: ${errorMessage(error)}`,
      'Give the path of an OpenAPI document; it is relative to the template',
    )
  }
}

/** AWS: `info: {}` is enough, as its Infrastructure Composer writes it: an API of a stack has its name from the stack. */
const titled = (body: JsonValue, { logicalId, properties }: ResourceContext): JsonValue => {
  const info = memberOf(body, 'info')
  if (!isObject(body) || memberOf(info, 'title') !== undefined) return body
  const name = memberOf(properties, 'Name') ?? logicalId
  return { ...body, info: { ...(isObject(info) ? info : {}), title: name } }
}

/** What the import passes over, as text to remember: it is reported at every start. */
export const warningsOf = (api: Readonly<Record<string, unknown>>): string => {
  const { warnings = [], importInfo = [] } = api
  return JSON.stringify([warnings, importInfo].flat().map(String))
}

export const reportWarnings = (
  { keys }: Pick<Made, 'keys'>,
  { report, path, properties }: ResourceContext,
): void => {
  const property = memberOf(properties, 'Body') === undefined ? 'BodyS3Location' : 'Body'
  const warnings = JSON.parse(keys?.['warnings'] ?? '[]') as readonly string[] // We wrote it.
  for (const warning of warnings) report([...path, property], 'import', warning)
}

/** A change of anything but the definition makes the API anew, under the same id. */
export const settingsHash = (input: Input): string =>
  createHash('sha256').update(canonicalJson(input)).digest('hex')

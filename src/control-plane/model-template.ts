// GetModelTemplate: a mapping template that makes of a body the JSON that a model describes, as a start for the
// author of a mapping. https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings.html
import { isObject } from '#shared/json.ts'

/** Schemas nest at will, and those that refer to each other without end. */
const DEPTH_MAX = 20

/** `schema` is the text of a model that was checked to be a JSON object when it was stored. */
export const modelTemplate = (schema: string): string =>
  `#set($inputRoot = $input.path('$'))\n${template(JSON.parse(schema), '$inputRoot', '', 0)}`

const template = (schema: unknown, reference: string, indent: string, depth: number): string => {
  if (!isObject(schema) || depth > DEPTH_MAX) return '{ }'
  const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type']
  if (type === 'array') return list(schema['items'], reference, indent, depth)
  if (type === 'string') return `"${reference}"`
  if (type === 'integer' || type === 'number' || type === 'boolean') return reference
  return object(schema['properties'], reference, indent, depth)
}

const object = (properties: unknown, reference: string, indent: string, depth: number): string => {
  const entries = isObject(properties) ? Object.entries(properties) : []
  if (entries.length === 0) return '{ }'
  const inner = `${indent}  `
  const members = entries.map(([name, schema]) => {
    const value = template(schema, member(reference, name), inner, depth + 1)
    return `${inner}${JSON.stringify(name)} : ${value}`
  })
  return `{\n${members.join(',\n')}\n${indent}}`
}

const list = (items: unknown, reference: string, indent: string, depth: number): string => {
  // Loops nest: each has an element of its own name.
  const element = depth === 0 ? '$elem' : `$elem${depth}`
  const value = template(items, element, `${indent}  `, depth + 1)
  return `[\n#foreach(${element} in ${reference})\n${indent}  ${value}#if($foreach.hasNext),#end\n#end\n${indent}]`
}

/** Names that Velocity has no property syntax for are looked up as keys. */
const member = (reference: string, name: string): string =>
  /^[A-Za-z][\w-]*$/.test(name)
    ? `${reference}.${name}`
    : `${reference}.get(${`'${name.replaceAll("'", "''")}'`})`

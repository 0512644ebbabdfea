// Values of an output → XML, by type. https://smithy.io/2.0/spec/protocol-traits.html#xml-bindings
import { assert } from '#shared/assert.ts'
import { isObject } from '#shared/json.ts'
import type { StructureType, Type } from './table.ts'
import { formatTimestamp } from './timestamps.ts'

/** `content` is XML already. */
export const xmlElement = (name: string, content: string): string => `<${name}>${content}</${name}>`

/** The members that are there, in the order of the shape. */
export const xmlMembers = (
  type: StructureType,
  values: Readonly<Record<string, unknown>>,
): string => {
  let text = ''
  for (const member of type.members) {
    const value = values[member.name]
    if (value === undefined || value === null || member.attribute) continue
    text += member.flat
      ? flatElements(member.xml, member.type, value)
      : `<${member.xml}${xmlAttributes(member.type, value)}>${xmlContent(member.type, value)}</${member.xml}>`
  }
  return text
}

const xmlAttributes = (type: Type, value: unknown): string => {
  if (type.kind !== 'structure' || !isObject(value)) return ''
  return type.members
    .filter(({ attribute, name }) => attribute && value[name] !== undefined)
    .map(({ name, xml }) => {
      const [prefix, local] = xml.split(':')
      // The only attribute there is comes from another namespace, which has to be declared.
      const declared = local === undefined ? '' : ` xmlns:${prefix}="${INSTANCE_NAMESPACE}"`
      return `${declared} ${xml}="${escapeXml(String(value[name])).replaceAll('"', '&quot;')}"`
    })
    .join('')
}

const INSTANCE_NAMESPACE = 'http://www.w3.org/2001/XMLSchema-instance'

const flatElements = (name: string, type: Type, value: unknown): string => {
  if (type.kind === 'list') {
    assert(Array.isArray(value), 'a list is an array')
    return value.map((item: unknown) => xmlElement(name, xmlContent(type.member, item))).join('')
  }
  assert(type.kind === 'map', 'only lists and maps are flat')
  return mapEntries(type, value)
    .map((entry) => xmlElement(name, entry))
    .join('')
}

const xmlContent = (type: Type, value: unknown): string => {
  if (value === undefined || value === null) return ''
  switch (type.kind) {
    case 'structure':
      assert(isObject(value), `${type.name} is an object`)
      return xmlMembers(type, value)
    case 'list':
      assert(Array.isArray(value), 'a list is an array')
      return value
        .map((item: unknown) => xmlElement(type.element, xmlContent(type.member, item)))
        .join('')
    case 'map':
      return mapEntries(type, value)
        .map((entry) => xmlElement('entry', entry))
        .join('')
    case 'blob':
      assert(value instanceof Uint8Array, 'a blob is bytes')
      return Buffer.from(value).toString('base64')
    case 'timestamp':
      assert(typeof value === 'number', 'a time is milliseconds since the epoch')
      // The default of XML protocols is ISO 8601; none of these services says otherwise for seconds.
      return String(formatTimestamp(value, type.format === 'http-date' ? 'http-date' : 'date-time'))
    default:
      return escapeXml(String(value))
  }
}

const mapEntries = (type: Extract<Type, { kind: 'map' }>, value: unknown): readonly string[] => {
  assert(isObject(value), 'a map is an object')
  return Object.entries(value).map(
    ([key, member]) =>
      xmlElement(type.keyElement, escapeXml(key)) +
      xmlElement(type.valueElement, xmlContent(type.value, member)),
  )
}

/** Text that XML 1.0 can carry: what it cannot becomes U+FFFD, a carriage return its reference. */
export const escapeXml = (text: string): string =>
  text.replaceAll(SPECIAL, (character) => REFERENCES[character] ?? '\uFFFD')

// oxlint-disable-next-line no-control-regex -- these are the characters that XML has no way to write.
const SPECIAL = /[&<>\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\r': '&#13;',
}

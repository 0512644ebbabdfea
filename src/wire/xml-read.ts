// Elements of a request's body → values of an input, by type. What the shape does not know is passed over, as S3 does.
import { scalarFromText } from './decode.ts'
import { serializationError } from './errors.ts'
import type { Member, StructureType, Type } from './table.ts'
import type { XmlElement } from './xml-tree.ts'

export const readXmlStructure = (
  type: StructureType,
  element: XmlElement,
): Readonly<Record<string, unknown>> => {
  const read: Record<string, unknown> = {}
  for (const member of type.members) {
    const value = readMember(member, element)
    if (value !== undefined) read[member.name] = value
  }
  return read
}

const readMember = (member: Member, parent: XmlElement): unknown => {
  if (member.attribute) return parent.attributes[member.xml]
  const found = parent.children.filter(({ name }) => name === member.xml)
  const { type } = member
  if (type.kind === 'list' && member.flat) {
    return found.length === 0 ? undefined : found.map((item) => readXml(type.member, item))
  }
  const [first] = found
  return first && readXml(type, first)
}

const readXml = (type: Type, element: XmlElement): unknown => {
  switch (type.kind) {
    case 'structure':
      return readXmlStructure(type, element)
    case 'list':
      return element.children
        .filter(({ name }) => name === type.element)
        .map((item) => readXml(type.member, item))
    case 'map':
      throw serializationError('Start of map found where not expected.')
    case 'string':
      return element.text
    default:
      return scalarFromText(type, element.text.trim())
  }
}

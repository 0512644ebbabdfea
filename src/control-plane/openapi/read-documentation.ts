// `x-amazon-apigateway-documentation`: what the definition says of the API to people, as parts.
import { ServiceError } from '#wire/errors.ts'
import { type DocumentationFacts, parsePart } from '../apigateway/documentation-rules.ts'
import { extension } from './read-extensions.ts'
import { listAt, objectAt, type Place, type Reading, within } from './reading.ts'

export const readDocumentation = (reading: Reading, root: Place): readonly DocumentationFacts[] => {
  const documentation = objectAt(reading, root, extension(reading, root, 'documentation'))
  if (documentation === undefined) return []
  if (documentation.value['version'] !== undefined) {
    reading.notes.add(
      within(documentation.at, 'version'),
      'an import makes the parts; CreateDocumentationVersion makes the version',
    )
  }
  const parts: DocumentationFacts[] = []
  for (const [value, at] of listAt(reading, documentation, 'documentationParts')) {
    try {
      parts.push(parsePart(value))
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      reading.warnings.add(at, error.message)
    }
  }
  return parts
}

// An exported definition as the text that was asked for.
import { stringify } from 'yaml'

export type ExportFormat = 'JSON' | 'YAML'

export const definitionBytes = (definition: object, format: ExportFormat): Uint8Array =>
  Buffer.from(
    format === 'JSON'
      ? JSON.stringify(definition, null, 2)
      : // Aliases would be right and are unreadable to many; long texts stay on their lines.
        stringify(definition, { aliasDuplicateObjects: false, lineWidth: 0, version: '1.1' }),
    'utf8',
  )

// `npm run generate`: makes every generated file anew. The tests fail where a checked-in one is stale.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withOperations } from './generate-parity.ts'
import { renderSettings } from './generate-settings.ts'
import { SOURCES, wireTable } from './generate-wire.ts'
import type { TableName } from '#wire/table.ts'

const ROOT = join(import.meta.dirname, '..')

const write = (path: string, text: string): void => {
  writeFileSync(join(ROOT, path), text)
  process.stdout.write(`${path}: ${text.length} characters\n`)
}

const tables = Object.keys(SOURCES) as readonly TableName[] // The keys of a mapped type over TableName.
for (const name of tables) {
  const text = await wireTable(name)
  if (text === undefined) throw new Error(`${SOURCES[name].package} is not installed`)
  write(`src/wire/tables/${name}.gen.json`, text)
}

write('docs/reference/settings.md', renderSettings())
write('docs/parity.md', withOperations(readFileSync(join(ROOT, 'docs/parity.md'), 'utf8')))

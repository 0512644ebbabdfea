// Makes docs/reference/settings.md of the table in src/settings.ts.
import { variable } from '../src/setting-definition.ts'
import { SETTINGS } from '../src/settings.ts'

/** The page's text. */
export const renderSettings = (): string => {
  const rows = SETTINGS.map((setting) => {
    const value = setting.type === 'switch' ? 'on or off' : `\`${setting.placeholder}\``
    const unit = 'unit' in setting ? `, ${setting.unit}, ${setting.min} to ${setting.max}` : ''
    const fallback = 'default' in setting ? `\`${setting.default}\`` : '–'
    const commands = setting.commands.map((command) => `\`${command}\``).join(', ')
    return `| \`--${setting.flag}\` | ${value}${unit}${setting.type === 'list' ? ', repeatable' : ''} | ${fallback} | ${commands} | \`${variable(setting.flag)}\` | ${setting.why} |`
  })
  return `# Settings

Made from \`src/settings.ts\` by \`npm run generate\`. A flag goes before its environment variable, and that before the
default. A repeatable flag takes its values separated by commas in the environment.

| flag | takes | default | commands | environment | why |
|---|---|---|---|---|---|
${rows.join('\n')}
`
}

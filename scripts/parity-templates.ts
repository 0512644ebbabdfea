// Which resource types of templates take effect, and which of their properties have none: read from the registry of
// types, for docs/parity.md.
import type { Reader, Shape } from '#deploy/cloudformation/properties.ts'
import { RESOURCE_TYPES } from '#deploy/cloudformation/resource-types/index.ts'

export const renderTemplates = (): string => {
  const names = Object.keys(RESOURCE_TYPES)
  const services = Map.groupBy(names.toSorted(), (name) => name.split('::')[1] ?? '')
  const types = [...services].map(
    ([service, all]) =>
      `| ${service} | ${all.length} | ${all.map((name) => name.split('::')[2]).join(', ')} |`,
  )
  const properties = Object.entries(RESOURCE_TYPES).flatMap(([name, { properties: shape }]) =>
    shape === undefined ? [] : withoutEffect(shape, []).map((row) => [name, ...row] as const),
  )
  const rows = properties
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, property, effect]) => `| \`${name}\` | \`${property}\` | ${effect} |`)
  return `## Types of templates

${names.length} types of CloudFormation take effect, and custom resources (\`Custom::…\`). Every other type is a record with a name, so that
\`Ref\` and \`Fn::GetAtt\` resolve, and is reported.

| service | types | |
|---|---|---|
${types.join('\n')}

These properties of theirs have no effect. Each is reported by its place where a template sets it, as is every property that a type
does not know.

| type | property | in the report's words |
|---|---|---|
${rows.join('\n')}
`
}

const withoutEffect = (
  shape: Shape,
  above: readonly string[],
): readonly (readonly [string, string])[] =>
  Object.entries(shape).flatMap(([name, entry]) => {
    const read: Reader = typeof entry === 'function' ? entry : entry.read
    const path = [...above, name]
    if (read.effect !== undefined) return [[path.join('.'), read.effect] as const]
    return read.shape === undefined ? [] : withoutEffect(read.shape, path)
  })

// What stages are told of by name, read from the calls of `limits.refuse` and `limits.ignore` in the data plane: a
// table of docs/parity.md.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const DATA_PLANE = join(import.meta.dirname, '../src/data-plane')

interface Limit {
  readonly effect: 'refused' | 'reported'
  readonly feature: string
  readonly file: string
}

/** What a call is given that no literal says, by its file: a call in another file stops the generator. */
const COMPUTED: Readonly<Record<string, readonly string[]>> = {
  'admit/authorizers/index.ts': ['JWT authorizers (of REST APIs)'],
  'integrate/http-api-integrations/index.ts': ['a parameter mapping that is none, by its words'],
  'integrate/websocket-integrations/index.ts': [
    'the integration response selection expression …',
    'an integration response with a choice of templates',
  ],
}

const CALL = /\b(?:limits|stageLimits)\.(refuse|ignore|ignoreUnless)\(\s*(?:[A-Z_]+,\s*)?/g

export const renderLimits = (): string => {
  const rows = limitsOf().map(
    ({ effect, feature, file }) =>
      `| ${effect === 'refused' ? '**refused**' : effect} | ${feature} | \`${file}\` |`,
  )
  return `## What a stage is told by name

What is refused is answered \`501\` with these words and the place that asks for it; what is reported is served without.
\`…\` stands for what the API says.

| | what | file in \`src/data-plane/\` |
|---|---|---|
${rows.join('\n')}
`
}

const limitsOf = (): readonly Limit[] => {
  const files = readdirSync(DATA_PLANE, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts'))
  const found = files.flatMap(limitsIn)
  const keys = found.map(({ effect, feature }) => `${effect} ${feature}`)
  return found
    .filter(({ effect, feature }, index) => keys.indexOf(`${effect} ${feature}`) === index)
    .toSorted((a, b) => `${a.effect} ${a.feature}`.localeCompare(`${b.effect} ${b.feature}`, 'en'))
}

const limitsIn = (file: string): readonly Limit[] => {
  const text = readFileSync(join(DATA_PLANE, file), 'utf8')
  const computed = COMPUTED[file]
  let isComputed = false
  const literal = [...text.matchAll(CALL)].flatMap(({ 0: call, 1: name, index }): Limit[] => {
    const effect = name === 'refuse' ? 'refused' : 'reported'
    const rest = text.slice(index + call.length)
    const [, plain, template] = /^(?:'([^']*)'|`([^`]*)`)/.exec(rest) ?? []
    const feature = plain ?? template?.replaceAll(/\$\{[^}]*\}/g, '…')
    if (feature !== undefined) return [{ effect, feature, file }]
    isComputed = true
    return []
  })
  if (isComputed === (computed === undefined)) {
    throw new Error(`${file}: say in scripts/parity-limits.ts what it refuses or ignores`)
  }
  return [
    ...literal,
    ...(computed ?? []).map((feature): Limit => ({ effect: 'refused', feature, file })),
  ]
}

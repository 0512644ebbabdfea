// `node --conditions=source bench/stalls.ts [word]`: how long the worst inputs that we could think of keep the event
// loop, in CPU time of this thread, the best of three. Issue 5 allows 50 ms; docs/performance.md says what is above it.
import { JsonPaths, createJsonPathReader } from '#data-plane/integrate/template-input.ts'
import { compileModelValidator } from '#languages/json-schema/model-validator.ts'
import { hasMoreValues } from '#shared/json-size.ts'
import { compileVtl, type VtlBindings } from '#languages/vtl/compile.ts'

const TEN_MB = 10 * 1024 * 1024
const ROUNDS = 3

const list = (item: string, most = Number.POSITIVE_INFINITY): string => {
  const count = Math.min(most, Math.floor(TEN_MB / (item.length + 1)) - 2)
  return `[${`${item},`.repeat(count)}${item}]`
}

const BODIES: Readonly<Record<string, string>> = {
  'tiny objects': list('{}'),
  'tiny lists': list('[]'),
  'tiny maps': list('{"a":1}'),
  numbers: list('1'),
  fractions: list('1.5'),
  'long numbers': list('1'.repeat(400)),
  'escaped texts': list(String.raw`"\u0000"`),
  'short texts': list('""'),
  'one text': JSON.stringify('a'.repeat(TEN_MB - 2)),
  'one text of escapes': `"${String.raw`\n`.repeat((TEN_MB - 2) / 2)}"`,
  'one map of many names': `{${Array.from({ length: 600_000 }, (_, at) => `"k${at}":1`).join()}}`,
  'tiny objects, just not too many': list('{}', 99_000),
  'tiny maps, just not too many': list('{"a":1}', 49_000),
  'numbers, just not too many': list('1', 199_000),
  'names, just not too many': `{${Array.from({ length: 66_000 }, (_, at) => `"k${at}":1`).join()}}`,
  'deep, just not too much': '['.repeat(199_000) + ']'.repeat(199_000),
  deep: '['.repeat(TEN_MB / 2) + ']'.repeat(TEN_MB / 2),
}

const bindings = (body: string): VtlBindings => ({
  input: {
    body,
    path: {},
    querystring: {},
    header: {},
    jsonPath: createJsonPathReader(body, new JsonPaths()),
  },
  context: () => ({}),
  stageVariables: {},
})

const TEMPLATES: Readonly<Record<string, string>> = {
  path: "$input.path('$.x')",
  all: "$input.json('$')",
  'every value': "$input.path('$..*').size()",
  filter: "$input.path('$[?(@.a =~ /(a+)+$/)]').size()",
  'body escaped': '$util.escapeJavaScript($input.body)',
  'body parsed': '$util.parseJson($input.body).size()',
  'body compared': '#if($input.body == $input.body)1#end',
  'body matched': "$input.body.matches('(a+)+$')",
  'body replaced': "$input.body.replaceAll('a','b').length()",
  'body split': "$input.body.split(',').size()",
}

const SCHEMAS: Readonly<Record<string, object>> = {
  type: { type: 'array', items: { type: ['object', 'array', 'number', 'string'] } },
  enum: { enum: [1] },
  'enum of items': { items: { enum: [1, {}, [], ''] } },
  unique: { uniqueItems: true },
  'any of': { items: { anyOf: [{ type: 'null' }, { required: ['b'] }, { minItems: 1 }] } },
  pattern: { pattern: '(a+)+$', items: { pattern: '(a+)+$' } },
  length: { maxLength: TEN_MB, items: { maxLength: 9 } },
  names: { patternProperties: { '(k+)+x$': { type: 'string' } } },
}

const only = process.argv[2]
const worst: { readonly what: string; readonly ms: number }[] = []

const measure = (what: string, run: () => unknown): void => {
  if (only !== undefined && !what.includes(only)) return
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.threadCpuUsage()
    try {
      run()
    } catch (error) {
      if (!(error instanceof Error)) throw error
    }
    const { user, system } = process.threadCpuUsage(before)
    best = Math.min(best, (user + system) / 1000)
  }
  worst.push({ what, ms: best })
}

for (const [bodyName, body] of Object.entries(BODIES)) {
  const isTooMuch = hasMoreValues(body)
  measure(`reading ${bodyName}`, () => hasMoreValues(body) || JSON.parse(body))
  for (const [name, text] of Object.entries(TEMPLATES)) {
    const template = compileVtl(text)
    measure(`template ${name} of ${bodyName}`, () => template.render(bindings(body)))
  }
  if (isTooMuch) continue
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    continue
  }
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    const validate = compileModelValidator(schema, () => undefined)
    measure(`schema ${name} of ${bodyName}`, () => validate(value))
  }
}
for (const { what, ms } of worst.toSorted((one, other) => other.ms - one.ms)) {
  if (ms >= 10) process.stdout.write(`${ms.toFixed(0).padStart(6)} ms ${what}\n`)
}

// `node --conditions=source bench/vtl.ts`: what a typical mapping template takes to render, and what the worst one
// takes until its budget ends it. Issue 5 allows 10 µs for the first and 50 ms for the second.
import { compileVtl, type VtlBindings } from '#languages/vtl/compile.ts'
import { VtlBudgetError } from '#languages/vtl/errors.ts'
import { parseJson } from '#languages/vtl/json.ts'

const TYPICAL = `#set($inputRoot = $input.path('$'))
{
  "TableName": "Music",
  "Item": {
    "id": {"S": "$context.requestId"},
    "artist": {"S": "$inputRoot.artist"},
    "title": {"S": "$util.escapeJavaScript($inputRoot.title)"},
    "tags": [#foreach($tag in $inputRoot.tags){"S": "$tag"}#if($foreach.hasNext),#end#end],
    "who": "$input.params('who')"
  }
}`
const BODY = parseJson('{"artist":"Some One","title":"It\'s a title","tags":["a","b","c"]}')
const LOOP = '#foreach($a in [1..1000])'
const LONG = '#set($s="aaaaaaaaaaaaaaaa")#foreach($a in [1..16])#set($s="$s$s")#end'
const ATTACKS: Readonly<Record<string, string>> = {
  'loops in loops': `#set($m={"a":{"b":1}})${LOOP}${LOOP}$m.a.b$m.get("a").get("b")#end#end`,
  'escapes of a long text': `${LONG}${LOOP}#set($q=$util.escapeJavaScript($s.replace("a","/")))#end`,
  'replacements in a long text': `${LONG}${LOOP}#set($q=$s.replace("a","b"))#end`,
  'a pattern that backtracks': `#set($s="${'a'.repeat(40)}!")$s.matches("^(a+)+(?=b)$")`,
}
const ROUNDS = 50_000

const bindings: VtlBindings = {
  input: {
    body: '',
    path: { who: 'me' },
    querystring: {},
    header: {},
    jsonPath: () => BODY,
  },
  context: () => ({ requestId: 'abc', stage: 'prod', identity: { sourceIp: '192.0.2.1' } }),
  stageVariables: {},
}

const report = (what: string, amount: number, unit: string): void => {
  process.stdout.write(`${what.padEnd(30)} ${amount.toFixed(1).padStart(8)} ${unit}\n`)
}

const template = compileVtl(TYPICAL)
for (let round = 0; round < ROUNDS; round += 1) template.render(bindings)
const start = performance.now()
for (let round = 0; round < ROUNDS; round += 1) template.render(bindings)
report('a typical template', ((performance.now() - start) * 1000) / ROUNDS, 'µs')

for (const [what, text] of Object.entries(ATTACKS)) {
  const attack = compileVtl(text)
  const began = performance.now()
  try {
    attack.render(bindings)
  } catch (error) {
    if (!(error instanceof VtlBudgetError)) throw error
  }
  report(what, performance.now() - began, 'ms')
}

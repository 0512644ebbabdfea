// Templates that try to get out: to JavaScript, to Java, to other people's time. The first
// seventeen are those that
// other engines on npm were tried with (dependencies.md 1); some of those ran code, some polluted
// Object.prototype.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { VtlError } from '#languages/vtl/errors.ts'
import { BOOLEAN_METHODS } from '#languages/vtl/methods/boolean.ts'
import { LIST_METHODS } from '#languages/vtl/methods/list.ts'
import { MAP_METHODS } from '#languages/vtl/methods/map.ts'
import { NUMBER_METHODS } from '#languages/vtl/methods/number.ts'
import { STRING_METHODS } from '#languages/vtl/methods/string.ts'
import { render, type TestRequest, variablesOf } from './rendering.ts'

const request: TestRequest = {
  body: '{"__proto__":{"polluted":1},"constructor":"c"}',
  header: { host: 'h' },
  context: { requestId: 'rid' },
  variables: variablesOf({ s: 'hello', l: ['a'], m: { k1: 'v1' }, i: 1, d: 1.5, t: true }),
}

/** A template, and what it prints. */
const ATTEMPTS: readonly (readonly [string, string])[] = [
  ['$s.constructor.constructor("return process")()', '()'],
  ['$l.constructor.constructor("return 1+1").call()|$m.constructor|$s.constructor.name', '||'],
  ['$util.constructor.constructor("return process.pid")', ''],
  ['$util.escapeJavaScript.constructor("return process.pid").call()', ''],
  ['$input.constructor.constructor("return this")', ''],
  ['$context.constructor.constructor("return this")', ''],
  ['$foreach.constructor$stageVariables.constructor', ''],
  ['$m.get("__proto__")$m["__proto__"]$m["constructor"]', ''],
  ['$m.hasOwnProperty("k1")$m.isPrototypeOf($m)$m.valueOf()', ''],
  ['#set($m["__proto__"]["polluted"]="yes")$m.polluted', ''],
  ['#set($q={})$q.put("__proto__",{"polluted":"yes"})$q.polluted$l.polluted', ''],
  ['#set($context["__proto__"]["polluted"]="yes")$context.polluted', ''],
  ['#set($s.constructor="x")#set($util.urlEncode="x")$util.urlEncode("a b")', 'a+b'],
  ['$s.class.forName("java.lang.Runtime").getRuntime()', ''],
  ['$s.getClass().getClassLoader()$s.class.protectionDomain', ''],
  ['$s.__defineGetter__("a","b")$s.apply()$s.call()$s.bind()', 'hello.__defineGetter__("a","b")'],
  ['$l.map("x")$l.push("x")$l.concat("x")$l.reduce("x")$l.at(0)$l.length$l.splice(0)', ''],
  ['$l.items$m.entries()$m.items$d.value$s.charCodeAt(0)$s.big()$s.anchor("x")', ''],
  ['$globalThis$process$require$module$this$undefined$eval$Function$Math$System', ''],
  ['$toString$valueOf$hasOwnProperty$constructor$prototype', ''],
]

describe('no template leads out of its values', () => {
  for (const [template, output] of ATTEMPTS) {
    it(template, () => {
      assert.equal(render(template, request), output)
      assert.deepEqual(Object.keys(Object.prototype), [])
      assert.equal(Reflect.get({}, 'polluted'), undefined)
    })
  }

  it('treats __proto__ in a body, and as a key, as a name like any other', () => {
    assert.equal(render(`$input.path('$').get("__proto__")`, request), '{polluted=1}')
    assert.equal(render(`$input.json('$')`, request), request.body)
    const put = '#set($q={})#set($q["__proto__"]="x")$q["__proto__"] $q.size() $q'
    assert.equal(render(put), 'x 1 {__proto__=x}')
  })

  it('knows none of the names that every object of JavaScript has, on any kind of value', () => {
    const inherited = [Object, String, Array, Map, Number, Boolean, Function]
      .flatMap((type) => [...Object.getOwnPropertyNames(type.prototype), ...Object.keys(type)])
      .filter((name) => /^[A-Za-z]\w*$/.test(name))
    const javas = new Set([
      ...[STRING_METHODS, LIST_METHODS, MAP_METHODS, NUMBER_METHODS, BOOLEAN_METHODS].flatMap(
        (methods) => [...methods.keys()],
      ),
      'toString',
    ])
    for (const name of new Set(inherited)) {
      if (javas.has(name)) continue
      for (const root of ['$s', '$l', '$m', '$i', '$d', '$t', '$util', '$input', '$context']) {
        assert.equal(
          render(`${root}.${name}${root}.${name}()${root}["${name}"]`, request),
          '',
          name,
        )
      }
    }
  })
})

/** Pieces of templates, so that most of what is generated means something. */
const PIECES = [
  '$s ~$!s~${s}~$m.k1~$l[0]~$l.size()~$m["k1"]~$x~$input.path("$.a")~#set($x = ~#if(~#elseif(~#else~#end',
  '#foreach($x in ~#break~#stop~#macro(q $a)~#q(~#@q(~#define($b)~$b~#evaluate(~#[[~]]#~#*~*#',
  '(~)~[~]~{~}~"~\'~,~:~..~.~ ~\n~##~\\~$~#~1~-1~1.5~9999999999~true~null~ + ~ - ~ * ~ / ~==~&&~!',
  '$s.split("")~$s.replaceAll("(a|b)*", "$1")~$util.parseJson("~$s.format("%~.add($l)~.put($m, $m)',
  '[1..1000]~$context.requestOverride.header~.x~é😀',
]
const piece = fc.constantFrom(...PIECES.flatMap((pieces) => pieces.split('~')))

const templates = fc.oneof(
  fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 30 })
    .map((all) => all.join('')),
)

describe('whatever the template', () => {
  it('it renders, or fails by one of the documented errors', () => {
    const limits = { stepsMax: 5000, textMax: 10_000, regexStepsMax: 5000 }
    fc.assert(
      fc.property(templates, (template) => {
        try {
          const text = render(template, request, limits)
          assert.ok(text.length <= limits.textMax)
        } catch (error) {
          if (!(error instanceof VtlError)) throw error
        }
      }),
      { numRuns: 3000 },
    )
    assert.deepEqual(Object.keys(Object.prototype), [])
  })

  it('text without dollars, hashes and backslashes prints as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const plain = text.replace(/[$#\\]/g, '')
        assert.equal(render(plain), plain)
      }),
    )
  })

  it('a value prints as it is, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (s) => {
        const variables = variablesOf({ s, l: [s], m: { [s]: s } })
        const template = '${s}|$l.get(0)|#foreach($k in $m.keySet())$m.get($k)#end'
        assert.equal(render(template, { variables }), `${s}|${s}|${s}`)
      }),
    )
  })
})

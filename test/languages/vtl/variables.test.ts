// `$input`, `$util`, `$context` and `$stageVariables`. F… are facts of recorded-answers.md, [6] is
// behaviour.md
// section 6, [guide] the developer guide's mapping template reference.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileVtl, type VtlBindings } from '#languages/vtl/compile.ts'
import { VtlBudgetError, VtlRuntimeError } from '#languages/vtl/errors.ts'
import { bindingsOf, render, renderAll, type TestRequest } from './rendering.ts'

const renderBody = (template: string, body: string): string => render(template, { body })

const request: TestRequest = {
  path: { id: '42', both: 'path' },
  querystring: { q: 'a "b"', both: 'query', qh: 'query' },
  header: { 'X-Name': 'h', both: 'header', qh: 'header', __proto__: 'p' },
  context: { requestId: 'rid', identity: { sourceIp: '192.0.2.1' }, authorizer: {} },
  stageVariables: { foo: 'bar', constructor: 'own' },
}

describe('$input', () => {
  it('prints an empty body as an empty object [6]', () => {
    assert.equal(render('$input.body'), '{}')
    assert.equal(render('$input.body', { body: 'any text' }), 'any text')
    assert.equal(render('[$input.body.name]', { body: '{"name":1}' }), '[]')
  })

  it('prints objects of a path as Java, arrays as JSON (F150)', () => {
    const body = JSON.stringify({
      json: { foo: 'bar' },
      more: { bigger: 'dict', to: 'test', with: 'separators' },
      list: [{ foo: 'bar' }],
      inside: { foo: [{ nested: 'bar' }] },
      empty: [],
    })
    for (const suffix of ['', '.toString()']) {
      assert.equal(renderBody(`$input.path('$.json')${suffix}`, body), '{foo=bar}')
      const more = '{bigger=dict, to=test, with=separators}'
      assert.equal(renderBody(`$input.path('$.more')${suffix}`, body), more)
      assert.equal(renderBody(`$input.path('$.list')${suffix}`, body), '[{"foo":"bar"}]')
      assert.equal(renderBody(`$input.path('$.inside')${suffix}`, body), '{foo=[{"nested":"bar"}]}')
      assert.equal(renderBody(`$input.path('$.empty')${suffix}`, body), '[]')
    }
  })

  it('answers JSON text of a path, and two quotes for what is not there [6]', () => {
    const body = '{"s":"x \\"y\\"","n":null,"d":1.0,"b":12345678901234567890,"2":0,"1":1}'
    assert.equal(renderBody(`$input.json('$.s')`, body), '"x \\"y\\""')
    assert.equal(renderBody(`$input.json('$.nope')`, body), '""')
    assert.equal(renderBody(`$input.json('$.n')`, body), 'null')
    assert.equal(renderBody(`$input.json('$')`, body), body)
    assert.equal(renderBody(`$input.json('$.x[0].y')`, ''), '""')
  })

  it('compares a missing path as equal to the empty text and to null [6]', () => {
    const template = `#if($input.path('$.x') == "")a#end#if($input.path('$.x') == $null)b#end`
    assert.equal(renderBody(`[$input.path('$.x')]${template}`, '{}'), '[]ab')
  })

  it('looks for a parameter in the path, the query string and the headers, in this order', () => {
    assert.equal(render(`$input.params('both')|$input.params('qh')`, request), 'path|query')
    assert.equal(render(`$input.params('X-Name')|$input.params('x-name')|`, request), 'h||')
    assert.equal(render(`[$input.params('nope')][$input.params('toString')]`, request), '[][]')
  })

  it('gives all parameters by place, in every spelling', () => {
    assert.equal(render('$input.params().path.id $input.params().path().id', request), '42 42')
    assert.equal(render(`$input.params().header.get('X-Name')`, request), 'h')
    assert.equal(render(`$input.params().header('X-Name')`, request), 'h')
    assert.equal(render('$input.params().keySet()', request), '[path, querystring, header]')
  })

  it('fails where the look-up of a path fails', () => {
    assert.throws(() => renderBody(`$input.path('$.a')`, '{"a":'), VtlRuntimeError)
    assert.throws(() => renderBody(`$input.json('$')`, '['.repeat(100_000)), VtlBudgetError)
  })
})

describe('$util', () => {
  it('escapes as commons-lang does, single quotes and slashes too [guide]', () => {
    const body = JSON.stringify({ s: `it's "q" \\ / é😀\n\t\u0001` })
    const escaped = `it\\'s \\"q\\" \\\\ \\/ \\u00E9\\uD83D\\uDE00\\n\\t\\u0001`
    assert.equal(renderBody(`$util.escapeJavaScript($input.path('$.s'))`, body), escaped)
    const idiom = `$util.escapeJavaScript("it's").replaceAll("\\\\'","'")`
    assert.equal(render(idiom), `it's`)
  })

  it('takes null and numbers by the text they print as (F153)', () => {
    assert.equal(render('$util.escapeJavaScript(null) $util.escapeJavaScript(1)'), 'null 1')
  })

  it('encodes and decodes for URLs as forms do (F153)', () => {
    assert.equal(render('$util.urlEncode("x=a+b") $util.urlDecode("x=a+b")'), 'x%3Da%2Bb x=a b')
    assert.equal(render(`$util.urlEncode("a b*-._~!'()é")`), 'a+b*-._%7E%21%27%28%29%C3%A9')
    assert.equal(render('$util.urlDecode("%C3%A9%2f+")'), 'é/ ')
    assert.throws(() => render('$util.urlDecode("100%")'), VtlRuntimeError)
  })

  it('encodes lone surrogates as Java does', () => {
    assert.equal(render('$util.urlEncode("\\uD800x")'), '%3Fx')
    assert.equal(render('$util.urlEncode("\\uFFFD")'), '%EF%BF%BD')
  })

  it('encodes and decodes Base64 of UTF-8', () => {
    assert.equal(render('$util.base64Encode("é") $util.base64Decode("w6k=")'), 'w6k= é')
  })

  it('parses JSON into something to navigate (F155)', () => {
    const json = `'{"key1":"v","key2":{"arr":[10,"x"]}}'`
    const template = `#set($o = $util.parseJson(${json}))$o.key1 $o.key2.arr[0] $o.key2.arr.size()`
    assert.equal(render(template), 'v 10 2')
    for (const text of ['1', 'true', '[]', '1.5']) {
      assert.equal(render(`$util.parseJson('${text}')`), text)
    }
    assert.throws(() => render(`$util.parseJson('{')`), VtlRuntimeError)
  })
})

describe('$context and $stageVariables', () => {
  it('prints what is there, and nothing for what is not', () => {
    assert.equal(render('$context.requestId $context.identity.sourceIp', request), 'rid 192.0.2.1')
    assert.equal(render('[$context.nope.x][$context.authorizer.claims]', request), '[][]')
    assert.equal(
      render('$context.authorizer|$context.identity', request),
      '{}|{sourceIp=192.0.2.1}',
    )
    assert.equal(render(`$stageVariables.foo \${stageVariables.foo}`, request), 'bar bar')
    assert.equal(render(`$stageVariables['foo'] $stageVariables.get('foo')`, request), 'bar bar')
    assert.equal(render('[$stageVariables.nope][$stageVariables.constructor]', request), '[][own]')
  })

  it('computes nothing of $context for a template that does not name it', () => {
    const bindings: VtlBindings = { ...bindingsOf(), context: () => assert.fail('not asked for') }
    assert.equal(compileVtl('x').render(bindings).text, 'x')
  })

  it('prints nothing for the overrides as such, but has their parts (F187)', () => {
    assert.equal(render('[$context.requestOverride][$context.responseOverride]', request), '[][]')
    const parts = ['header', 'path', 'querystring'].map(
      (part) => `$context.requestOverride.${part}`,
    )
    assert.equal(render(parts.join(' '), request), '{} {} {}')
    assert.equal(render('$context.responseOverride.header', request), '{}')
  })

  it('takes overrides in every way a map is set (F159)', () => {
    const { text, overrides } = renderAll(
      `#set($name = "q1")
#set($context.requestOverride.querystring[$name] = "bar")
#set($context["requestOverride"].querystring["q2"] = 5)
$context.requestOverride.querystring.put("q3", "v")
#set($context.requestOverride.header.Content-Type = "text/plain")
#set($context.requestOverride.path.id = $input.params('id'))
#set($context.responseOverride.header = {"A": "b"})
#set($context.responseOverride.status = 404)`,
      request,
    )
    assert.equal(text.trim(), '')
    assert.deepEqual(overrides, {
      request: {
        header: new Map([['Content-Type', 'text/plain']]),
        path: new Map([['id', '42']]),
        querystring: new Map([
          ['q1', 'bar'],
          ['q2', '5'],
          ['q3', 'v'],
        ]),
      },
      response: { header: new Map([['A', 'b']]), status: 404 },
    })
  })

  it('shows overrides of the request to the template of the response (F157)', () => {
    const first = renderAll('#set($context.requestOverride.path.code = "x1")', request)
    const template = `#if($context.requestOverride.path.code == "x1")yes#elseif($f)no#{else}other#end`
    const second = renderAll(template, { ...request, overrides: first.overrides })
    assert.equal(second.text, 'yes')
    assert.deepEqual(second.overrides, first.overrides)
  })

  it('refuses to override one parameter twice in a template [guide]', () => {
    const set = '#set($context.requestOverride.header.a = "1")'
    assert.throws(() => render(set + set), VtlRuntimeError)
    const before = renderAll(set).overrides
    assert.equal(renderAll(set, { overrides: before }).overrides.request.header.get('a'), '1')
  })

  it('ignores a status outside 100 to 599 (F175)', () => {
    const statusOf = (value: string): number | undefined =>
      renderAll(`#set($context.responseOverride.status = ${value})`).overrides.response.status
    assert.equal(statusOf('599'), 599)
    assert.equal(statusOf('"201"'), 201)
    for (const value of ['600', '99', '"x"', '2.5', '-1', '[]']) {
      assert.equal(statusOf(value), undefined)
    }
  })
})

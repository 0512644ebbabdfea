// No template takes more time, memory or depth than its budget, whatever it does.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TEMPLATE_BYTES_MAX } from '#languages/vtl/budget.ts'
import { compileVtl } from '#languages/vtl/compile.ts'
import { VtlBudgetError, VtlSyntaxError } from '#languages/vtl/errors.ts'
import { render, renderAll } from './rendering.ts'

const loop = (body: string): string => `#foreach($a in [1..1000])${body}#end`
const twice = (start: string, times: number): string =>
  `#set($s="${start}")#foreach($a in [1..${times}])#set($s="$s$s")#end`
const assertSpent = (template: string): void => {
  assert.throws(() => render(template), VtlBudgetError, template)
}

describe('the budget of a rendering', () => {
  it('ends loops inside loops', () => {
    assertSpent(loop(loop(loop('$a'))))
    assertSpent(loop(loop('#set($x=$a+1)')))
    assertSpent(loop(loop('#if($a == "x")#end')))
  })

  it('ends a #foreach after 1,000 rounds without an error, and says so', () => {
    const { text, notes } = renderAll('\n#foreach($i in [1..1000000000])x#end')
    assert.equal(text, `\n${'x'.repeat(1000)}`)
    assert.deepEqual(notes, ['#foreach in line 2 ended after 1000 iterations'])
    assert.deepEqual(renderAll(loop('x')).notes, [])
  })

  it('ends texts and lists that double', () => {
    assertSpent(twice('xxxxxxxx', 1000))
    assertSpent(`#set($s="xx")${loop('#set($s=$s+$s)')}`)
    assertSpent(`#set($s="xx")${loop('#set($s=$s.concat($s))')}`)
    assertSpent(`#set($l=[1,2])${loop('#set($q=$l.addAll($l))')}`)
    assertSpent(`#set($l=[1])${loop('#set($l=[$l,$l])')}$l`)
    assertSpent('$util.urlEncode("x").repeat(2147483647)')
    assertSpent('#set($l=[1..100000000])')
    assertSpent(loop('#set($l=[1..1000])'))
  })

  it('ends output of more than 10 MB, counted in bytes', () => {
    assertSpent(`${twice('xxxxxxxxxxxxxxxx', 16)}${loop('$s')}`)
    assert.throws(() => render('ééé', {}, { textMax: 5 }), VtlBudgetError)
    assert.equal(render('éé', {}, { textMax: 5 }), 'éé')
  })

  it('ends values that contain themselves, wherever they are printed or compared', () => {
    assertSpent('#set($l=[1])#set($m={"l":$l})#set($q=$l.add($m))$l')
    assertSpent('#set($m={})#set($l=[$m])#set($m.l=$l)$m.hashCode()')
    const self = (name: string): string =>
      `#set($${name}=[1])#set($m={"l":$${name}})#set($q=$${name}.add($m))`
    assertSpent(`${self('a')}${self('b')}#if($a == $b)#end`)
    assert.equal(render('#set($l=[1])#set($q=$l.add($l))$l'), '[1, (this Collection)]')
  })

  it('ends macros, blocks and texts that call themselves', () => {
    assertSpent('#macro(a $x)#a("$x$x")#end#a("z")')
    assertSpent(`#set($e='#evaluate($e)')#evaluate($e)`)
    assertSpent('#macro(b $x $n)#if($n==0)$x#else#set($k=$n - 1)#b("$x$x" $k)#end#end#b("z" 18)')
    assert.equal(render('#define($b)x$b#end[$b]'), '[xx$b]')
  })

  it('ends work on long texts', () => {
    const long = twice('aaaaaaaaaaaaaaaa', 14)
    for (const call of [
      '$util.escapeJavaScript($s)',
      '$util.urlEncode($s)',
      '$util.base64Encode($s)',
      '$s.hashCode()',
      '$s.replace("a","b")',
      '$s.split(",")',
      '$s.toUpperCase()',
      '$s.indexOf("b")',
      '$s.getBytes()',
    ]) {
      assertSpent(long + loop(`#set($q=${call})`))
    }
    assertSpent('#set($s="")$s.format("%999999999d", 1)')
  })

  it('ends regular expressions that backtrack, and answers those that need not', () => {
    const text = `${'a'.repeat(40)}!`
    assert.equal(render(`#set($s="${text}")$s.matches("^(a+)+$")`), 'false')
    assertSpent(`#set($s="${text}")$s.matches("^(a+)+(?=b)$")`)
    assertSpent(loop(loop('$a.toString().matches("(a|b){1,9}$a")')))
  })

  it('bounds how many digits an integer has', () => {
    assert.equal(render(`#set($a=9999999999)${loop('#set($a=$a*$a)')}#if($a > 5)x#end`), 'x')
    assertSpent(`#set($a=${'9'.repeat(1000)})`)
  })
})

describe('the budget of a compilation', () => {
  it('refuses templates larger than AWS takes', () => {
    compileVtl('x'.repeat(TEMPLATE_BYTES_MAX))
    assert.throws(() => compileVtl('x'.repeat(TEMPLATE_BYTES_MAX + 1)), VtlBudgetError)
    assert.throws(() => compileVtl('é'.repeat(TEMPLATE_BYTES_MAX / 2 + 1)), VtlBudgetError)
  })

  it('refuses what goes too deep', () => {
    const size = TEMPLATE_BYTES_MAX / 10
    for (const opening of [
      '#if(true)',
      '#if((',
      '#set($a=[',
      '#set($a={"a":',
      '#if(!',
      '$a.b($a',
    ]) {
      const prefix = opening.slice(0, opening.search(/[([{!]/) + 1)
      const rest = opening.slice(prefix.length) || opening
      const deep = prefix + rest.repeat(Math.floor(size / rest.length))
      const refused = (error: unknown): boolean =>
        error instanceof VtlBudgetError || error instanceof VtlSyntaxError
      assert.throws(() => compileVtl(deep), refused, opening)
    }
    assert.throws(() => compileVtl('#if(true)'.repeat(1000)), VtlBudgetError)
    assert.throws(() => compileVtl(`#if(${'('.repeat(1000)}`), VtlBudgetError)
    assert.throws(() => compileVtl(`#set($a=1${' + 1'.repeat(1000)})`), VtlBudgetError)
  })

  it('takes long templates that are flat', () => {
    const times = 20_000
    assert.equal(render('$nope.a.b '.repeat(times)).length, times)
    assert.equal(render('#set($a="")\n'.repeat(times)), '')
    assert.equal(render(`${'$'.repeat(times)} `), `${'$'.repeat(times)} `)
    assert.equal(render('\\'.repeat(times)), '\\'.repeat(times))
  })
})

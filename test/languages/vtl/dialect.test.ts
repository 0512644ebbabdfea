// What Velocity 1.7 does with text that is easy to get wrong. Every expectation was given by the
// Velocity 1.7 jar
// itself, with an InvalidReferenceEventHandler that answers the empty text (2026-11-21).
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { VtlRuntimeError, VtlSyntaxError } from '#languages/vtl/errors.ts'
import { render, variablesOf } from './rendering.ts'

const values = {
  m: { k1: 'v1', k2: 2 },
  l: ['a', 'b', 'c'],
  s: 'hello',
  i: 7,
  d: 2.5,
  t: true,
  f: false,
  ln: ['a', null, 'b'],
  path: '/a/b/c',
}
const rendered = (template: string): string => render(template, { variables: variablesOf(values) })

const OUTPUTS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'dollars and hashes': [
    ['$_x#set($_x=1)$_x', '1'],
    ['$$s $${s} #$s', '$hello $hello #hello'],
    ['x $!! y $!5 $!}', 'x $! y $5 $!}'],
    ['$!$s', '$!hello'],
    ['\\$$s \\$$$s', '$s $s'],
    ['a$#if($t)b#end', 'ab'],
    ['$ #set($a=1)x', 'x'],
    ['#  #set($a=1)x', 'x'],
    ['#1  #set($a=1)x', '#1x'],
    ['#elsefoo #endx #ifx($t)', '#elsefoo #endx #ifx($t)'],
    ['#foo($s)x #foo (a b)y', '#foo($s)x #foo (a b)y'],
    ['$s.foo(', '('],
  ],
  backslashes: [
    ['\\\\#set($a=1)$a', '\\\\1'],
    ['\\\\#if($t)x#end', '\\x'],
    ['\\\\\\#if($t)x', '\\#if(true)x'],
    ['$\\!s', ''],
  ],
  'text right behind a reference': [
    ['$s.length()api.example.com/x', '5api/x'],
    ['$l[0]abc.def', 'aabc'],
    ['${s}a.b $s.length()1.b $s.length() a.b', 'helloa.b 51.b 5 a.b'],
    ['$m.k1##c\nx', 'v1##c\nx'],
    ['$s##c\nx $s.length()##c\ny', 'hellox 5y'],
  ],
  directives: [
    ['#if($f)\n#else  \nx#end', 'x'],
    ['#foreach($x of $l)$x#end', 'abc'],
    ['#foreach($x in $m.entrySet().iterator())$x;#end', 'k1=v1;k2=2;'],
    ['#foreach($x in $l)#foreach($y in $l)#break#end$foreach.index#end', '012'],
    ['#foreach($x in $l)#foreach($y in $l)#break($foreach.parent)#end#end.', '.'],
    ['a#break\nb', 'a'],
    ['x#macro(q)1#break 2#end#q()3', 'x13'],
    ['#define($b)1#break 2#end$b 3', '1 3'],
    ['#macro(a)x#end#a y', 'x y'],
    ['#macro(a)1#end#macro(a)2#end#a()', '1'],
    ['#macro(a $x)#set($x=5)$x#end#a(1)$x', '55'],
    ['#macro(q $s)#foreach($s in $l)$s#end$s#end#q(1)$s', 'abc11'],
    ['#macro(t $a,$b)$a$b#end#t(1,2)#t(1 2)#t( 1 , 2 )', '121212'],
    ['#literal()$s#end', '$s'],
    [`#evaluate('$s #set($q=3)')$q`, 'hello3'],
    ['#evaluate("#macro(zz)Z#end")#zz()', 'Z'],
    ['#define($b)q#end#set($c=$b)$c #set($z="<$b>")$z $b.length()', 'q<q> '],
  ],
  truth: [
    ['#if("abc")y#else n#end#if(5)y#else n#end#if(1 + 1)y#else n#end', ' n n n'],
    ['#if($t && "x")y#else n#end', ' n'],
    ['#if($m == $m)y#end#if($m == $l)z#end#if($t == "true")w#end', 'yw'],
  ],
  values: [
    ['#set($a="\\u0041b")$a #set($b=\'\\u0041b\')$b', 'Ab\\u0041b'],
    ['$m.put("k",null)$m', '{k1=v1, k2=2, k=null}'],
    ['#set($x = 5 + $l)[$x] #set($x = $m + "a")$x', '[] {k1=v1, k2=2}a'],
    ['#set($m.get("k")=1)$m', '{k1=v1, k2=2, get=1}'],
    ['#set($!m.q=1)$m', '{k1=v1, k2=2, q=1}'],
    ['#set($l[-1]=1)$l', '[a, b, 1]'],
    [
      '$i.hashCode() $l.hashCode() $m.hashCode() $t.hashCode() $d.hashCode()',
      '7 126145 4226 1231 1074003968',
    ],
    [
      '$m.class.name $l.class [$m.class.class][$m.class.methods]',
      'java.util.LinkedHashMap class java.util.ArrayList [][]',
    ],
    ['$m.entrySet() $m.keySet() $m.values()', '[k1=v1, k2=2] [k1, k2] [v1, 2]'],
    ['#foreach($e in $m.entrySet())$e.setValue("n")#end$m', 'v12{k1=n, k2=n}'],
  ],
}

/** Each with the column that Velocity names. */
const REFUSED: readonly (readonly [string, number])[] = [
  ['#set($a=5-3)$a', 10],
  ['#set($a=(5)-3)$a', 12],
  ['#set($a=-$i)$a', 9],
  ['#set($a=[1+1])', 11],
  ['#set($a={"a":1+1})', 15],
  ['#foreach($x in 1+1)x#end', 17],
  ['$m.put("k",1+1)', 13],
  ['#set($a=nottrue)$a', 9],
  ['#if ## c\n ($t)y#end', 5],
  ['#if($t ## c\n)y#end', 8],
  ['#if($t)a#elseif b#end', 17],
  ['#foo(a+b)x', 7],
  ['x#', 3],
  ['$s[]', 4],
  ['#[[abc', 7],
  ['#set($a="#if(true)a")$a', 9],
]

const FAILING = [
  '$l[9]',
  '$l.get(7)',
  '#set($l[7]=1)',
  '$s.charAt(9)',
  '$i.parseInt("zz")',
  '#foreach($x in $l)#set($q=$l.add("z"))#end',
  '#foreach($x in $m.keySet())#set($m.z=1)#end',
  '#macro(a $x)$x#end#a(word)',
  '#parse("x")',
]

describe('the dialect of Velocity 1.7', () => {
  for (const [subject, cases] of Object.entries(OUTPUTS)) {
    it(subject, () => {
      for (const [template, output] of cases) assert.equal(rendered(template), output, template)
    })
  }

  it('refuses what its grammar does not have, and says where', () => {
    for (const [template, column] of REFUSED) {
      assert.throws(
        () => rendered(template),
        (error) => {
          assert.ok(error instanceof VtlSyntaxError, `${template}: ${String(error)}`)
          assert.deepEqual(error.position, { line: 1, column }, template)
          return true
        },
      )
    }
  })

  it('lets the whole rendering fail where Java throws', () => {
    for (const template of FAILING)
      assert.throws(() => rendered(template), VtlRuntimeError, template)
  })

  it('says in which line and column a method failed', () => {
    assert.throws(() => rendered('a\n  $s.substring(9)'), {
      name: 'VtlRuntimeError',
      position: { line: 2, column: 6 },
      message: /StringIndexOutOfBounds.*at \[line 2, column 6\]$/,
    })
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { compileRoutes, type RouteEntry, type RouteOptions } from '#data-plane/accept/routes.ts'

const table = (routes: readonly string[], options?: RouteOptions) =>
  compileRoutes(
    routes.map((route): RouteEntry<string> => {
      const [method = '', path = ''] = route.split(' ')
      return { method, path, plan: route }
    }),
    options,
  )

const matched = (routes: readonly string[], request: string, options?: RouteOptions) => {
  const [method = '', path = ''] = request.split(' ')
  return table(routes, options).match(method, path)
}

test('a static segment beats a variable, and a variable beats a greedy one, whatever the order [F120]', () => {
  const routes = ['GET /{proxy+}', 'GET /part1/{x}', 'GET /part1/fixed', 'GET /part1']
  for (const order of [routes, routes.toReversed()]) {
    assert.equal(matched(order, 'GET /part1/fixed')?.plan, 'GET /part1/fixed')
    assert.equal(matched(order, 'GET /part1/other')?.plan, 'GET /part1/{x}')
    assert.equal(matched(order, 'GET /part1/other/more')?.plan, 'GET /{proxy+}')
    assert.equal(matched(order, 'GET /part1')?.plan, 'GET /part1')
  }
})

test('an exact verb beats ANY, and ANY takes the rest [F123]', () => {
  const routes = ['ANY /pets', 'GET /pets']
  assert.equal(matched(routes, 'GET /pets')?.plan, 'GET /pets')
  assert.equal(matched(routes, 'POST /pets')?.plan, 'ANY /pets')
})

test('percent-encoding is kept, a trailing slash and a doubled leading slash are ignored [F121]', () => {
  const match = matched(['PUT /foo/{param}'], 'PUT //foo/foo%2Fbar/')
  assert.deepEqual({ ...match?.pathParameters }, { param: 'foo%2Fbar' })
})

test('a greedy variable takes at least one segment and all that follow', () => {
  assert.equal(matched(['ANY /{proxy+}'], 'GET /'), undefined)
  assert.equal(matched(['ANY /a/{proxy+}'], 'GET /a'), undefined)
  const match = matched(['ANY /{proxy+}'], 'GET /a/b//c')
  assert.deepEqual({ ...match?.pathParameters }, { proxy: 'a/b//c' })
})

test('a dead end below a static segment leads back to the variable beside it', () => {
  const routes = ['GET /a/b', 'GET /{x}/c', 'GET /{x}/{y}/{rest+}']
  const match = matched(routes, 'GET /a/c')
  assert.equal(match?.plan, 'GET /{x}/c')
  assert.deepEqual({ ...match?.pathParameters }, { x: 'a' })
  assert.deepEqual(
    { ...matched(routes, 'GET /a/b/d')?.pathParameters },
    { x: 'a', y: 'b', rest: 'd' },
  )
})

test('where greedy variables come last, a route without one wins at any depth', () => {
  const routes = ['GET /a/{proxy+}', 'GET /{x}/b']
  assert.equal(matched(routes, 'GET /a/b')?.plan, 'GET /a/{proxy+}')
  assert.equal(matched(routes, 'GET /a/b', { greedy: 'last' })?.plan, 'GET /{x}/b')
  assert.equal(matched(routes, 'GET /a/c', { greedy: 'last' })?.plan, 'GET /a/{proxy+}')
})

test('variables of one level may have different names, and any name is only a name', () => {
  const routes = ['GET /{constructor}/b', 'GET /{__proto__}/c']
  assert.equal(matched(routes, 'GET /1/b')?.pathParameters?.['constructor'], '1')
  assert.equal(matched(routes, 'GET /2/c')?.pathParameters?.['__proto__'], '2')
  assert.equal(matched(routes, 'GET /2/c')?.pathParameters?.['toString'], undefined)
})

test('HEAD is not implied by GET', () => {
  assert.equal(matched(['GET /a'], 'HEAD /a'), undefined)
})

test('the tree agrees with a naive matcher on any table and path', () => {
  const segment = fc.constantFrom('a', 'b', 'c', '{x}')
  const route = fc
    .tuple(
      fc.constantFrom('GET', 'POST', 'ANY'),
      fc.array(segment, { maxLength: 3 }),
      fc.option(fc.constant('{proxy+}'), { nil: undefined }),
    )
    .map(([method, segments, greedy]) => {
      const all = greedy === undefined ? segments : [...segments, greedy]
      return `${method} /${all.join('/')}`
    })
  const path = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 })
  fc.assert(
    fc.property(
      fc.uniqueArray(route, { maxLength: 12 }),
      fc.constantFrom('GET', 'POST', 'PUT'),
      path,
      (routes, method, segments) => {
        const request = `${method} /${segments.join('/')}`
        assert.equal(matched(routes, request)?.plan, naive(routes, method, segments))
      },
    ),
    { numRuns: 500 },
  )
})

/** All routes that fit, the best by the kind of each segment from the left, then by the verb. */
const naive = (routes: readonly string[], method: string, segments: readonly string[]) => {
  const ranked = routes.flatMap((route) => {
    const [verb = '', path = ''] = route.split(' ')
    if (verb !== 'ANY' && verb !== method) return []
    const parts = path.split('/').filter((part) => part !== '')
    const greedy = parts.at(-1) === '{proxy+}'
    if (greedy ? segments.length < parts.length : segments.length !== parts.length) return []
    if (!parts.every((part, at) => part.startsWith('{') || part === segments[at])) return []
    const rank = parts.map((part) => (part === '{proxy+}' ? 2 : part.startsWith('{') ? 1 : 0))
    return [{ route, rank: [...rank, verb === 'ANY' ? 1 : 0].join('') }]
  })
  ranked.sort((left, right) => (left.rank < right.rank ? -1 : 1))
  return ranked[0]?.route
}

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseTarget } from '#wire/message.ts'
import { createRouter } from '#wire/router.ts'
import { loadServiceTable, type TableDocument } from '#wire/table.ts'

const document: TableDocument = {
  service: 's3',
  signingName: 's3',
  protocol: 'restJson1',
  source: 'by hand',
  operations: {
    GetObject: { method: 'GET', uri: '/{Bucket}/{Key+}', status: 200 },
    GetObjectAcl: { method: 'GET', uri: '/{Bucket}/{Key+}?acl', status: 200 },
    ListObjects: { method: 'GET', uri: '/{Bucket}', status: 200 },
    Fixed: { method: 'GET', uri: '/fixed/{Key}', status: 200 },
  },
  structures: {},
  enums: {},
  errors: {},
}

describe('the router', () => {
  const route = createRouter(document)
  const match = (target: string) => route('GET', parseTarget(target))

  it('takes the rest of the path into a greedy label', () => {
    assert.deepEqual(match('/b/a/b%20c/d'), {
      operation: 'GetObject',
      labels: { Bucket: 'b', Key: 'a/b c/d' },
    })
  })

  it('prefers a literal query, a literal segment, and a label to a greedy one', () => {
    assert.equal(match('/b/a?acl')?.operation, 'GetObjectAcl')
    assert.equal(match('/fixed/a')?.operation, 'Fixed')
    assert.equal(match('/fixed/a/b')?.operation, 'GetObject')
    assert.equal(match('/b/')?.operation, 'ListObjects')
  })

  it('matches no empty label and no malformed escape', () => {
    assert.equal(match('/'), undefined)
    assert.equal(match('/%zz'), undefined)
    assert.equal(match('//a'), undefined)
  })

  it('splits on the slashes that were sent, not on those that were encoded', async () => {
    const v1 = createRouter((await loadServiceTable('apigateway')).document)
    const arn = 'arn:aws:apigateway:us-east-1::/restapis/abc'
    assert.deepEqual(v1('GET', parseTarget(`/tags/${encodeURIComponent(arn)}`)), {
      operation: 'GetTags',
      labels: { resourceArn: arn },
    })
    assert.equal(v1('GET', parseTarget(`/tags/${arn}`)), undefined)
    assert.equal(v1('POST', parseTarget('/restapis?mode=import'))?.operation, 'ImportRestApi')
    assert.equal(v1('POST', parseTarget('/restapis?mode=x'))?.operation, 'CreateRestApi')
    assert.equal(v1('PUT', parseTarget('/restapis'))?.operation, undefined)
  })

  it('reaches every operation of every table by its own URI', async () => {
    for (const name of ['apigateway', 'apigatewayv2', 'lambda'] as const) {
      const { document } = await loadServiceTable(name)
      const route = createRouter(document)
      for (const [operation, { method, uri }] of Object.entries(document.operations)) {
        const target = uri.replaceAll(/\{\w+\}/g, 'x%2Fy')
        assert.equal(route(method, parseTarget(target))?.operation, operation)
      }
    }
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { badRequest, conflict, createSetting, invalid, notFound, operations } from './setting.ts'

const { PutMethodResponse, GetMethodResponse, UpdateMethodResponse, DeleteMethodResponse } =
  operations

const onMethod = async () => {
  const setting = createSetting()
  const { at } = await setting.createMockApi()
  const address = { ...at, statusCode: '200' }
  const patch = (op: 'add' | 'remove' | 'replace', path: string, value?: string) =>
    setting.run(UpdateMethodResponse, { ...address, patchOperations: [{ op, path, value }] })
  return { ...setting, at, address, patch }
}

describe('MethodResponse', () => {
  it('F060: empty maps are echoed, absent ones are absent', async () => {
    const { run, address } = await onMethod()
    const maps = { responseModels: {}, responseParameters: {} }
    const response = await run(PutMethodResponse, { ...address, ...maps })
    assert.deepEqual(response, { statusCode: '200', ...maps })
    const other = await run(PutMethodResponse, { ...address, statusCode: '404' })
    assert.deepEqual(other, { statusCode: '404' })
  })

  it('a response that is there is a conflict; one that is not, not found', async () => {
    const { run, address } = await onMethod()
    await run(PutMethodResponse, address)
    await conflict(run(PutMethodResponse, address), 'Response already exists for this resource')
    await run(DeleteMethodResponse, address)
    const message = 'Invalid Response status code specified'
    await notFound(run(GetMethodResponse, address), message)
    await notFound(run(DeleteMethodResponse, address), message)
  })

  it('F062: patches are refused in the words of AWS', async () => {
    const { run, address, patch } = await onMethod()
    await run(PutMethodResponse, address)
    const header = 'method.response.header.my-header'
    await notFound(
      patch('remove', `/responseParameters/${header}`),
      'Invalid parameter name specified',
    )
    await notFound(
      patch('remove', '/responseModels/application~1json'),
      'Content-Type specified was not found',
    )
    await badRequest(patch('add', `/wrong/${header}`), `Invalid patch path /wrong/${header}`)
    const patched = await patch('add', `/responseParameters/${header}`, 'true')
    assert.deepEqual(patched.responseParameters, { [header]: true })
  })

  it('a wrong operation and a wrong status are told together', async () => {
    const { run, address } = await onMethod()
    const wrong: unknown = 'wrong_op'
    await invalid(
      run(UpdateMethodResponse, {
        ...address,
        statusCode: 'wrong',
        patchOperations: [{ op: wrong as 'add', path: '/x' }],
      }),
      String.raw`2 validation errors detected: Value 'wrong_op' at 'updateMethodResponseInput.patchOperations.1.member.op' failed to satisfy constraint: Member must satisfy enum value set: [add, remove, move, test, replace, copy]; Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\d\d`,
    )
  })
})

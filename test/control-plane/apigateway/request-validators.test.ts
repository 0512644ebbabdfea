import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { badRequest, createSetting, notFound, operations } from './setting.ts'

const { CreateRequestValidator, GetRequestValidator, DeleteRequestValidator } = operations

describe('RequestValidator', () => {
  it('F036: both flags are false until set, and no value sets them back', async () => {
    const { run, createApi } = createSetting()
    const { restApiId } = await createApi()
    const made = await run(CreateRequestValidator, { restApiId, name: 'all' })
    assert.deepEqual(made, {
      id: made.id,
      name: 'all',
      validateRequestBody: false,
      validateRequestParameters: false,
    })
    const patch = (op: 'add' | 'remove' | 'replace', path: string, value?: string) =>
      run(operations.UpdateRequestValidator, {
        restApiId,
        requestValidatorId: made.id,
        patchOperations: [{ op, path, value }],
      })
    const on = await patch('replace', '/validateRequestBody', 'true')
    assert.equal(on.validateRequestBody, true)
    assert.equal((await patch('replace', '/validateRequestBody')).validateRequestBody, false)
    await badRequest(
      patch('replace', '/invalidPath', 'x'),
      "Invalid patch path  '/invalidPath' specified for op 'replace'. Must be one of: [/name, /validateRequestParameters, /validateRequestBody]",
    )
    await badRequest(
      patch('remove', '/validateRequestBody'),
      "Invalid patch path  '/validateRequestBody' specified for op 'remove'. Please choose supported operations",
    )
    await badRequest(patch('replace', '/name', ''), 'Request Validator name cannot be blank')
  })

  it('F036: a deleted validator is not found; an unknown API is a bad request', async () => {
    const { run, createApi } = createSetting()
    const { restApiId } = await createApi()
    const { id } = await run(CreateRequestValidator, { restApiId, name: 'all' })
    await run(DeleteRequestValidator, { restApiId, requestValidatorId: id })
    await notFound(
      run(GetRequestValidator, { restApiId, requestValidatorId: id }),
      'Invalid Request Validator identifier specified',
    )
    await badRequest(
      run(CreateRequestValidator, { restApiId: 'nothing', name: 'all' }),
      'Invalid REST API identifier specified',
    )
  })
})

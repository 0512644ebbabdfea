// What the tests of this folder stand on: a store in memory, a caller, and AWS's answers to compare with.
import assert from 'node:assert/strict'
import { createSealing, sealingOf } from '#identity/sealing.ts'
import type { Method } from '#model/apigateway/rest-api.ts'
import { derivedIds } from '#shared/ids.ts'
import { systemRandom } from '#shared/random.ts'
import { apigatewayOperations as operations } from '#control-plane/apigateway/operations.ts'
import { createMemoryStore } from '#store/memory.ts'
import type { Operation } from '#store/transactional.ts'
import { ServiceError } from '#wire/errors.ts'
import { handClock, limitsFor } from '../../support/limits.ts'

export const SCOPE = { accountId: '111111111111', region: 'us-east-1' }
export const NOW_MS = Date.UTC(2026, 10, 21)

export { operations }

const KEY_BYTES = 32
export const CERTIFICATE_SEAL = sealingOf(
  createSealing(systemRandom.bytes(KEY_BYTES), systemRandom),
  'client-certificate-key',
)

export const createSetting = () => {
  const store = createMemoryStore()
  const ids = derivedIds('setting')
  const { usage } = limitsFor(handClock(NOW_MS)).holder
  const run = <Input, Output>(operation: Operation<Input, Output>, input: Input): Promise<Output> =>
    operation(input, {
      ...SCOPE,
      store,
      ids,
      usage,
      certificateSeal: CERTIFICATE_SEAL,
      requestId: 'request',
      nowMs: NOW_MS,
    })

  /** A new API and its root resource's id. */
  const createApi = async (name = 'pets') => {
    const api = await run(operations.CreateRestApi, { name })
    return { restApiId: api.id, rootId: api.rootResourceId }
  }

  /** An API with a MOCK method on its root, ready to be deployed. */
  const createMockApi = async () => {
    const { restApiId, rootId } = await createApi()
    const at = { restApiId, resourceId: rootId, httpMethod: 'GET' }
    await run(operations.PutMethod, { ...at, authorizationType: 'NONE' })
    await run(operations.PutIntegration, {
      ...at,
      type: 'MOCK',
      requestTemplates: { 'application/json': '{"statusCode": 200}' },
    })
    return { restApiId, rootId, at }
  }

  const getMethod = (at: {
    readonly restApiId: string
    readonly resourceId: string
    readonly httpMethod: string
  }): Promise<Method> => run(operations.GetMethod, at)

  return { store, run, createApi, createMockApi, getMethod }
}

/** Asserts AWS's whole answer to a refused call. */
export const refused = (
  answer: Promise<unknown>,
  code: string,
  statusCode: number,
  message: string,
): Promise<void> =>
  assert.rejects(answer, (error) => {
    assert.ok(error instanceof ServiceError, String(error))
    assert.deepEqual(
      { code: error.code, statusCode: error.statusCode, message: error.message },
      { code, statusCode, message },
    )
    return true
  })

export const badRequest = (answer: Promise<unknown>, message: string): Promise<void> =>
  refused(answer, 'BadRequestException', 400, message)

export const notFound = (answer: Promise<unknown>, message: string): Promise<void> =>
  refused(answer, 'NotFoundException', 404, message)

export const conflict = (answer: Promise<unknown>, message: string): Promise<void> =>
  refused(answer, 'ConflictException', 409, message)

export const invalid = (answer: Promise<unknown>, message: string): Promise<void> =>
  refused(answer, 'ValidationException', 400, message)

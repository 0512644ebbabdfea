// What the conformance tests of apigateway (v1) expect of a refusal.
import assert from 'node:assert/strict'
import { APIGatewayServiceException } from '@aws-sdk/client-api-gateway'

/** The call fails with this error of AWS's, and its message is told. */
export const refusedV1 = async (
  calling: Promise<unknown>,
  name: string,
  status: number,
  message: string,
): Promise<void> => {
  const error = await calling.then(
    () => assert.fail(`${name} was expected`),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof APIGatewayServiceException, String(error))
  assert.deepEqual(
    { name: error.name, status: error.$metadata.httpStatusCode, message: error.message },
    { name, status, message },
  )
}

export const notFoundV1 = (calling: Promise<unknown>, message: string): Promise<void> =>
  refusedV1(calling, 'NotFoundException', 404, message)

export const badRequestV1 = (calling: Promise<unknown>, message: string): Promise<void> =>
  refusedV1(calling, 'BadRequestException', 400, message)

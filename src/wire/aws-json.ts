// awsJson1_0 and awsJson1_1: every call is a POST to the root, `X-Amz-Target` names the operation, the input is the body.
// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
import { assert } from '#shared/assert.ts'
import { isObject } from '#shared/json.ts'
import { encodeStructure } from './encode.ts'
import { parseJsonBody } from './json-body.ts'
import { headerOf } from './message.ts'
import type { Protocol } from './protocol.ts'
import { readStructure, wireReading } from './read-value.ts'
import type { TableDocument } from './table.ts'

export const awsJson = (document: TableDocument): Protocol => {
  const contentType = `application/x-amz-json-${document.protocol === 'awsJson1_0' ? '1.0' : '1.1'}`
  return {
    route: (request) => {
      // The half before the point is not compared: SDKs of other ages write it differently.
      const operation = headerOf(request.headers, 'x-amz-target')?.split('.').at(-1)
      if (operation === undefined || operation === '') return undefined
      return {
        operation,
        decode: ({ input }) => readStructure(input, parseJsonBody(request.body), wireReading, ''),
      }
    },
    encodeOutput: (operation, output, requestId) => {
      const values = output ?? {}
      assert(isObject(values), `${operation.name} answered ${typeof values}, not an object`)
      return {
        statusCode: 200,
        headers: ['Content-Type', contentType, 'x-amzn-RequestId', requestId],
        // Some of these services answer nothing at all; an empty object reads the same.
        body: JSON.stringify(encodeStructure(operation.output, values)),
      }
    },
    encodeError: (error, requestId) => {
      const headers = ['Content-Type', contentType, 'x-amzn-RequestId', requestId]
      const known = Object.hasOwn(document.errors, error.code)
        ? document.errors[error.code]
        : undefined
      // Clients that came from awsQuery still look for the codes of that.
      if (document.version !== undefined) {
        const side = error.statusCode < 500 ? 'Sender' : 'Receiver'
        headers.push('x-amzn-query-error', `${known?.code ?? error.code};${side}`)
      }
      const body = { __type: error.code, message: error.message, ...error.details }
      return { statusCode: error.statusCode, headers, body: JSON.stringify(body) }
    },
    memberPath: (_operation, member) => `${member.slice(0, 1).toLowerCase()}${member.slice(1)}`,
  }
}

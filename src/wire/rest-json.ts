// restJson1: the operation is in the method and the path, the members in path, query, headers and a JSON body.
// https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
import { decodeInput } from './decode.ts'
import { encodeError, encodeOutput } from './encode.ts'
import type { Protocol } from './protocol.ts'
import { createRouter } from './router.ts'
import type { TableDocument } from './table.ts'
import { restPath } from './validate.ts'

export const restJson = (document: TableDocument): Protocol => {
  const router = createRouter(document)
  return {
    route: (request, target) => {
      const route = router(request.method, target)
      return (
        route && {
          operation: route.operation,
          decode: (operation) => decodeInput(operation, request, route.labels, target.query),
        }
      )
    },
    encodeOutput,
    encodeError,
    memberPath: restPath,
  }
}

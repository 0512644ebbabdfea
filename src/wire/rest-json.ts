// restJson1: the operation is in the method and the path, the members in path, query, headers and a JSON body.
// https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
import { decodeInput, isWholePayload } from './decode.ts'
import { encodeError, encodeOutput } from './encode.ts'
import { LARGE_BODY_BYTES, liftLargeStrings } from './large-strings.ts'
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
          decode: async (operation) => {
            const { labels } = route
            if (request.body.length <= LARGE_BODY_BYTES || isWholePayload(operation)) {
              return decodeInput(operation, request, labels, target.query)
            }
            const { body, reading } = await liftLargeStrings(request.body)
            return decodeInput(operation, { ...request, body }, labels, target.query, reading)
          },
        }
      )
    },
    encodeOutput,
    encodeError,
    memberPath: restPath,
  }
}

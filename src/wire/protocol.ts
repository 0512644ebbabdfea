// How one protocol reads a call and writes its answer. The server is the same for all of them.
// https://smithy.io/2.0/aws/protocols/index.html
import type { ServiceError } from './errors.ts'
import type { Target, WireRequest, WireResponse } from './message.ts'
import type { Operation, StructureType } from './table.ts'

export interface Protocol {
  /** Which operation is meant; undefined where the request names none. */
  readonly route: (request: WireRequest, target: Target) => Routed | undefined
  readonly encodeOutput: (operation: Operation, output: unknown, requestId: string) => WireResponse
  /** `shape` is the table's for this error code, where it has one. */
  readonly encodeError: (
    error: ServiceError,
    requestId: string,
    shape?: StructureType,
  ) => WireResponse
  /** AWS: violations name a member of a REST body below the operation's input; elsewhere by its own name alone. */
  readonly memberPath: (operation: Operation, member: string) => string
}

export interface Routed {
  /** As the request says it: it need not exist. */
  readonly operation: string
  /** Reads the input by the operation's shape. Throws SerializationException. */
  readonly decode: (
    operation: Operation,
  ) => Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>
}

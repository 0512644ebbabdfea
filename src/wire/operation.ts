// A service as the wire layer sees it: a table made from the SDK's schemas, and one typed function per operation.
//
// Values inside (inputs and outputs of operations) use the SDK's member names, with two changes that `Shape` makes
// to the SDK's types: times are milliseconds since the epoch (numbers), and the members of apigatewayv2, which the
// SDK capitalises and the wire does not, are written as on the wire.
import type { Call } from '#model/call.ts'

/** An SDK type as our operations see it. */
export type Shape<T> = T extends Date
  ? number
  : T extends Uint8Array
    ? Uint8Array
    : T extends readonly (infer Member)[]
      ? readonly Shape<Member>[]
      : T extends object
        ? { readonly [Key in keyof T]: Shape<T[Key]> }
        : T

/** The same for a service whose wire names begin in lower case: `Uncapitalized<CreateApiRequest>`. */
export type Uncapitalized<T> = T extends Date
  ? number
  : T extends Uint8Array
    ? Uint8Array
    : T extends readonly (infer Member)[]
      ? readonly Uncapitalized<Member>[]
      : T extends object
        ? {
            // A map's keys are the caller's own: only the names of members change.
            readonly [Key in keyof T as string extends Key
              ? Key
              : Key extends string
                ? Uncapitalize<Key>
                : Key]: Uncapitalized<T[Key]>
          }
        : T

/** An operation as the server calls it: the decoded and validated input in, the output to encode out. */
export type WireOperation<Context extends Call> = (input: never, call: Context) => Promise<unknown>

export type WireOperations<Context extends Call> = Readonly<Record<string, WireOperation<Context>>>

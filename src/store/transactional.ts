// An operation is one transaction. These two wrap the functions of control-plane/, lambda/, identity/ and
// services/ for the wire layer: a call of its own opens a transaction; a caller that already has one (a stack
// deployment, which is one transaction whole) passes it along.
import type { Call } from '#model/call.ts'
import type { DraftTests } from '#model/draft-tests.ts'
import type { Store, Transaction, View } from './store.ts'

export interface StoreCall extends Call {
  readonly store: Store
  /** The transaction to join. Absent: the operation opens its own. */
  readonly tx?: Transaction
  /** Runs requests to drafts. Absent where there is no gateway beside the management API. */
  readonly tests?: DraftTests
}

export interface ReadCall extends Call {
  readonly view: View
}

export interface WriteCall extends ReadCall {
  readonly tx: Transaction
}

export type Operation<Input, Output> = (input: Input, call: StoreCall) => Promise<Output>

/** An operation that changes nothing: `GetRestApi: reads(getRestApi)`. */
export const reads =
  <Input, Output>(
    work: (input: Input, call: ReadCall) => Promise<Output>,
  ): Operation<Input, Output> =>
  (input, call) =>
    call.tx === undefined
      ? call.store.read((view) => work(input, { ...call, view }))
      : work(input, { ...call, view: call.tx })

/** An operation that changes something: `CreateRestApi: writes(createRestApi)`. */
export const writes =
  <Input, Output>(
    work: (input: Input, call: WriteCall) => Promise<Output>,
  ): Operation<Input, Output> =>
  (input, call) =>
    call.tx === undefined
      ? call.store.write((tx) => work(input, { ...call, tx, view: tx }))
      : work(input, { ...call, tx: call.tx, view: call.tx })

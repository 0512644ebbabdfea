// Who a request turned out to come from, once the admit steps have looked.

export interface Caller {
  /** What an authorizer adds to the event, per API type; absent for an open method. */
  readonly authorizer?: Readonly<Record<string, unknown>>
  readonly principalId?: string
}

/** The caller of a method that asks for no authorization. */
export const ANONYMOUS: Caller = {}

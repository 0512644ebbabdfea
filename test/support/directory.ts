// A directory with nothing in it, for requests that are made by hand.
import type { Directory } from '#data-plane/plan.ts'

export const EMPTY_DIRECTORY: Directory = {
  revision: 0,
  findApi: () => undefined,
  find: () => undefined,
}

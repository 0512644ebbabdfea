// The parts of undici that we load: its index brings fetch, caches and mocks along, which are most of its code, into every
// worker, and gives dispatchers their `request`. Its version is pinned, and the tests of upstream.ts and of
// invoke-client.ts hold these places.
declare module 'undici/lib/dispatcher/pool.js' {
  import type { Pool } from 'undici'
  type Bare = Pick<Pool, 'dispatch' | 'close' | 'destroy' | 'stats'>
  const BarePool: new (...given: ConstructorParameters<typeof Pool>) => Bare
  type BarePool = Bare
  export default BarePool
}

declare module 'undici/lib/core/connect.js' {
  import { buildConnector } from 'undici'
  export default buildConnector
}

declare module 'undici/lib/api/api-request.js' {
  import type { Dispatcher } from 'undici'
  function request(
    this: Pick<Dispatcher, 'dispatch'>,
    options: Dispatcher.RequestOptions,
  ): Promise<Dispatcher.ResponseData>
  export default request
}

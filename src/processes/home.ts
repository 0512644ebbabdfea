// Where the calls of function code come home to: a TLS port with certificates for the AWS hosts that code insists on,
// signed by a local authority that function processes alone trust.
import type { HttpHandler, HttpListener, UpgradeHandler } from '#transport/contract.ts'
import { openLocalCa } from '#transport/local-ca.ts'
import { startTlsListener } from '#transport/tls-listener.ts'
import type { HomeTls } from '#lambda/pool-settings.ts'

export interface Home {
  readonly tls: HomeTls
  close(): Promise<void>
}

/** Opens the port, on loopback, for `handler` to answer. */
export const openHome = async (options: {
  /** The authority's folder. */
  readonly directory: string
  readonly handler: HttpHandler
  readonly onUpgrade?: UpgradeHandler
  readonly onError: (error: unknown) => void
}): Promise<Home> => {
  const authority = await openLocalCa({ directory: options.directory })
  const listener: HttpListener = await startTlsListener({
    host: '127.0.0.1',
    port: 0,
    handler: options.handler,
    ...(options.onUpgrade !== undefined && { onUpgrade: options.onUpgrade }),
    onError: options.onError,
    certificateFor: (name) => authority.certificateFor(name ?? 'localhost'),
    // Who is led here asked for a host of AWS. What makes certificates is heavy, and most functions call nobody.
    namedOnly: true,
  })
  return {
    tls: { host: listener.host, port: listener.port, caPath: authority.caPath },
    close: () => listener.close(0),
  }
}

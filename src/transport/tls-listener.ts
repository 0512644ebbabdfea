// An HTTPS listener: the same service as the plain one, with a certificate chosen for each name that is asked for.
import { createServer } from 'node:https'
import type { Socket } from 'node:net'
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import type { CertificatePem } from './certificates.ts'
import type { HttpListener, HttpListenerOptions, TlsFacts } from './contract.ts'
import { serveHttp } from './http-service.ts'
import { listen, type ListenAddress } from './listen-address.ts'
import { isCertifiable } from './local-ca.ts'
import { applyLimits, GRACE_MS, serverOptions } from './server-options.ts'

export interface TlsOptions {
  /** The certificate for a name, asked at each handshake; undefined is asked once, for clients that name none. */
  readonly certificateFor: (serverName: string | undefined) => Promise<CertificatePem>
  /** Clients that name nobody are turned away, and no certificate is made before somebody asks. Default false. */
  readonly namedOnly?: boolean
  /** Clients are asked for a certificate of these authorities; unless required, one without is served too. */
  readonly clientCertificates?: { readonly caPem: string; readonly isRequired: boolean }
}

const HANDSHAKE_TIMEOUT_MS = 10_000
const CONTEXTS_MAX = 512

/** Throws `ListenError` where the address cannot be had. */
export const startTlsListener = async (
  options: HttpListenerOptions & ListenAddress & TlsOptions,
): Promise<HttpListener> => {
  const { clientCertificates, certificateFor, onError } = options
  const contextOf = secureContexts(clientCertificates?.caPem)
  const standard = options.namedOnly === true ? undefined : await certificateFor(undefined)
  const chooseContext = async (serverName: string): Promise<SecureContext> => {
    const isNamed = standard === undefined || isCertifiable(serverName)
    return contextOf(isNamed ? await certificateFor(serverName) : standard)
  }
  const server = createServer({
    ...serverOptions(options),
    ...(standard !== undefined && { cert: standard.certificatePem, key: standard.keyPem }),
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    requestCert: clientCertificates !== undefined,
    rejectUnauthorized: clientCertificates?.isRequired === true,
    ...(clientCertificates === undefined ? {} : { ca: clientCertificates.caPem }),
    SNICallback: (serverName, choose) => {
      chooseContext(serverName).then(
        (context) => choose(null, context),
        (error: Error) => {
          onError(error)
          choose(error)
        },
      )
    },
  })
  applyLimits(server, options)
  const service = serveHttp(server, 'secureConnection', options, (socket) => ({
    tls: tlsFactsOf(socket),
  }))
  const bound = await listen(server, options)
  server.on('error', onError)
  return { ...bound, close: (graceMs = GRACE_MS) => service.close(graceMs) }
}

/** Contexts by certificate: what a name's certificate is may change while the listener runs. */
const secureContexts = (
  clientCaPem: string | undefined,
): ((certificate: CertificatePem) => SecureContext) => {
  const contexts = new Map<string, SecureContext>()
  return ({ certificatePem, keyPem }) => {
    const context =
      contexts.get(certificatePem) ??
      createSecureContext({
        cert: certificatePem,
        key: keyPem,
        minVersion: 'TLSv1.2',
        ...(clientCaPem === undefined ? {} : { ca: clientCaPem }),
      })
    contexts.delete(certificatePem)
    contexts.set(certificatePem, context)
    const [oldest] = contexts.keys()
    if (oldest !== undefined && contexts.size > CONTEXTS_MAX) contexts.delete(oldest)
    return context
  }
}

const tlsFactsOf = (socket: Socket): TlsFacts | undefined => {
  if (!(socket instanceof TLSSocket)) return undefined
  const { servername } = socket
  const peer = socket.authorized ? socket.getPeerX509Certificate()?.raw : undefined
  return {
    ...(typeof servername === 'string' && servername !== '' ? { serverName: servername } : {}),
    protocol: socket.getProtocol() ?? '',
    cipherSuite: socket.getCipher().standardName,
    ...(peer === undefined ? {} : { peerCertificate: peer }),
  }
}

// Calls come home: connections of function code to AWS are led to our own TLS port, and our certificate authority is
// trusted by function processes alone. The bootstraps redirect (`bootstraps/`); here is what they are told.
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { getCACertificates } from 'node:tls'
import type { Clock, Timer } from '#shared/clock.ts'
import type { CompletePoolSettings } from './pool-settings.ts'

/** For the bootstraps, as part of their settings. */
export interface Redirect {
  readonly host: string
  readonly port: number
  /** Hosts to leave alone; a leading `*.` stands for anything. */
  readonly except: readonly string[]
}

export const redirectOf = (settings: CompletePoolSettings): Redirect | undefined => {
  const { homeTls } = settings
  if (homeTls === undefined) return undefined
  // A service that is led to real AWS by an endpoint setting has to get there.
  const elsewhere = Object.values(settings.endpointUrls)
    .map((url) => (URL.canParse(url) ? new URL(url).hostname : ''))
    .filter((host) => host !== '')
  return {
    host: homeTls.host,
    port: homeTls.port,
    except: [...(homeTls.except ?? []), ...elsewhere, ...elsewhere.map((host) => `*.${host}`)],
  }
}

/** Who is to trust: Node has our authority by a variable of its own, the bundle is for what it may start. */
export type Trusting = 'node' | 'others'

/** The variables that make each runtime trust our authority beside the usual ones. Reads and writes files: once. */
export const createTrust = (
  settings: CompletePoolSettings,
  clock: Clock,
): ((whose: Trusting) => Record<string, string>) => {
  const { homeTls, hostEnvironment, dataDir } = settings
  if (homeTls === undefined) return () => ({})
  const bundle = join(dataDir, 'functions', 'ca-bundle.pem')
  let isWritten = false
  const write = (): void => {
    if (isWritten) return
    writeBundle(bundle, homeTls.caPath, hostEnvironment)
    isWritten = true
  }
  const renew = (): void => {
    try {
      write()
    } catch {
      // The bundle of the earlier start stays. Who needs this one's writes it, and is told why it cannot.
    }
  }
  let soon: Timer | undefined
  return (whose) => {
    // What the system trusts takes 30 ms to ask: the bundle of an earlier start will do until Node has answered.
    if (whose === 'node' && isAfter(bundle, homeTls.caPath)) {
      soon ??= clock.setTimer(renew, BUNDLE_RENEWED_MS)
    } else write()
    return trustVariables(bundle, homeTls.caPath)
  }
}

/** Whether there is such a file, written after the other. */
const isAfter = (path: string, other: string): boolean => {
  const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs
  return written !== undefined && written >= statSync(other).mtimeMs
}

const BUNDLE_RENEWED_MS = 1_000

const trustVariables = (bundle: string, caPath: string): Record<string, string> => ({
  NODE_EXTRA_CA_CERTS: caPath,
  AWS_CA_BUNDLE: bundle,
  REQUESTS_CA_BUNDLE: bundle,
  SSL_CERT_FILE: bundle,
})

/** Python's clients know one file only: everything that Node and the system trust, and ours. */
const writeBundle = (
  path: string,
  caPath: string,
  hostEnvironment: CompletePoolSettings['hostEnvironment'],
): void => {
  const given = [hostEnvironment['SSL_CERT_FILE'], hostEnvironment['NODE_EXTRA_CA_CERTS'], caPath]
  const files = given.filter((file) => file !== undefined && existsSync(file))
  const certificates = new Set([
    ...getCACertificates('bundled'),
    ...getCACertificates('system'),
    ...files.map((file) => readFileSync(file ?? caPath, 'utf8')),
  ])
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.${process.pid}`, `${[...certificates].join('\n')}\n`)
  renameSync(`${path}.${process.pid}`, path) // Another process may be reading it.
}

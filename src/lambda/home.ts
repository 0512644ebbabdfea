// Calls come home: connections of function code to AWS are led to our own TLS port, and our certificate authority is
// trusted by function processes alone. The bootstraps redirect (`bootstraps/`); here is what they are told.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { getCACertificates } from 'node:tls'
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

/** The variables that make each runtime trust our authority beside the usual ones. Reads and writes files: once. */
export const createTrust = (settings: CompletePoolSettings): (() => Record<string, string>) => {
  let variables: Record<string, string> | undefined
  return () => {
    variables ??= trustVariables(settings)
    return variables
  }
}

const trustVariables = (settings: CompletePoolSettings): Record<string, string> => {
  const { homeTls, hostEnvironment } = settings
  if (homeTls === undefined) return {}
  const bundle = writeBundle(settings.dataDir, homeTls.caPath, hostEnvironment)
  return {
    NODE_EXTRA_CA_CERTS: homeTls.caPath,
    AWS_CA_BUNDLE: bundle,
    REQUESTS_CA_BUNDLE: bundle,
    SSL_CERT_FILE: bundle,
  }
}

/** Python's clients know one file only: everything that Node and the system trust, and ours. */
const writeBundle = (
  dataDir: string,
  caPath: string,
  hostEnvironment: CompletePoolSettings['hostEnvironment'],
): string => {
  const folder = join(dataDir, 'functions')
  const path = join(folder, 'ca-bundle.pem')
  const given = [hostEnvironment['SSL_CERT_FILE'], hostEnvironment['NODE_EXTRA_CA_CERTS'], caPath]
  const files = given.filter((file) => file !== undefined && existsSync(file))
  const certificates = new Set([
    ...getCACertificates('bundled'),
    ...getCACertificates('system'),
    ...files.map((file) => readFileSync(file ?? caPath, 'utf8')),
  ])
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${path}.${process.pid}`, `${[...certificates].join('\n')}\n`)
  renameSync(`${path}.${process.pid}`, path) // Another process may be reading it.
  return path
}

// A certificate authority of this machine alone, kept in the data directory: it answers for the names of AWS that
// function code calls. Its key never leaves that directory; functions are told to trust its certificate.
import { randomBytes, X509Certificate, createPrivateKey } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { type Clock, systemClock } from '#shared/clock.ts'
import type { CertificatePem, Issuer } from './certificates.ts'

export interface LocalCaOptions {
  /** Where `ca.pem` and `ca-key.pem` are kept; made where absent. */
  readonly directory: string
  readonly clock?: Clock
  /** Certificates kept at hand. Default 512. */
  readonly namesMax?: number
}

export interface LocalCa {
  /** To be trusted by those who call. */
  readonly caPem: string
  /** The file of `caPem`, for `NODE_EXTRA_CA_CERTS` and its like. */
  readonly caPath: string
  /** A certificate for this DNS name or address, valid for days at least. Throws where it is no such name. */
  certificateFor(name: string): Promise<CertificatePem>
}

const DAY_MS = 86_400_000
const CA_DAYS = 3_650
/** From then on a new authority is made when the directory is opened. */
const CA_RENEWED_DAYS_BEFORE = 30
/** What clients accept at most. */
const LEAF_DAYS = 397
const LEAF_RENEWED_DAYS_BEFORE = 7
const NAMES_MAX = 512

/** Opens the authority of this directory, or makes it: the first time, after it expired, or where it is damaged. */
export const openLocalCa = async (options: LocalCaOptions): Promise<LocalCa> => {
  const clock = options.clock ?? systemClock
  const { directory } = options
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const authority =
    (await readAuthority(directory, clock)) ?? (await createAuthority(directory, clock))
  const expiresAtMs = new X509Certificate(authority.certificatePem).validToDate.getTime()
  let issuer: Promise<Issuer> | undefined
  const issue = async (name: string, notAfter: Date): Promise<CertificatePem> => {
    issuer ??= import('./certificates.ts').then((module) => module.createIssuer(authority))
    const notBefore = new Date(clock.nowMs() - DAY_MS)
    return (await issuer).issue(name, { notBefore, notAfter })
  }
  const names = new Map<string, { issued: Promise<CertificatePem>; expiresAtMs: number }>()
  return {
    caPem: authority.certificatePem,
    caPath: join(directory, CA_FILE),
    certificateFor: (name) => {
      const lower = name.toLowerCase()
      if (!isCertifiable(lower)) return Promise.reject(new Error('not a DNS name or an address'))
      const known = names.get(lower)
      names.delete(lower)
      if (
        known !== undefined &&
        known.expiresAtMs > clock.nowMs() + LEAF_RENEWED_DAYS_BEFORE * DAY_MS
      ) {
        names.set(lower, known)
        return known.issued
      }
      const notAfterMs = Math.min(expiresAtMs, clock.nowMs() + (LEAF_DAYS - 1) * DAY_MS)
      const issued = issue(lower, new Date(notAfterMs))
      names.set(lower, { issued, expiresAtMs: notAfterMs })
      // The least recently used goes; a failure is not kept.
      const [oldest] = names.keys()
      if (oldest !== undefined && names.size > (options.namesMax ?? NAMES_MAX)) names.delete(oldest)
      issued.catch(() => names.delete(lower))
      return issued
    },
  }
}

const CA_FILE = 'ca.pem'
const KEY_FILE = 'ca-key.pem'

/** A DNS name, also one that begins with `*.`, or an address. */
export const isCertifiable = (name: string): boolean =>
  isIP(name) !== 0 || (name.length <= 253 && DNS_NAME.test(name))

const DNS_NAME =
  /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i

/** Undefined where there is none, or it is expired, or its two files do not belong together. */
const readAuthority = async (
  directory: string,
  clock: Clock,
): Promise<CertificatePem | undefined> => {
  const certificatePem = await readIfPresent(join(directory, CA_FILE))
  const keyPem = await readIfPresent(join(directory, KEY_FILE))
  if (certificatePem === undefined || keyPem === undefined) return undefined
  const certificate = parsed(() => new X509Certificate(certificatePem))
  const key = parsed(() => createPrivateKey(keyPem))
  if (certificate === undefined || key === undefined) return undefined
  if (!certificate.ca || !certificate.checkPrivateKey(key)) return undefined
  const renewAtMs = certificate.validToDate.getTime() - CA_RENEWED_DAYS_BEFORE * DAY_MS
  return clock.nowMs() < renewAtMs ? { certificatePem, keyPem } : undefined
}

const readIfPresent = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** A damaged file is as good as none: the authority is made anew. */
const parsed = <T>(parse: () => T): T | undefined => {
  try {
    return parse()
  } catch {
    return undefined
  }
}

/** The key first: a crash between the two leaves files that do not belong together, which the next start sees. */
const createAuthority = async (directory: string, clock: Clock): Promise<CertificatePem> => {
  const certificates = await import('./certificates.ts')
  const authority = await certificates.createAuthority(
    // Each authority has a name of its own, lest a client takes one for its predecessor.
    `Daemun local CA ${randomBytes(4).toString('hex')}`,
    {
      notBefore: new Date(clock.nowMs() - DAY_MS),
      notAfter: new Date(clock.nowMs() + CA_DAYS * DAY_MS),
    },
  )
  await replaceFile(join(directory, KEY_FILE), authority.keyPem, 0o600)
  await replaceFile(join(directory, CA_FILE), authority.certificatePem, 0o644)
  return authority
}

const replaceFile = async (path: string, text: string, mode: number): Promise<void> => {
  const temporary = `${path}.${randomBytes(4).toString('hex')}`
  try {
    await writeFile(temporary, text, { mode, flag: 'wx', flush: true })
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

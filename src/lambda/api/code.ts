// The code of a function or layer as a caller gives it: taken in before the transaction that names it, because
// unpacking takes its time and others want to write meanwhile.
import { hash } from 'node:crypto'
import { statSync } from 'node:fs'
import type { FunctionCode } from '#model/function.ts'
import type { ReadObject } from '#model/ports.ts'
import { errorMessage } from '#shared/assert.ts'
import { ServiceError } from '#wire/errors.ts'
import type { CodeStore } from '../code-store.ts'
import { UNPACKED_BYTES_MAX, ZipError } from '../zip.ts'
import { invalidParameter } from './errors.ts'

/** What the operations draw on beside the store. */
export interface LambdaParts {
  readonly codeStore: CodeStore
  /** Absent: no S3 is joined. */
  readonly readObject?: ReadObject
  /** Of an account in a region; absent: as AWS. */
  readonly codeBytesInAllMax?: number
}

/** `Code` and `Content`. `local` never comes over the wire: a deployment names what lies on this machine. */
export interface GivenCode {
  readonly ZipFile?: Uint8Array | undefined
  readonly S3Bucket?: string | undefined
  readonly S3Key?: string | undefined
  readonly S3ObjectVersion?: string | undefined
  readonly ImageUri?: string | undefined
  readonly local?: FunctionCode | undefined
}

export interface TakenCode {
  readonly code: FunctionCode
  /** Base64. */
  readonly codeSha256: string
  readonly codeSize: number
  /** It is kept here, and so counts among what an account may keep. */
  readonly isKept: boolean
  /** To be called when the transaction is over, however it ended. */
  readonly release: () => void
}

/** AWS: 50 MB zipped. [guide: gettingstarted-limits] */
export const ARCHIVE_BYTES_MAX = 50 * 1024 * 1024

export const takeCode = async (given: GivenCode, parts: LambdaParts): Promise<TakenCode> => {
  if (given.local !== undefined) return localCode(given.local)
  if (given.ImageUri !== undefined) {
    throw invalidParameter(
      'Functions from container images are not run here: give the code as a zip archive (ZipFile or S3Bucket and S3Key).',
    )
  }
  const archive = given.ZipFile ?? (await fromS3(given, parts))
  if (archive.length === 0) throw invalidParameter('Uploaded file must be a non-empty zip')
  if (archive.length > ARCHIVE_BYTES_MAX && given.ZipFile !== undefined) throw tooLargeArchive()
  try {
    const kept = await parts.codeStore.add(archive)
    if (kept.files === 0) {
      kept.release()
      throw invalidParameter('Uploaded file must be a non-empty zip')
    }
    return {
      code: { kind: 'archive', sha256: kept.sha256 },
      codeSha256: Buffer.from(kept.sha256, 'hex').toString('base64'),
      codeSize: kept.bytes,
      isKept: true,
      release: kept.release,
    }
  } catch (error) {
    if (!(error instanceof ZipError)) throw error
    throw error.tooLarge
      ? invalidParameter(`Unzipped size must be smaller than ${UNPACKED_BYTES_MAX} bytes`)
      : invalidParameter(
          `Could not unzip uploaded file. Please check your file, then try to upload again. (${error.message})`,
        )
  }
}

const fromS3 = async (given: GivenCode, { readObject }: LambdaParts): Promise<Uint8Array> => {
  const { S3Bucket: bucket, S3Key: key, S3ObjectVersion: versionId } = given
  if (bucket === undefined || key === undefined) {
    throw invalidParameter('Please provide a source for function code.')
  }
  if (readObject === undefined) {
    throw invalidParameter(
      `Error occurred while GetObject. No S3 is joined here, so s3://${bucket}/${key} cannot be read. Give the code itself (ZipFile).`,
    )
  }
  try {
    return await readObject({
      bucket,
      key,
      ...(versionId !== undefined && { versionId }),
      bytesMax: UNPACKED_BYTES_MAX,
    })
  } catch (error) {
    throw invalidParameter(`Error occurred while GetObject. ${errorMessage(error)}`)
  }
}

const tooLargeArchive = (): ServiceError =>
  new ServiceError(
    'RequestEntityTooLargeException',
    413,
    `Zipped size must be smaller than ${ARCHIVE_BYTES_MAX} bytes`,
    { Type: 'User' },
  )

/** Code that is used where it lies has no archive to tell size and hash of: the hash names what it is now. */
const localCode = (code: FunctionCode): TakenCode => {
  const text = code.kind === 'inline' ? code.text : placeOf(code)
  return {
    code,
    codeSha256: hash('sha256', text, 'base64'),
    codeSize: code.kind === 'inline' ? Buffer.byteLength(text) : sizeOf(code),
    isKept: false,
    release: () => undefined,
  }
}

const placeOf = (code: FunctionCode): string => {
  if (code.kind !== 'zip') return JSON.stringify(code)
  const file = statSync(code.path, { throwIfNoEntry: false })
  return `${code.path} ${file?.size} ${file?.mtimeMs}`
}

const sizeOf = (code: FunctionCode): number =>
  code.kind === 'zip' ? (statSync(code.path, { throwIfNoEntry: false })?.size ?? 0) : 0

// What a tool packaged for S3 and left on this machine, too: CDK writes what it staged into `{stack}.assets.json`, the
// Serverless Framework leaves its zip beside the template in `.serverless`.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { errorMessage } from '#shared/assert.ts'
import { isObject } from '#shared/json.ts'
import type { ResourceContext } from '../resource-type.ts'

const MANIFESTS_MAX = 100
const BYTES_MAX = 5 * 1024 * 1024

/** The file or folder that would lie in S3 under this key; undefined where it is not here. */
export const packagedAt = (key: string, { folder, report, path: at }: ResourceContext) => {
  const staged = stagedAs(key, folder, (problem) => report(at, 'asset manifest', problem))
  if (staged !== undefined) return staged
  const beside = path.join(folder, path.posix.basename(key))
  return existsSync(beside) ? beside : undefined
}

const stagedAs = (
  key: string,
  folder: string,
  onProblem: (problem: string) => void,
): string | undefined => {
  const manifests = readdirSync(folder).filter((name) => name.endsWith('.assets.json'))
  for (const name of manifests.slice(0, MANIFESTS_MAX)) {
    for (const asset of filesOf(path.join(folder, name), onProblem)) {
      const { source, destinations } = isObject(asset) ? asset : {}
      const from = isObject(source) ? source['path'] : undefined
      const isIt = Object.values(isObject(destinations) ? destinations : {}).some(
        (one) => isObject(one) && one['objectKey'] === key,
      )
      if (isIt && typeof from === 'string') return path.resolve(folder, from)
    }
  }
  return undefined
}

const filesOf = (manifest: string, onProblem: (problem: string) => void): readonly unknown[] => {
  try {
    if (statSync(manifest).size > BYTES_MAX) throw new Error(`more than ${BYTES_MAX} bytes`)
    const value: unknown = JSON.parse(readFileSync(manifest, 'utf8'))
    const files = isObject(value) ? value['files'] : undefined
    return isObject(files) ? Object.values(files) : []
  } catch (error) {
    onProblem(`not read: ${path.basename(manifest)}: ${errorMessage(error)}`)
    return []
  }
}

// Values that lie in AWS otherwise (Parameter Store, Secrets Manager), as somebody gives them for this machine: in the
// environment, or in a file beside the template. What was given with --parameter comes before either.
import { isObject } from '#shared/json.ts'

export interface GivenValues {
  /** The value of `ssm:/name:1`, `ssm-secure:/name`, `secretsmanager:id:SecretString:key`; undefined: nobody gave one. */
  find(reference: string): string | undefined
  /** The file they were read from, for whoever watches. */
  readonly files: readonly string[]
}

export const NO_VALUES: GivenValues = { find: () => undefined, files: [] }

/** `DAEMUN_RESOLVE_SSM_PROD_URL` for `ssm:/prod/url`. */
export const valueVariable = (reference: string): string =>
  `DAEMUN_RESOLVE_${reference.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`

export const givenValues = (
  environment: Readonly<Record<string, string | undefined>>,
  file: { readonly path: string; readonly text: string } | undefined,
): GivenValues => {
  const lines = file === undefined ? new Map<string, string>() : readValues(file.text)
  const exactly = (reference: string): string | undefined =>
    environment[valueVariable(reference)] ?? lines.get(reference)
  return {
    files: file === undefined ? [] : [file.path],
    find: (reference) => {
      for (const candidate of candidatesOf(reference)) {
        const found = exactly(candidate)
        if (found !== undefined) return found
      }
      const [, id, key] = /^(secretsmanager:.+?):SecretString(?::([^:]*).*)?$/.exec(reference) ?? []
      const secret = id === undefined ? undefined : exactly(id)
      return secret === undefined || !key ? secret : memberOfSecret(secret, key)
    },
  }
}

/** A version need not be given, and what is secure there is text here. */
const candidatesOf = (reference: string): readonly string[] => {
  const plain = /^ssm(?:-secure)?:/.test(reference) ? reference.replace(/:\d+$/, '') : reference
  return [reference, plain, plain.replace(/^ssm-secure:/, 'ssm:')]
}

/** `NAME=value` lines; `#` begins a comment. */
const readValues = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split(/\r?\n/).flatMap((line): [string, string][] => {
      const [, name, value = ''] = /^\s*([^#=\s][^=]*?)\s*=\s*(.*)$/.exec(line) ?? []
      return name === undefined ? [] : [[name.replace(/^resolve:/, ''), value.trim()]]
    }),
  )

const memberOfSecret = (secret: string, key: string): string | undefined => {
  try {
    const value: unknown = JSON.parse(secret)
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined
    const member = value[key]
    return typeof member === 'string' ? member : JSON.stringify(member)
  } catch {
    return undefined // Not JSON: it has no keys, and the reference has no value.
  }
}

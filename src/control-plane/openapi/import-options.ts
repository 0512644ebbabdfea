// What the two imports have in common: the text of the definition, the base path, and when to give
// up.
import { badRequest } from '#wire/errors.ts'
import type { Definition } from './definition.ts'

/**
 * The body of an import as text; bytes that are no UTF-8 become U+FFFD, which no definition needs.
 */
export const definitionText = (body: Uint8Array | string | undefined): string =>
  body === undefined || typeof body === 'string' ? (body ?? '') : Buffer.from(body).toString('utf8')

/**
 * What stands before every path. `split` leaves the first segment of the base path out: it is taken
 * to be the stage. [F105]
 */
export const pathPrefix = (mode: string | undefined, basePath: string): string => {
  if (mode === undefined || mode === 'ignore') return ''
  if (mode === 'prepend') return basePath
  if (mode === 'split') return basePath.replace(/^\/[^/]+/, '')
  throw badRequest(`Invalid basepath ${mode}. Valid options are ignore,prepend,split`)
}

/**
 * Throws what AWS throws for a definition that cannot be imported, or must not be with its
 * warnings.
 */
export const refuseFaulty = (
  definition: Definition,
  errors: readonly string[],
  failOnWarnings: boolean,
): void => {
  const { warnings } = definition
  if (errors.length > 0) {
    const more =
      warnings.length === 0 ? '' : `\nAdditionally, these warnings were found:${listed(warnings)}`
    throw badRequest(`Errors found during import:${listed(errors)}${more}`)
  }
  // AWS: the text is asserted by Terraform's tests. [terraform.md, 9]
  if (failOnWarnings && warnings.length > 0) {
    throw badRequest(`Warnings found during import:${listed(warnings)}`)
  }
}

const listed = (messages: readonly string[]): string =>
  messages.map((message) => `\n\t${message}`).join('')

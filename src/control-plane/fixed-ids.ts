// Ids that a caller fixes by a tag: what emulators of AWS offer so that URLs in configuration stay the same. On AWS
// these tags mean nothing.
import { badRequest } from '#wire/errors.ts'

const TAGS = ['_custom_id_', 'ms-custom-id', 'floci:override-id']

/** The id that the tags ask for. It becomes the first label of host names, so it must be able to be one. */
export const fixedIdOf = (
  tags: Readonly<Record<string, string>> | undefined,
): string | undefined => {
  for (const tag of TAGS) {
    const id = tags !== undefined && Object.hasOwn(tags, tag) ? tags[tag] : undefined
    if (id === undefined) continue
    if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(id)) return id
    throw badRequest(
      `The id ${id} of the tag ${tag} is invalid: 1 to 63 lower-case letters, digits and hyphens`,
    )
  }
  return undefined
}

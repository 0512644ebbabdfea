// What AWS allows as tags. https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging.html
import { badRequest } from '#wire/errors.ts'

const TAGS_MAX = 50
const KEY_LENGTH_MAX = 128
const VALUE_LENGTH_MAX = 256

export const checkTags = (tags: Readonly<Record<string, string>> | undefined): void => {
  const entries = Object.entries(tags ?? {})
  if (entries.length > TAGS_MAX) throw badRequest(`A resource can have at most ${TAGS_MAX} tags`)
  for (const [key, value] of entries) {
    if (key.toLowerCase().startsWith('aws:')) {
      throw badRequest('aws: prefixed tag key names are not allowed for external use.')
    }
    // The wire layer keeps a null in a map, which is no text. [F044]
    const isText = typeof value === 'string' && value.length <= VALUE_LENGTH_MAX
    if (key === '' || key.length > KEY_LENGTH_MAX || !isText) {
      throw badRequest(`Invalid tag ${key}: a key has 1 to 128 characters, a value at most 256`)
    }
  }
}

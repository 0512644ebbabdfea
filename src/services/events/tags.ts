// Tags of buses and rules. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TagResource.html
import { limitExceeded, validation } from './records.ts'

type Tags = readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]

const TAGS_MAX = 50

export const tagsOf = (tags: Tags | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]))

/** The same, or an error of AWS's. */
export const checkTags = (
  tags: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => {
  const reserved = Object.keys(tags).find((key) => /^aws:/i.test(key) || key === '')
  if (reserved !== undefined) {
    throw validation(`Tag keys that begin with aws: are reserved: ${reserved.slice(0, 128)}`)
  }
  if (Object.keys(tags).length > TAGS_MAX) throw limitExceeded()
  return tags
}

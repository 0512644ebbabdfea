// What AWS checks of values and the SDK's schemas do not say, as far as real answers were recorded.

/**
 * Enumerations in the order in which AWS's messages print them.
 *
 * AWS: the set is printed as a Java hash table of 32 buckets iterates: by `String.hashCode() & 31`, and within a
 * bucket the later constant first. Inferred from, and exact for, all recorded messages (IntegrationType, Op,
 * EndpointType, IpAddressType, DocumentationPartType, and both ends of GatewayResponseType).
 * [behaviour.md §1.5, F042]
 */
export const printedOrder = (values: readonly string[]): readonly string[] =>
  values
    .map((value, index) => ({ value, index, bucket: javaHash(value) & 31 }))
    .sort((left, right) => left.bucket - right.bucket || right.index - left.index)
    .map(({ value }) => value)

const javaHash = (text: string): number => {
  let hash = 0
  for (let index = 0; index < text.length; index++)
    hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0
  return hash
}

/** Patterns by service and member name, as AWS prints them. */
const PATTERNS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // AWS: "Member must satisfy regular expression pattern: [1-5]\d\d" at 'statusCode'. [behaviour.md §1.5]
  apigateway: { statusCode: String.raw`[1-5]\d\d` },
}

/**
 * Members whose values the operation itself checks, for AWS takes more than the schema lists: system attributes were
 * once asked for by `AttributeNames`, and in the query protocol both lists have one name.
 */
const OPEN_ENUMERATIONS: Readonly<Record<string, readonly string[]>> = {
  sqs: ['AttributeNames', 'MessageSystemAttributeNames'],
}

export const isOpenEnumeration = (service: string, member: string): boolean =>
  OPEN_ENUMERATIONS[service]?.includes(member) === true

export const patternOf = (service: string, member: string): string | undefined =>
  PATTERNS[service]?.[member]

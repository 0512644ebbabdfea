// What of a bucket's policy decides about somebody who has not signed.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html

const ACTIONS: Readonly<Record<string, string>> = {
  HeadBucket: 'ListBucket',
  HeadObject: 'GetObject',
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
}

/** Others have their own name, or are nobody's who is not known: no policy of a bucket allows them. */
export const publicActionOf = (operation: string): string => `s3:${ACTIONS[operation] ?? operation}`

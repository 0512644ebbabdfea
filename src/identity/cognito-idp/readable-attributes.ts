// What of a user's attributes an application may read and write.
// https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
import type { UserPoolClient } from '#model/user-pool.ts'

// AWS: what says who the user is cannot be withheld. [guide: user-pool-settings-attributes]
const ALWAYS_READABLE: ReadonlySet<string> = new Set(['sub', 'identities'])

export const isReadable = ({ ReadAttributes }: UserPoolClient, name: string): boolean =>
  ReadAttributes === undefined || ALWAYS_READABLE.has(name) || ReadAttributes.includes(name)

export const isWritable = ({ WriteAttributes }: UserPoolClient, name: string): boolean =>
  WriteAttributes === undefined || WriteAttributes.includes(name)

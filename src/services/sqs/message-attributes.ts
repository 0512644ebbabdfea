// Attributes of messages: what may be one, how they are kept, and the digest that clients check.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
import { createHash } from 'node:crypto'
import type { MessageAttributeValue } from '@aws-sdk/client-sqs'
import type { Shape } from '#wire/operation.ts'
import { invalidParameter } from './errors.ts'
import { invalidCharacter, isSendable } from './sendable.ts'

type Value = Shape<MessageAttributeValue>
export type MessageAttributes = Readonly<Record<string, Value>>

/** As they are kept: binary values in base64. */
export interface KeptAttribute {
  readonly DataType: string
  readonly StringValue?: string
  readonly BinaryValue?: string
}
export type KeptAttributes = Readonly<Record<string, KeptAttribute>>

const ATTRIBUTES_MAX = 10
const NAME = /^(?!(?:aws|amazon)\.)[\w.-]{1,256}$/i

/** Undefined where there are none. Throws for one that AWS would not take. */
export const keepAttributes = (
  given: MessageAttributes | undefined,
): KeptAttributes | undefined => {
  const entries = Object.entries(given ?? {})
  if (entries.length === 0) return undefined
  if (entries.length > ATTRIBUTES_MAX) {
    throw invalidParameter(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${ATTRIBUTES_MAX}].`,
    )
  }
  return Object.fromEntries(entries.map(([name, value]) => [name, keepAttribute(name, value)]))
}

/** AWS: there is one, a text. [API reference: SendMessage MessageSystemAttributes] */
export const keepSystemAttributes = (
  given: MessageAttributes | undefined,
): KeptAttributes | undefined => {
  const entries = Object.entries(given ?? {})
  if (entries.length === 0) return undefined
  for (const [name, { DataType }] of entries) {
    if (name === 'AWSTraceHeader' && DataType === 'String') continue
    throw invalidParameter(
      `Message system attribute '${name.slice(0, 256)}' of type '${String(DataType).slice(0, 256)}' is invalid. You must use only the following: AWSTraceHeader of type String.`,
    )
  }
  return Object.fromEntries(entries.map(([name, value]) => [name, keepAttribute(name, value)]))
}

const keepAttribute = (name: string, value: Value): KeptAttribute => {
  if (!NAME.test(name) || name.startsWith('.') || name.endsWith('.') || name.includes('..')) {
    throw invalidParameter(`Message attribute name '${name.slice(0, 256)}' is invalid.`)
  }
  const { DataType = '', StringValue, BinaryValue } = value
  if (DataType.length > 256 || !isSendable(DataType)) throw invalidType(name)
  if ((value.StringListValues ?? value.BinaryListValues ?? []).length > 0) {
    throw invalidParameter(
      `The message (user) attribute '${name}' has a list of values, which is not supported.`,
    )
  }
  const [kind] = DataType.split('.', 1)
  if (kind === 'Binary') {
    if (BinaryValue === undefined || BinaryValue.length === 0) throw mustHold(name, DataType)
    return { DataType, BinaryValue: Buffer.from(BinaryValue).toString('base64') }
  }
  if (kind !== 'String' && kind !== 'Number') {
    throw invalidType(name)
  }
  if (StringValue === undefined || StringValue === '') throw mustHold(name, DataType)
  if (!isSendable(StringValue)) {
    throw invalidParameter(invalidCharacter(`message attribute '${name}' value`))
  }
  if (kind === 'Number' && (StringValue.trim() === '' || Number.isNaN(Number(StringValue)))) {
    throw invalidParameter(
      `Can't cast the value of message (user) attribute '${name}' to a number.`,
    )
  }
  return { DataType, StringValue }
}

const invalidType = (name: string) =>
  invalidParameter(
    `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
  )

const mustHold = (name: string, type: string) =>
  invalidParameter(
    `The message (user) attribute '${name}' must contain a non-empty value of type '${type}'.`,
  )

/** AWS: sorted by name; each part with its length before it. [guide: sqs-message-metadata, "MD5 message digest"] */
export const attributesMd5 = (kept: KeptAttributes): string => {
  const md5 = createHash('md5')
  const add = (bytes: Uint8Array): void => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    md5.update(length).update(bytes)
  }
  for (const [name, { DataType, StringValue, BinaryValue }] of sortedByName(kept)) {
    add(Buffer.from(name))
    add(Buffer.from(DataType))
    if (BinaryValue === undefined) {
      md5.update(Buffer.from([1]))
      add(Buffer.from(StringValue ?? ''))
    } else {
      md5.update(Buffer.from([2]))
      add(Buffer.from(BinaryValue, 'base64'))
    }
  }
  return md5.digest('hex')
}

const sortedByName = (kept: KeptAttributes) =>
  Object.entries(kept).sort(([left], [right]) => (left < right ? -1 : 1))

/** AWS: names, types and values count as the body does. */
export const attributesBytes = (kept: KeptAttributes | undefined): number =>
  Object.entries(kept ?? {}).reduce(
    (sum, [name, { DataType, StringValue = '', BinaryValue = '' }]) =>
      sum +
      Buffer.byteLength(name) +
      Buffer.byteLength(DataType) +
      Buffer.byteLength(StringValue) +
      Buffer.byteLength(BinaryValue, 'base64'),
    0,
  )

/** Those that were asked for: `All`, `.*`, names, or prefixes as `bar.*`. Undefined where none is left. */
export const selectAttributes = (
  kept: KeptAttributes,
  names: readonly string[],
): KeptAttributes | undefined => {
  const isAsked = (name: string): boolean =>
    names.some(
      (asked) =>
        asked === 'All' ||
        asked === '.*' ||
        asked === name ||
        (asked.endsWith('.*') && name.startsWith(asked.slice(0, -1))),
    )
  const chosen = Object.entries(kept).filter(([name]) => isAsked(name))
  return chosen.length === 0 ? undefined : Object.fromEntries(chosen)
}

export const readKept = (text: string | null): KeptAttributes =>
  text === null ? {} : (JSON.parse(text) as KeptAttributes) // We wrote it.

/** As the wire writes them. */
export const shownAttributes = (kept: KeptAttributes): MessageAttributes =>
  Object.fromEntries(
    Object.entries(kept).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        DataType,
        ...(StringValue !== undefined && { StringValue }),
        ...(BinaryValue !== undefined && { BinaryValue: Buffer.from(BinaryValue, 'base64') }),
      },
    ]),
  )

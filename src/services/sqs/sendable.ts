// The characters that a message may hold.

/** AWS: what XML 1.0 can hold. [API reference: SendMessage MessageBody] */
export const isSendable = (body: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  // oxlint-disable-next-line no-control-regex -- the same
  body.isWellFormed() && !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(body)

/** AWS's words. `where`: `message body`. */
export const invalidCharacter = (where: string): string =>
  `Invalid binary character was found in the ${where}, the set of allowed characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF`

// The left side of an HTTP API parameter mapping: what is done to which part of a message.

export interface MappingKey {
  readonly action: 'append' | 'overwrite' | 'remove'
  readonly target: 'header' | 'querystring' | 'path' | 'statuscode'
  /** Of a header in lower case, of a query parameter as it stands; '' for path and status code. */
  readonly name: string
}

/** Undefined where AWS knows no such key. */
export const parseMappingKey = (
  text: string,
  side: 'request' | 'response',
): MappingKey | undefined => {
  if (side === 'request' && text === 'overwrite:path') return WHOLE_PATH
  if (side === 'response' && text === 'overwrite:statuscode') return STATUS_CODE
  const parts = /^(append|overwrite|remove):(header|querystring)\.(.+)$/.exec(text)
  const [, action, target, name] = parts ?? []
  if (name === undefined || !isAction(action)) return undefined
  if (target === 'header') {
    return HEADER_NAME.test(name) ? { action, target, name: name.toLowerCase() } : undefined
  }
  return side === 'request' ? { action, target: 'querystring', name } : undefined
}

/**
 * AWS: these headers cannot be mapped, in requests or responses. [guide: http-api-parameter-mapping, reserved headers]
 */
export const isReservedHeader = (lowerCaseName: string): boolean =>
  RESERVED.has(lowerCaseName) || RESERVED_PREFIXES.test(lowerCaseName)

const WHOLE_PATH: MappingKey = { action: 'overwrite', target: 'path', name: '' }
const STATUS_CODE: MappingKey = { action: 'overwrite', target: 'statuscode', name: '' }
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

const isAction = (text: string | undefined): text is MappingKey['action'] =>
  text === 'append' || text === 'overwrite' || text === 'remove'

const RESERVED_PREFIXES = /^(?:access-control-|apigw-|x-amz-|x-amzn-)/
const RESERVED: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-location',
  'forwarded',
  'keep-alive',
  'origin',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailers',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
])

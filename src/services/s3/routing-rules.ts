// Routing rules of a website: pages that lie elsewhere, by the beginning of their keys or by the error they would be.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html
import { isObject } from '#shared/json.ts'
import { malformedXml } from '#wire/rest-xml.ts'
import { invalidRequest } from './errors.ts'

type Input = Readonly<Record<string, unknown>>

export interface Redirect {
  readonly statusCode: number
  readonly location: string
}

const RULES_MAX = 50

export const checkRoutingRules = (rules: unknown): void => {
  if (rules === undefined) return
  if (!Array.isArray(rules)) throw malformedXml()
  if (rules.length > RULES_MAX)
    throw invalidRequest(
      `${rules.length} routing rules provided, the number of routing rules in a website configuration is limited to ${RULES_MAX}.`,
    )
  for (const rule of rules) {
    const redirect = isObject(rule) ? rule['Redirect'] : undefined
    if (!isObject(redirect)) throw malformedXml()
    if (redirect['ReplaceKeyWith'] !== undefined && redirect['ReplaceKeyPrefixWith'] !== undefined)
      throw invalidRequest('You can only define ReplaceKeyPrefix or ReplaceKey but not both.')
    const code = redirect['HttpRedirectCode']
    if (code !== undefined && !/^30[1-8]$/.test(String(code)))
      throw invalidRequest(
        `The provided HTTP redirect code (${String(code).slice(0, 16)}) is not valid. Valid codes are 3XX except 300.`,
      )
  }
}

/** The first rule that holds. `errorCode`: the page would be this error; undefined: it was not looked for yet. */
export const redirectOf = (
  website: Input,
  key: string,
  host: string,
  errorCode: number | undefined,
): Redirect | undefined => {
  const rules: readonly unknown[] = Array.isArray(website['RoutingRules'])
    ? website['RoutingRules']
    : []
  for (const rule of rules.filter(isObject)) {
    const condition = isObject(rule['Condition']) ? rule['Condition'] : {}
    const prefix = String(condition['KeyPrefixEquals'] ?? '')
    const code = condition['HttpErrorCodeReturnedEquals']
    const isAsked = code === undefined ? errorCode === undefined : Number(code) === errorCode
    if (isAsked && key.startsWith(prefix) && isObject(rule['Redirect']))
      return leading(rule['Redirect'], prefix, key, host)
  }
  return undefined
}

const leading = (redirect: Input, prefix: string, key: string, host: string): Redirect => {
  const { HostName, Protocol, ReplaceKeyWith, ReplaceKeyPrefixWith, HttpRedirectCode } = redirect
  const target =
    ReplaceKeyWith !== undefined
      ? String(ReplaceKeyWith)
      : ReplaceKeyPrefixWith !== undefined
        ? `${String(ReplaceKeyPrefixWith)}${key.slice(prefix.length)}`
        : key
  const scheme = Protocol === 'https' ? 'https' : 'http'
  return {
    statusCode: Number(HttpRedirectCode ?? 301),
    location: `${scheme}://${String(HostName ?? host)}/${encodeURI(target.toWellFormed())}`,
  }
}
